import { OUTCOME, type OutcomeCode } from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyState, step, type Effect, type EngineEvent } from '../../../hub/src/detection/engine/index.js';
import { device, freshEngine, INTERVAL_MS, snapshot, T0 } from './engine-harness.js';

const AGENTS = ['a', 'b'];
const DEVICES = ['d1', 'd2', 'd3'];

/** One thing that may happen; outcomes get their places when they are put in a row. */
type Happening =
  | { kind: 'outcome'; device: number; outcome: OutcomeCode; lost: number; skipMs: number; isStray: boolean }
  | { kind: 'blind' | 'heard'; agent: number }
  | { kind: 'removed'; device: number }
  | { kind: 'watched'; device: number; agent: number; check: number }
  | { kind: 'tick'; elapsedMs: number };

const outcomes = (
  outcome: readonly OutcomeCode[],
  skipMs: readonly number[],
): fc.Arbitrary<Extract<Happening, { kind: 'outcome' }>> =>
  fc.record({
    kind: fc.constant('outcome' as const),
    device: fc.nat(2),
    outcome: fc.constantFrom(...outcome),
    lost: fc.nat(2),
    skipMs: fc.constantFrom(...skipMs),
    // Told by an agent that does not watch the device.
    isStray: fc.constantFrom(...Array.from({ length: 19 }, () => false), true),
  });
const { ok, failed, skipped } = OUTCOME;
const wild = outcomes([ok, failed, failed, skipped], [0, 0, 0, 0, 0, 9_000, 60_000, -600_000]);
/** Good cycles for the most part, so that devices come to rest (steady.ts) and are woken now and then. */
const calm = outcomes(
  [...Array.from({ length: 12 }, () => ok), failed, skipped],
  [...Array.from({ length: 30 }, () => 0), 9_000, 60_000, -600_000],
);

const happeningWith = (outcome: fc.Arbitrary<Happening>): fc.Arbitrary<Happening> =>
  fc.oneof(
    { weight: 20, arbitrary: outcome },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constantFrom('blind' as const, 'heard' as const), agent: fc.nat(1) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('removed' as const), device: fc.nat(2) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('watched' as const),
        device: fc.nat(2),
        agent: fc.nat(1),
        check: fc.nat(1),
      }),
    },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('tick' as const), elapsedMs: fc.nat(50_000) }) },
  );
const happening = happeningWith(wild);

/** The happenings as the engine's events: one record of ascending places for all agents. */
const eventsOf = (happenings: readonly Happening[]): EngineEvent[] => {
  let seq = 0;
  let stampMs = T0;
  const watched = (index: number, agent: number, check: number): EngineEvent => ({
    kind: 'device-watched',
    device: device({ id: DEVICES[index]!, agentId: AGENTS[agent]!, checkId: 10 * index + check }),
  });
  const begin = DEVICES.map((_, index) => watched(index, index % 2, 0));
  const rest = happenings.map((each): EngineEvent => {
    switch (each.kind) {
      case 'outcome':
        seq += 1;
        stampMs += INTERVAL_MS / 3 + each.skipMs;
        return {
          kind: 'outcome',
          agentId: AGENTS[(each.device + (each.isStray ? 1 : 0)) % 2]!,
          checkId: 10 * each.device,
          stream: 1 + Math.floor(seq / 50),
          seq,
          place: 0,
          stampMs,
          outcome: each.outcome,
          lost: each.lost,
        };
      case 'blind':
        return { kind: 'agent-blind', agentId: AGENTS[each.agent]!, reason: 'agent-lost' };
      case 'heard':
        return { kind: 'agent-heard', agentId: AGENTS[each.agent]! };
      case 'removed':
        return { kind: 'device-removed', deviceId: DEVICES[each.device]! };
      case 'watched':
        return watched(each.device, each.agent, each.check);
      case 'tick':
        return { kind: 'tick', elapsedMs: each.elapsedMs };
    }
  });
  return [...begin, ...rest];
};

const nowOf = (place: number): number => T0 + place * 1_000;
const stories = fc
  .oneof(
    fc.array(happening, { maxLength: 120 }),
    fc.array(happeningWith(calm), { maxLength: 200, size: 'max' }),
    // Nothing but outcomes: everything that moves or removes a device wakes it.
    fc.array(calm, { maxLength: 200, size: 'max' }),
  )
  .map(eventsOf);

/** Steps in place, in groups of the given sizes. */
const inGroups = (events: readonly EngineEvent[], sizes: readonly number[]) => {
  const engine = freshEngine();
  const effects: Effect[] = [];
  let place = 0;
  for (let turn = 0; place < events.length; turn += 1) {
    engine.begin();
    const size = sizes[turn % sizes.length] ?? 1;
    for (const event of events.slice(place, place + size)) {
      engine.apply(event, nowOf(place));
      place += 1;
    }
    effects.push(...engine.output().effects);
    engine.commit();
  }
  return { engine, effects };
};
const groupSizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });

