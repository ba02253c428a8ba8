import { AgentConfig, LINKS, TIMEOUT_MS_BY_LINK, type AgentState } from '@siaga/shared';
import fc from 'fast-check';
import { Check } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import {
  buildConfig,
  codeFromAddress,
  findCycle,
  firstFree,
  isTimezone,
  orderState,
  shardOf,
  type KnownState,
} from '../../../hub/src/fleet/rules.js';

describe('orderState', () => {
  const HERE = 'machine-a';
  const known = (state: AgentState, stream: number, connection: number): KnownState => ({
    state,
    stream,
    connection,
    instance: HERE,
    telemetryStream: 0,
  });
  type Said = 'online' | 'lost' | 'stopped';
  it.each<[string, KnownState, [Said, number, number, string?], string]>([
    [
      'the first birth ever',
      { state: 'pending', stream: 0, connection: 0, instance: null, telemetryStream: 0 },
      ['online', 1, 1],
      'take',
    ],
    ['its will', known('online', 1, 1), ['lost', 1, 1], 'take'],
    ['its clean stop', known('online', 1, 1), ['stopped', 1, 1], 'take'],
    ['the next connection', known('lost', 1, 1), ['online', 1, 2], 'take'],
    ['the next process', known('stopped', 1, 9), ['online', 2, 1], 'take'],
    ['a new connection before the old one was missed', known('online', 1, 1), ['online', 1, 2], 'take'],
    ['the will of the connection before', known('online', 1, 2), ['lost', 1, 1], 'older'],
    ['the will of the process before', known('online', 2, 1), ['lost', 1, 9], 'older'],
    ['a birth overtaken by its own will', known('lost', 1, 1), ['online', 1, 1], 'ended'],
    ['a will after the clean stop', known('stopped', 1, 1), ['lost', 1, 1], 'ended'],
    ['a clean stop after silence had marked it lost', known('lost', 1, 1), ['stopped', 1, 1], 'take'],
    ['a stream far ahead of any restarts', known('online', 3, 1), ['online', 1_000_004, 1], 'far-ahead'],
    ['a stream at the end of all numbers', known('online', 3, 1), ['lost', 2 ** 53 - 1, 1], 'far-ahead'],
    ['a connection far ahead of any reconnects', known('lost', 3, 1), ['online', 3, 1_000_002], 'far-ahead'],
    ['a new stream that begins far ahead', known('lost', 3, 7), ['online', 4, 1_000_001], 'far-ahead'],
    [
      'a stream that telemetry has come to step by step',
      { ...known('lost', 3, 1), telemetryStream: 2_000_000 },
      ['online', 2_000_001, 1],
      'take',
    ],
    ['the same birth again', known('online', 1, 1), ['online', 1, 1], 'repeated'],
    ['the same will again', known('lost', 1, 1), ['lost', 1, 1], 'repeated'],
    [
      'a copy of the disk on another machine',
      known('online', 3, 1),
      ['online', 3, 1, 'machine-b'],
      'second-instance',
    ],
    ['its next connection', known('online', 3, 1), ['online', 3, 2, 'machine-b'], 'second-instance'],
    [
      'an old copy on another machine',
      known('online', 3, 1),
      ['online', 2, 7, 'machine-b'],
      'second-instance',
    ],
    ['the will of another machine', known('online', 3, 1), ['lost', 2, 7, 'machine-b'], 'second-instance'],
    [
      'another machine with a newer stream: a move',
      known('online', 3, 1),
      ['online', 4, 1, 'machine-b'],
      'take',
    ],
    ['another machine while nobody is online', known('lost', 3, 1), ['online', 3, 2, 'machine-b'], 'take'],
    ['an old disk while nobody is online', known('lost', 3, 1), ['online', 2, 9, 'machine-b'], 'older'],
    ['whatever a revoked agent says', known('revoked', 1, 1), ['online', 2, 1], 'revoked'],
    ['the first birth after enrolling anew', known('pending', 3, 1), ['online', 4, 1, 'machine-b'], 'take'],
  ])('%s', (_case, before, [state, stream, connection, instance = HERE], expected) => {
    const verdict = orderState(before, { state, stream, connection, instance });
    expect(verdict.take ? 'take' : verdict.reason).toBe(expected);
  });

  it('ends in the same state whatever order the messages come in', () => {
    // One agent's life: each connection is born and ends by will or by clean stop; the last may still live.
    const life = fc
      .array(fc.constantFrom('lost' as const, 'stopped' as const), { minLength: 1, maxLength: 6 })
      .chain((ends) => fc.tuple(fc.constant(ends), fc.boolean()))
      .map(([ends, alive]) =>
        ends.flatMap((end, n) => {
          const birth = { state: 'online' as const, stream: 1, connection: n + 1, instance: HERE };
          return alive && n === ends.length - 1 ? [birth] : [birth, { ...birth, state: end }];
        }),
      );
    const run = (messages: readonly Parameters<typeof orderState>[1][]): AgentState =>
      messages.reduce<KnownState>(
        (state, message) =>
          orderState(state, message).take ? { ...message, telemetryStream: message.stream } : state,
        { state: 'pending', stream: 0, connection: 0, instance: null, telemetryStream: 0 },
      ).state;
    fc.assert(
      fc.property(
        life.chain((messages) =>
          fc.tuple(
            fc.constant(messages),
            fc.shuffledSubarray(messages, { minLength: messages.length }),
            fc.array(fc.constantFrom(...messages), { maxLength: 4 }),
          ),
        ),
        ([messages, shuffled, repeats]) => {
          expect(run([...shuffled, ...repeats])).toBe(run(messages));
        },
      ),
    );
  });
});

