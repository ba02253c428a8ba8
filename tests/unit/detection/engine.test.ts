import { describe, expect, it } from 'vitest';
import {
  DEFAULT_SETTINGS,
  emptyState,
  step,
  type EngineEvent,
} from '../../../hub/src/detection/engine/index.js';
import { device, INTERVAL_MS, play, T0 } from './engine-harness.js';

describe('rule 2: down, up, incident', () => {
  const cases: [name: string, story: string, told: string][] = [
    ['nothing is known before two good cycles', '.', ''],
    ['up after two good cycles', '..', '2:up'],
    ['a device that never answered is down after three', 'xxx', '3:down 3:open'],
    ['two failed cycles are no outage', '..xx..', '2:up'],
    ['three are: down and its incident in the same cycle', '..xxx', '2:up 5:down 5:open'],
    ['a longer outage says nothing more', '..xxxxxxxx', '2:up 5:down 5:open'],
    ['up after two, resolved after three, in that order', '..xxx...', '2:up 5:down 5:open 7:up 8:resolve'],
    ['one good cycle in an outage changes nothing', '..xxx.xxx', '2:up 5:down 5:open'],
    [
      'two good cycles and the next outage: up, but the incident stays',
      '..xxx..xxx',
      '2:up 5:down 5:open 7:up 10:down',
    ],
    [
      'each outage has its own incident',
      '..xxx...xxx...',
      '2:up 5:down 5:open 7:up 8:resolve 11:down 11:open 13:up 14:resolve',
    ],
    ['skipped cycles change nothing', '..sxxsx', '2:up 7:down 7:open'],
    ['but that nobody looked', '..sssxxsx', '2:up 6:unknown 9:down 9:open'],
    ['only skipped: still nothing is known', 'ssss', ''],
    ['alternating outcomes never come to three', '..x.x.x.x.xx.xx.', '2:up'],
  ];
  it.each(cases)('%s: %s', (_name, story, told) => expect(play(story).told).toBe(told));
});

describe('rule 2: a lossy link', () => {
  // 20 cycles are the 60 packets that it takes to call a link lossy.
  const cases: [name: string, story: string, told: string][] = [
    ['20 % lost before: six cycles', `${'2..'.repeat(7)} xxxxxx`, '2:up 27:down 27:open'],
    ['five are not enough then', `${'2..'.repeat(7)} xxxxx ...`, '2:up'],
    ['just under 20 %: three cycles', `${'1..1.'.repeat(4)} xxx`, '2:up 23:down 23:open'],
    ['loss seen in fewer than 60 packets is no habit', `${'2'.repeat(19)} xxx`, '2:up 22:down 22:open'],
    [
      'loss that has left the window is forgotten',
      `${'2'.repeat(20)}${'.'.repeat(20)} xxx`,
      '2:up 43:down 43:open',
    ],
    ['short failures are the link’s own loss', `${'.x'.repeat(10)}. xxx ..`, '26:up'],
    [
      'an outage says nothing about the link',
      `${'.'.repeat(20)} xxxxxxxxxxxx ... xxx`,
      '2:up 23:down 23:open 34:up 35:resolve 38:down 38:open',
    ],
  ];
  it.each(cases)('%s', (_name, story, told) => expect(play(story).told).toBe(told));
  it('tells so in its reason', () => {
    const { effects } = play(`${'2..'.repeat(7)} xxxxxx`);
    expect(effects.at(-1)).toMatchObject({
      kind: 'open',
      reason: 'six-cycles-failed',
      cycles: { length: 6 },
    });
  });
});

describe('gaps: counters start anew over more than two cycles', () => {
  const cases: [name: string, story: string, told: string][] = [
    ['one missing cycle is no gap', '..xx_x', '2:up 6:down 6:open'],
    ['two missing cycles are: nobody looked', '..xx__x', '2:up 7:unknown'],
    ['after it three failed ones count', '..xx__xxx', '2:up 7:unknown 9:down 9:open'],
    ['good ones start anew as well', '..xxx..__.', '2:up 5:down 5:open 7:up 10:unknown'],
    [
      'and resolve after three of their own',
      '..xxx..__...',
      '2:up 5:down 5:open 7:up 10:unknown 11:up 12:resolve',
    ],
    ['its incident outlives the gap', '..xxx______xxx', '2:up 5:down 5:open 12:unknown 14:down'],
  ];
  it.each(cases)('%s: %s', (_name, story, told) => expect(play(story).told).toBe(told));
});