describe('properties of the engine', () => {
  it('the same events give the same effects: pure or in place, however they are grouped', () => {
    fc.assert(
      fc.property(stories, groupSizes, (events, sizes) => {
        let state = emptyState();
        const pure: Effect[] = [];
        events.forEach((event, place) => {
          const result = step(state, event, nowOf(place));
          state = result.state;
          pure.push(...result.effects);
        });
        const first = inGroups(events, sizes);
        expect(first.effects).toEqual(pure);
        expect(inGroups(events, [1]).effects).toEqual(pure);
        expect(Object.keys(state.devices).sort()).toEqual(
          [...first.engine.devices()].map((each) => each.device.id).sort(),
        );
        for (const tracked of first.engine.devices())
          expect(tracked.state).toEqual(state.devices[tracked.device.id]!.state);
      }),
    );
  });

  it('the pure step changes nothing that it was given', () => {
    fc.assert(
      fc.property(stories, (events) => {
        let state = emptyState();
        events.forEach((event, place) => {
          const before = structuredClone(state);
          const result = step(state, event, nowOf(place));
          expect(state).toEqual(before);
          state = result.state;
        });
      }),
      { numRuns: 30 },
    );
  });

  it('a group that fails leaves no trace, and comes out the same when it is tried again', () => {
    fc.assert(
      fc.property(stories, stories, (events, group) => {
        const { engine } = inGroups(events, [7]);
        // Of a twin: looking at an engine brings its devices' states up to date.
        const before = snapshot(inGroups(events, [7]).engine);
        const tryOnce = () => {
          engine.begin();
          group.forEach((event, place) => engine.apply(event, nowOf(1_000 + place)));
          const { effects, reasons } = engine.output();
          return structuredClone({ effects, reasons });
        };
        const first = tryOnce();
        engine.rollback();
        expect(snapshot(engine)).toEqual(before);
        expect(tryOnce()).toEqual(first);
      }),
    );
  });

  it('what was judged already changes nothing, from wherever it is sent again', () => {
    const outcomesOnly = fc
      .array(
        happening.filter((each) => each.kind === 'outcome'),
        { minLength: 1, maxLength: 80 },
      )
      .map(eventsOf);
    fc.assert(
      fc.property(outcomesOnly, fc.nat(), (events, from) => {
        // Skipped cycles leave no mark, so that a replay may have them once more: they change nothing anyway.
        const { engine } = inGroups(events, [5]);
        const before = snapshot(engine);
        engine.begin();
        for (const event of events.slice(DEVICES.length + (from % events.length)))
          engine.apply(event, nowOf(9_000));
        expect(engine.output()).toEqual({ effects: [], reasons: [] });
        expect(snapshot(engine)).toEqual(before);
      }),
    );
  });

  it('each fault of three judged cycles or more: one open, one resolve, in order, however batches are cut', () => {
    const phase = fc.record({
      good: fc.integer({ min: 3, max: 8 }),
      failed: fc.oneof(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 3, max: 9 })),
      skippedInside: fc.nat(1),
      blindInside: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(phase, { minLength: 1, maxLength: 8 }), groupSizes, (phases, sizes) => {
        // A link that loses 20 % of 60 packets is rule 2's other case: one short failure is 10 % at most.
        const faults = phases.filter(({ failed }) => failed >= 3).length;
        fc.pre(phases.filter(({ failed }) => failed < 3).length <= 1);
        const events: EngineEvent[] = [{ kind: 'device-watched', device: device() }];
        let place = 0;
        const cycle = (outcome: OutcomeCode): void => {
          place += 1;
          const stampMs = T0 + place * INTERVAL_MS;
          events.push({
            kind: 'outcome',
            agentId: 'agent',
            checkId: 1,
            stream: 1,
            seq: 1,
            place,
            stampMs,
            outcome,
            lost: 0,
          });
        };
        for (const { good, failed, skippedInside, blindInside } of phases) {
          for (let count = 0; count < good; count += 1) cycle(OUTCOME.ok);
          for (let count = 0; count < failed; count += 1) {
            cycle(OUTCOME.failed);
            if (count === 0 && skippedInside) cycle(OUTCOME.skipped);
            if (count === 0 && blindInside)
              events.push(
                { kind: 'agent-blind', agentId: 'agent', reason: 'agent-lost' },
                { kind: 'agent-heard', agentId: 'agent' },
              );
          }
        }
        for (let count = 0; count < 3; count += 1) cycle(OUTCOME.ok);
        const { effects } = inGroups(events, sizes);
        const kinds = effects.map(({ kind }) => kind).filter((kind) => kind === 'open' || kind === 'resolve');
        expect(kinds).toEqual(Array.from({ length: faults }, () => ['open', 'resolve']).flat());
      }),
    );
  });

  it('healths of a device follow each other: each begins not before the last, and differs from it', () => {
    fc.assert(
      fc.property(stories, (events) => {
        const { effects } = inGroups(events, [9]);
        const last = new Map<string, { health: string; sinceMs: number }>();
        for (const effect of effects) {
          if (effect.kind === 'watch')
            last.set(effect.deviceId, { health: 'unknown', sinceMs: effect.sinceMs });
          if (effect.kind !== 'health') continue;
          const before = last.get(effect.deviceId)!;
          expect(effect.from).toBe(before.health);
          expect(effect.to).not.toBe(before.health);
          expect(effect.sinceMs).toBeGreaterThanOrEqual(before.sinceMs);
          last.set(effect.deviceId, { health: effect.to, sinceMs: effect.sinceMs });
        }
      }),
    );
  });
});
