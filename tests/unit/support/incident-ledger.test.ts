import { OUTCOME } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { compareIncidents, forecastIncidents, type StoredIncident } from '../../support/incident-ledger.js';
import type { Ledger, LedgerSample } from '../../support/ledger.js';
import type { LoadFleet } from '../../support/load/fleet.js';

const T0 = 1_700_000_000_000;
const CHECK = 7;
const fleet: LoadFleet = {
  agents: [
    {
      ...{ agentId: 'a', siteId: 's', shard: '00', username: 'a', password: 'p' },
      devices: [{ deviceId: 'd', checkId: CHECK, address: '10.0.0.1', intervalMs: 1_000, timeoutMs: 500 }],
    },
  ],
};

/**
 * A device's cycles, one a second and a batch each: `.` good, `x` failed, `_` none. `judged`: `y` told by an ack, `n` never
 * live, anything else live and never told. A process ends with what it was not told; the next has another stream.
 */
const ledgerOf = (story: string, judged = 'y'.repeat(story.length)): Ledger => {
  const ledger: Ledger = { samples: new Map(), killed: new Set([1]), complaints: [], acks: [] };
  let stream = 1;
  for (const [place, letter] of [...story].entries()) {
    if (judged[place] === 'y' && place > 0 && judged[place - 1] !== 'y') stream++;
    if (letter === '_') continue;
    const stampMs = T0 + place * 1_000;
    const seq = place + 1;
    const failed = letter === 'x';
    const sample: LedgerSample = {
      ...{ number: seq, life: 1, agent: 0, checkId: CHECK, onDisk: true, lost: failed ? 3 : 0 },
      outcome: failed ? OUTCOME.failed : OUTCOME.ok,
      places: [{ stream, stampMs }],
      live: judged[place] === 'n' ? undefined : { stream, seq },
    };
    ledger.samples.set(seq, sample);
    if (judged[place] === 'y') ledger.acks.push({ agent: 0, stream, judged: seq, atMs: stampMs + 100 });
  }
  return ledger;
};
const waysOf = (story: string, judged?: string): string[] =>
  (forecastIncidents(ledgerOf(story, judged), fleet).devices[0]?.ways ?? [])
    .map(({ openings, isOpen }) => `${openings}${isOpen ? ' open' : ''}`)
    .sort();

describe('the forecast of incidents', () => {
  it.each([
    ['a calm device', '.....', ['0']],
    ['two failed cycles', '..xx...', ['0']],
    ['three: one incident', '..xxx', ['1 open']],
    ['and three good ones resolve it', '..xxx...', ['1']],
    ['two do not', '..xxx..', ['1 open']],
    ['a recurrence', '.xxx....xxxx...', ['2']],
    ['a gap begins the counting anew', '..xx___x.....', ['0']],
    ['for good cycles as well', '..xxx..___..', ['1 open']],
    ['a gap of two cycles does not', '..xx_x', ['1 open']],
  ])('%s', (_what, story, ways) => {
    expect(waysOf(story)).toEqual(ways);
  });

  it('counts nothing that was never in the live lane', () => {
    expect(waysOf('..xxxx...', 'yynnnnyyy')).toEqual(['0']);
  });

  it('takes failed cycles with gaps between them for no outage', () => {
    const forecast = forecastIncidents(ledgerOf('..x___x___x..', 'nnnnnnnnnnnnn'), fleet);
    expect(forecast).toMatchObject({ faults: 0, blindFaults: [] });
  });

  it('works out an hour of which nobody knows what was judged, in no time', () => {
    const story = `..xxx${'.'.repeat(3_600)}`;
    expect(waysOf(story, '?'.repeat(story.length))).toEqual(['0', '1', '1 open']);
  });

  it('knows both ways where nobody knows what was judged', () => {
    expect(waysOf('..xxx....', 'yyyy?yyyy')).toEqual(['0', '1']);
    expect(waysOf('..xxxx...', 'yyyyy?yyy')).toEqual(['1']);
  });

  it('takes an ack of a batch that is no longer in the ring for no sign of judging', () => {
    const ledger = ledgerOf('..xxx....');
    ledger.acks = ledger.acks.map((ack) => ({ ...ack, atMs: T0 + 70_000 }));
    expect(forecastIncidents(ledger, fleet).devices[0]?.ways.length).toBeGreaterThan(1);
  });
});

const incident = (over: Partial<StoredIncident> = {}): StoredIncident => ({
  ...{ ticketId: 't', deviceId: 'd', isOpen: false, occurrences: 1 },
  ...{ events: ['opened', 'resolved'], firstFailedMs: [T0 + 2_000] },
  ...over,
});

describe('incidents beside the forecast', () => {
  const forecast = forecastIncidents(ledgerOf('..xxx....'), fleet);
  it('are equal', () => {
    expect(compareIncidents(forecast, [incident()], [])).toMatchObject({
      equal: true,
      occurrences: 1,
      faults: 1,
    });
  });
  it.each<[string, 'lost' | 'doubled' | 'crooked', StoredIncident[]]>([
    ['lost', 'lost', []],
    ['doubled', 'doubled', [incident(), incident({ ticketId: 'u' })]],
    [
      'opened once too often',
      'doubled',
      [incident({ occurrences: 2, events: ['opened', 'resolved', 'reopened', 'resolved'] })],
    ],
    ['of a device that is none of the fleet', 'doubled', [incident(), incident({ deviceId: 'e' })]],
    ['still open', 'crooked', [incident({ isOpen: true, events: ['opened'] })]],
    ['resolved twice', 'crooked', [incident({ events: ['opened', 'resolved', 'resolved'] })]],
  ])('%s: is found', (_what, kind, incidents) => {
    const verdict = compareIncidents(forecast, incidents, []);
    expect(verdict.equal).toBe(false);
    expect(verdict[kind]).toHaveLength(1);
  });

  it('a fault that nobody judged must be on the timeline', () => {
    const blind = forecastIncidents(ledgerOf('..xxx....', 'yynnnnyyy'), fleet);
    expect(compareIncidents(blind, [], [])).toMatchObject({
      equal: false,
      blindFaults: 1,
      untold: [{ deviceId: 'd', cycles: 3 }],
    });
    const late = { deviceId: 'd', fromMs: T0 + 2_000, toMs: T0 + 6_000 };
    expect(compareIncidents(blind, [], [{ ...late, downMs: 3_000 }])).toMatchObject({ equal: true });
    expect(compareIncidents(blind, [], [{ ...late, downMs: 0 }])).toMatchObject({ equal: false });
  });

  it('a short one on the border may be told by neither, a longer one must be by one', () => {
    const short = forecastIncidents(ledgerOf('..xxxx...', 'yy????yyy'), fleet);
    expect(short.blindFaults).toEqual([]);
    const longer = forecastIncidents(ledgerOf('..xxxxx...', 'yy?????yyy'), fleet);
    expect(longer.blindFaults).toHaveLength(1);
    expect(compareIncidents(longer, [incident()], [])).toMatchObject({ equal: true });
  });
});