describe('rule 7, plain: blind', () => {
  const cases: [name: string, story: string, told: string][] = [
    ['unknown at once, and nothing else', '..B', '2:up 2:unknown'],
    ['what was unknown stays so', 'B', ''],
    ['fresh samples decide: up', '..B____H..', '2:up 2:unknown 8:up'],
    ['fresh samples decide: down', '..B____Hxxx', '2:up 2:unknown 9:down 9:open'],
    ['still failing: the one incident it had', '..xxxB____Hxxx', '2:up 5:down 5:open 5:unknown 12:down'],
    ['recovered meanwhile: it resolves', '..xxxB____H...', '2:up 5:down 5:open 5:unknown 11:up 12:resolve'],
    ['no gap in the samples: they go on counting', '..xxBHx', '2:up 4:unknown 5:down 5:open'],
    ['blind twice is blind once', '..BB', '2:up 2:unknown'],
  ];
  it.each(cases)('%s: %s', (_name, story, told) => expect(play(story).told).toBe(told));

  it('is unknown from the last sample on, for nobody looked since', () => {
    const { effects } = play('..___B');
    expect(effects.at(-1)).toMatchObject({ to: 'unknown', sinceMs: T0 + 2 * INTERVAL_MS });
  });
  it('leaves no unknown time where the samples close the gap', () => {
    const { own } = play('....BH..');
    expect(own).toMatchObject({ health: 'up', sinceMs: T0 + 4 * INTERVAL_MS });
  });
  it('tells why, of the agent once and of each device', () => {
    const { reasons } = play('..BH');
    expect(reasons.map(({ kind, code }) => `${kind} ${code}`)).toEqual([
      'health two-cycles-good',
      'agent agent-silent',
      'health agent-silent',
      'agent agent-heard-again',
    ]);
  });
});

describe('what an incident carries', () => {
  it('the first failed cycle, the moment of the verdict, and the failed cycles', () => {
    const open = play('..xxx').effects.at(-1);
    expect(open).toEqual({
      kind: 'open',
      deviceId: 'atm',
      condition: 'unreachable',
      firstFailedAtMs: T0 + 3 * INTERVAL_MS,
      detectedAtMs: T0 + 5 * INTERVAL_MS + 200,
      reason: 'three-cycles-failed',
      cycles: [3, 4, 5].map((cycle) => ({ checkId: 1, stampMs: T0 + cycle * INTERVAL_MS })),
    });
  });
});

describe('the record’s order', () => {
  const outcome = (over: Partial<Extract<EngineEvent, { kind: 'outcome' }>>): EngineEvent => ({
    kind: 'outcome',
    agentId: 'agent',
    checkId: 1,
    stream: 3,
    seq: 7,
    place: 2,
    stampMs: T0,
    outcome: 1,
    lost: 3,
    ...over,
  });
  const first = step(
    step(emptyState(), { kind: 'device-watched', device: device() }, T0).state,
    outcome({}),
    T0,
  ).state;
  const cases: [name: string, over: Parameters<typeof outcome>[0], counted: boolean][] = [
    ['the same place again', {}, false],
    ['an earlier place', { place: 1 }, false],
    ['an earlier batch, whatever its place', { seq: 6, place: 9 }, false],
    ['an earlier stream, whatever its batch', { stream: 2, seq: 99, place: 9 }, false],
    ['the next place', { place: 3 }, true],
    ['the next batch', { seq: 8, place: 0 }, true],
    ['a newer stream', { stream: 4, seq: 1, place: 0 }, true],
    ['another agent’s word about this check', { agentId: 'stranger', seq: 8 }, false],
    ['a check that nobody watches', { checkId: 2, seq: 8 }, false],
    ['a stamp that stands still', { seq: 8, stampMs: T0 }, true],
    ['rule 15: a clock set back ten minutes', { seq: 8, stampMs: T0 - 600_000 }, true],
  ];
  it.each(cases)('%s', (_name, over, counted) => {
    const { state } = step(first, outcome(over), T0);
    expect(state.devices['atm']!.state.fails).toBe(counted ? 2 : 1);
  });
  it('rule 15: a clock that is ten minutes off all the time changes no verdict', () => {
    for (const offMs of [-600_000, 600_000]) {
      let state = step(emptyState(), { kind: 'device-watched', device: device() }, T0).state;
      const effects = [];
      for (let seq = 1; seq <= 3; seq += 1) {
        const stampMs = T0 + offMs + seq * INTERVAL_MS;
        const result = step(state, outcome({ stream: 1, seq, place: 0, stampMs }), T0 + seq * INTERVAL_MS);
        state = result.state;
        effects.push(...result.effects);
      }
      expect(effects.map(({ kind }) => kind)).toEqual(['health', 'open']);
      const { sinceMs } = state.devices['atm']!.state;
      expect(sinceMs).toBeLessThanOrEqual(T0 + 3 * INTERVAL_MS);
      expect(sinceMs).toBeGreaterThanOrEqual(device().createdAtMs);
    }
  });
});