describe('findCycle', () => {
  const parentsIn =
    (edges: Record<string, string[]>) =>
    (id: string): readonly string[] =>
      edges[id] ?? [];

  it.each<[string, string, string[], Record<string, string[]>, string[] | undefined]>([
    ['no parents', 'a', [], {}, undefined],
    ['a chain', 'a', ['b'], { b: ['c'] }, undefined],
    ['two ways to one grandparent', 'a', ['b', 'c'], { b: ['d'], c: ['d'] }, undefined],
    ['itself', 'a', ['a'], {}, ['a', 'a']],
    ['its child', 'a', ['b'], { b: ['a'] }, ['a', 'b', 'a']],
    ['its grandchild', 'a', ['b'], { b: ['c'], c: ['a'] }, ['a', 'b', 'c', 'a']],
    ['a circle that is not its own is not its fault', 'a', ['b'], { b: ['c'], c: ['b'] }, undefined],
  ])('%s', (_case, device, parents, edges, expected) => {
    expect(findCycle(device, parents, parentsIn(edges))).toEqual(expected);
  });

  it('keeps a graph free of circles, however its edges come, and names a real one', () => {
    const edge = fc.tuple(fc.nat(7), fc.array(fc.nat(7), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(edge, { maxLength: 30 }), (changes) => {
        const parents = new Map<string, string[]>();
        for (const [device, wanted] of changes) {
          const id = String(device);
          const ids = wanted.map(String);
          const cycle = findCycle(id, ids, (of) => parents.get(of) ?? []);
          if (!cycle) {
            parents.set(id, ids);
            continue;
          }
          expect([cycle[0], cycle.at(-1)]).toEqual([id, id]);
          expect(ids).toContain(cycle[1]);
          for (let n = 1; n + 1 < cycle.length; n += 1)
            expect(parents.get(cycle[n] ?? '')).toContain(cycle[n + 1]);
        }
        // Taking away what has no parents left must come to an end with nothing left.
        const left = new Map(parents);
        for (let before = -1; left.size !== before;) {
          before = left.size;
          for (const [id, ids] of left) if (ids.every((parent) => !left.has(parent))) left.delete(id);
        }
        expect(left.size).toBe(0);
      }),
    );
  });
});

describe('buildConfig', () => {
  const device = { deviceId: 'd1', address: '10.0.0.1', intervalMs: 5_000, timeoutMs: null } as const;

  it('is what agents take, in the order of check ids', () => {
    const config = buildConfig(7, [
      { ...device, id: 9, type: 'host', link: 'other' },
      { ...device, id: 3, type: 'icmp', link: 'vsat' },
      { ...device, id: 5, type: 'icmp', link: 'fibre', timeoutMs: 800 },
    ]);
    expect(Check(AgentConfig, config)).toBe(true);
    expect(config).toEqual({
      v: 1,
      version: 7,
      checks: [
        {
          id: 3,
          deviceId: 'd1',
          type: 'icmp',
          address: '10.0.0.1',
          link: 'vsat',
          intervalMs: 5_000,
          timeoutMs: 2_000,
        },
        {
          id: 5,
          deviceId: 'd1',
          type: 'icmp',
          address: '10.0.0.1',
          link: 'fibre',
          intervalMs: 5_000,
          timeoutMs: 800,
        },
        { id: 9, deviceId: 'd1', type: 'host', intervalMs: 5_000 },
      ],
    });
  });

  it.each(LINKS.map((link) => [link, TIMEOUT_MS_BY_LINK[link]] as const))(
    '%s times out after %d ms unless told',
    (link, timeoutMs) => {
      const [check] = buildConfig(1, [{ ...device, id: 1, type: 'icmp', link }]).checks;
      expect(check).toMatchObject({ timeoutMs });
    },
  );

  it('is complete without a check', () => {
    expect(buildConfig(1, [])).toEqual({ v: 1, version: 1, checks: [] });
  });
});

describe('names', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:db8::1', 'v6-2001-db8--1'],
    ['::1', 'v6---1'],
  ])('the code of %s is %s', (address, code) => {
    expect(codeFromAddress(address)).toBe(code);
    expect(code).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]*$/);
  });

  it.each([
    ['ATM', [], 'ATM'],
    ['ATM', ['atm'], 'ATM-2'],
    ['ATM', ['atm', 'atm-2', 'atm-4'], 'ATM-3'],
  ])('the first free %s beside %j is %s', (base, taken, expected) => {
    expect(firstFree(base, new Set(taken))).toBe(expected);
  });

  it('a shard is two hex digits', () => {
    expect(shardOf('0190f4a8-0000-7000-8000-0000000000af')).toBe('af');
  });

  it.each([
    ['Asia/Jakarta', true],
    ['Asia/Makassar', true],
    ['Asia/Jayapura', true],
    ['UTC', true],
    ['Asia/Atlantis', false],
    ['+07:00', false],
    ['WIB', false],
    ['', false],
    ["'; drop table sites; --", false],
  ])('the zone %s: %s', (zone, valid) => {
    expect(isTimezone(zone)).toBe(valid);
  });
});