describe('devices come, change and go', () => {
  const after = (story: string, event: EngineEvent) => step(play(story).state, event, T0 + 3_600_000);
  it('a new one is unknown since its creation', () => {
    const { effects, state } = step(emptyState(), { kind: 'device-watched', device: device() }, T0);
    expect(effects).toEqual([{ kind: 'watch', deviceId: 'atm', sinceMs: T0 - 60_000 }]);
    expect(state.devices['atm']!.state.health).toBe('unknown');
  });
  it('a change of nothing that matters is no change', () => {
    expect(after('..', { kind: 'device-watched', device: device() }).effects).toEqual([]);
  });
  it('removed: its open incident is resolved and its record ends', () => {
    const { effects, state } = after('..xxx', { kind: 'device-removed', deviceId: 'atm' });
    expect(effects).toEqual([
      {
        kind: 'resolve',
        deviceId: 'atm',
        condition: 'unreachable',
        resolvedAtMs: T0 + 3_600_000,
        reason: 'device-removed',
      },
      { kind: 'forget', deviceId: 'atm', agentId: 'agent', atMs: T0 + 3_600_000 },
    ]);
    expect(state.devices).toEqual({});
  });
  it('moved: unknown until its new agent looks, whose record counts from its own beginning', () => {
    const moved = after('..xxx', { kind: 'device-watched', device: device({ agentId: 'other' }) });
    expect(moved.effects.map((effect) => (effect.kind === 'health' ? effect.to : effect.kind))).toEqual([
      'save',
      'unknown',
    ]);
    expect(moved.state.devices['atm']!.state).toMatchObject({
      stream: 0,
      seq: 0,
      incidentOpen: true,
      fails: 0,
    });
  });
  it('another check: counted anew, its health stays', () => {
    const changed = after('..', { kind: 'device-watched', device: device({ checkId: 9 }) });
    expect(changed.effects).toEqual([{ kind: 'save', deviceId: 'atm' }]);
    expect(changed.state.devices['atm']!.state).toMatchObject({ health: 'up', stream: 0, goods: 0 });
  });
  it('nobody brings samples of it any more: unknown, after three intervals and a minute', () => {
    const tick = (elapsedMs: number): EngineEvent => ({ kind: 'tick', elapsedMs });
    const still = after('..', tick(3 * INTERVAL_MS + 60_000));
    expect(still.effects).toEqual([]);
    const stale = step(still.state, tick(1), T0 + 3_600_000);
    expect(stale.effects).toMatchObject([{ kind: 'health', to: 'unknown', sinceMs: T0 + 2 * INTERVAL_MS }]);
    expect(stale.reasons).toMatchObject([{ code: 'no-samples' }]);
  });
});

describe('numbers are data', () => {
  it('by link and kind, the kind having the last word', () => {
    const settings = {
      all: DEFAULT_SETTINGS,
      byLink: { fibre: { downAfterFails: 5 } },
      byKind: { atm: { downAfterFails: 2 } },
    };
    expect(play('..xx', settings).told).toBe('2:up 4:down 4:open');
  });
  it('that contradict each other are refused', () => {
    const settings = { all: { ...DEFAULT_SETTINGS, resolveAfterGoods: 1 } };
    expect(() => play('.', settings)).toThrow(RangeError);
  });
});
