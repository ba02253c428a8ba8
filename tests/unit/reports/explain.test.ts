import { AGENT_STATES, HEALTHS, VERDICTS, type ExplainVerdict, type Health } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { AGENT_REASONS, HEALTH_REASONS } from '../../../hub/src/detection/index.js';
import { explain, type ExplainFacts, type IncidentFacts } from '../../../hub/src/reports/explain.js';

const SINCE = Date.parse('2026-01-15T08:00:15.000Z');
const MINUTE = 60_000;
const NUMBER = 'INC-20260115-000001';

const incident = (over: Partial<IncidentFacts> = {}): IncidentFacts => ({
  id: '0190aaaa-0000-7000-8000-000000000001',
  number: NUMBER,
  isOpen: true,
  state: 'new',
  occurrences: 1,
  detectedAtMs: SINCE + 15_000,
  reason: 'three-cycles-failed',
  ended: null,
  acknowledged: null,
  ...over,
});
const healthEntry = (code: string, to: Health, cycles?: number) => ({
  code,
  atMs: SINCE + 15_000,
  data: { from: 'up', to, since: new Date(SINCE).toISOString(), ...(cycles !== undefined && { cycles }) },
});
const DOWN = healthEntry('three-cycles-failed', 'down', 3);
const UP = healthEntry('two-cycles-good', 'up', 2);
const facts = (over: Partial<ExplainFacts> = {}): ExplainFacts => ({
  nowMs: SINCE + 10 * MINUTE,
  device: {
    id: '0190aaaa-0000-7000-8000-000000000002',
    name: 'ATM Dago',
    link: 'vsat',
    inServiceSinceMs: SINCE - 100 * MINUTE,
    isProbed: true,
  },
  agent: {
    id: '0190aaaa-0000-7000-8000-000000000003',
    name: 'bandung-1',
    state: 'online',
    lastSeenAtMs: SINCE,
  },
  settings: { resolveAfterGoods: 3 },
  health: 'down',
  sinceMs: SINCE,
  goods: 0,
  healthEntry: DOWN,
  agentEntry: null,
  incident: null,
  parked: null,
  late: null,
  withIncidents: true,
  ...over,
});
const ENDED = { event: 'closed', atMs: SINCE + 5 * MINUTE, reason: 'known works', actor: 'Rina' };
const BEFORE = { event: 'resolved', atMs: SINCE - 5 * MINUTE, reason: 'three-cycles-good', actor: null };
const AWAY = { code: 'agent-lost', atMs: SINCE + 20_000, data: {} };

// [what, facts, verdict, reason codes newest first, words in the text]
const CASES: [string, Partial<ExplainFacts>, ExplainVerdict, string[], string[]][] = [
  [
    'up, nothing ever open',
    { health: 'up', healthEntry: UP },
    'healthy',
    ['two-cycles-good'],
    ['answers its probes', 'VSAT link', 'bandung-1', '2026-01-15 08:00:15 UTC', '10 min'],
  ],
  [
    'up, the last incident is over',
    {
      health: 'up',
      healthEntry: UP,
      incident: incident({ isOpen: false, state: 'resolved', ended: BEFORE }),
    },
    'healthy',
    ['two-cycles-good'],
    ['nothing is open'],
  ],
  [
    'up, people closed what monitoring still holds open',
    { health: 'up', healthEntry: UP, incident: incident({ state: 'closed', ended: ENDED }) },
    'healthy',
    ['two-cycles-good'],
    [],
  ],
  [
    'down, open',
    { incident: incident() },
    'incident-open',
    ['incident-opened', 'three-cycles-failed'],
    ['has not answered', '3 probe cycles in a row failed', `Incident ${NUMBER} is open`],
  ],
  [
    'down, reopened, acknowledged',
    {
      incident: incident({
        occurrences: 4,
        acknowledged: { atMs: SINCE + MINUTE, by: 'Rina', reason: 'on my way' },
      }),
    },
    'incident-open',
    ['incident-acknowledged', 'incident-reopened', 'three-cycles-failed'],
    [],
  ],
  [
    'down on a lossy link',
    { healthEntry: healthEntry('six-cycles-failed', 'down', 6), incident: incident() },
    'incident-open',
    ['incident-opened', 'six-cycles-failed'],
    ['6 probe cycles', 'losing packets'],
  ],
  [
    'up, still open',
    { health: 'up', healthEntry: UP, goods: 2, incident: incident({ detectedAtMs: SINCE - 5 * MINUTE }) },
    'recovering',
    ['two-cycles-good', 'awaiting-good-cycles', 'incident-opened'],
    ['answers again', 'resolves after 3 good probe cycles', NUMBER],
  ],
  [
    'up, the resolve was refused',
    {
      health: 'up',
      healthEntry: UP,
      incident: incident({ detectedAtMs: SINCE - 5 * MINUTE }),
      parked: { what: 'resolve', atMs: SINCE + MINUTE, reason: 'disk full' },
    },
    'recovering',
    ['resolve-parked', 'two-cycles-good', 'incident-opened'],
    [],
  ],
  [
    'degraded, still open',
    { health: 'degraded', healthEntry: null, incident: incident({ detectedAtMs: SINCE - 1 }) },
    'recovering',
    ['awaiting-good-cycles', 'incident-opened'],
    [],
  ],
  [
    'down, closed by people',
    { incident: incident({ isOpen: false, state: 'closed', ended: ENDED }) },
    'incident-closed',
    ['incident-closed', 'incident-opened', 'three-cycles-failed'],
    ['was closed by Rina', 'none is open', NUMBER],
  ],
  [
    'down, resolved by people, not recovered',
    { incident: incident({ state: 'resolved', ended: { ...ENDED, event: 'resolved' } }) },
    'incident-closed',
    ['incident-resolved', 'incident-opened', 'three-cycles-failed'],
    [],
  ],
  [
    'down, cancelled by people',
    { incident: incident({ state: 'cancelled', ended: { ...ENDED, event: 'cancelled' } }) },
    'incident-closed',
    ['incident-cancelled', 'incident-opened', 'three-cycles-failed'],
    [],
  ],
  [
    'down, the last incident is of another outage',
    { incident: incident({ isOpen: false, state: 'resolved', ended: BEFORE }) },
    'no-incident',
    ['three-cycles-failed', 'not-opened'],
    ['No incident is open'],
  ],
  [
    'down, opening was refused',
    { parked: { what: 'open', atMs: SINCE + 16_000, reason: 'violates check "x"' } },
    'no-incident',
    ['open-parked', 'three-cycles-failed'],
    ['opening one was refused'],
  ],
  [
    'down, the verdict was refused',
    { parked: { what: 'verdict', atMs: SINCE + 16_000, reason: 'violates check "x"' } },
    'no-incident',
    ['verdict-parked', 'three-cycles-failed'],
    [],
  ],
  [
    'degraded',
    { health: 'degraded', healthEntry: null },
    'no-incident',
    ['degraded-only'],
    ['has been degraded'],
  ],
  [
    'up, an outage came late',
    {
      health: 'up',
      healthEntry: UP,
      late: { atMs: SINCE + MINUTE, data: { healed_ms: 60_000, down_ms: 30_000 } },
    },
    'healthy',
    ['late-data', 'two-cycles-good'],
    [],
  ],
  [
    'unknown, agent lost',
    {
      health: 'unknown',
      healthEntry: healthEntry('agent-lost', 'unknown'),
      agentEntry: AWAY,
      agent: { ...facts().agent, state: 'lost' },
    },
    'unobserved',
    ['agent-lost', 'agent-lost'],
    ['Nobody has been looking', 'not known'],
  ],
  [
    'unknown, agent lost, incident open',
    {
      health: 'unknown',
      healthEntry: healthEntry('agent-lost', 'unknown'),
      agentEntry: AWAY,
      incident: incident({ detectedAtMs: SINCE - MINUTE }),
    },
    'unobserved',
    ['agent-lost', 'agent-lost', 'incident-opened'],
    [`Incident ${NUMBER} stays open`],
  ],
  [
    'unknown, never enrolled',
    { health: 'unknown', healthEntry: null, agent: { ...facts().agent, state: 'pending' } },
    'unobserved',
    ['never-judged', 'agent-pending'],
    [],
  ],
  ['unknown, new', { health: 'unknown', healthEntry: null }, 'unobserved', ['never-judged'], []],
  [
    'unknown, no check',
    { health: 'unknown', healthEntry: null, device: { ...facts().device, isProbed: false } },
    'unobserved',
    ['no-check'],
    [],
  ],
  [
    'unknown, no samples',
    { health: 'unknown', healthEntry: healthEntry('no-samples', 'unknown') },
    'unobserved',
    ['no-samples'],
    ['brought no samples'],
  ],
  ...AGENT_STATES.filter((state) => state === 'lost' || state === 'stopped' || state === 'revoked').map(
    (state): (typeof CASES)[number] => [
      `unknown, agent ${state}, no entry`,
      { health: 'unknown', healthEntry: null, agent: { ...facts().agent, state } },
      'unobserved',
      [`agent-${state}`, 'never-judged'],
      [],
    ],
  ),
];

describe('verdict, reasons and words', () => {
  test.each(CASES)('%s', (_what, over, verdict, codes, parts) => {
    const answer = explain(facts(over));
    expect(answer.verdict).toBe(verdict);
    expect(answer.health).toBe(over.health ?? 'down');
    expect(answer.reasons.map(({ code }) => code)).toEqual(codes);
    for (const part of ['ATM Dago', ...parts]) expect(answer.text).toContain(part);
    for (const { text } of answer.reasons) expect(text).toMatch(/^[A-Z].{10,}\.$/);
    const times = answer.reasons.map(({ at }) => Date.parse(at));
    expect(times).toEqual([...times].sort((a, b) => b - a));
  });

  test('the table holds every verdict', () => {
    expect([...new Set(CASES.map(([, , verdict]) => verdict))].sort()).toEqual([...VERDICTS].sort());
  });

  test.each(HEALTH_REASONS.map((code) => [code]))('%s is told in the text and among the reasons', (code) => {
    const answer = explain(facts({ healthEntry: healthEntry(code, 'down', 3), incident: incident() }));
    expect(answer.reasons.map((reason) => reason.code)).toContain(code);
    expect(answer.text).not.toContain(code);
    expect(answer.text).toMatch(/bandung-1: \w/);
  });

  test.each(AGENT_REASONS.map((code) => [code]))('an agent that is %s is named with a ref', (code) => {
    const answer = explain(facts({ health: 'unknown', healthEntry: null, agentEntry: { ...AWAY, code } }));
    const reason = answer.reasons.find((each) => each.code === code);
    expect(reason).toMatchObject({ ref: { kind: 'agent', name: 'bandung-1' } });
    expect(reason?.text).toContain('Agent bandung-1 ');
  });

  test('refs: the incident by its number', () => {
    const [first] = explain(facts({ incident: incident() })).reasons;
    expect(first?.ref).toEqual({ kind: 'incident', id: incident().id, name: NUMBER });
  });
});

test.each(CASES)('without the right to read tickets nothing is said of incidents: %s', (_what, over) => {
  const seen = (more: Partial<ExplainFacts>) => explain(facts({ ...over, ...more, withIncidents: false }));
  const none = seen({ incident: null, ...(over.parked?.what !== 'verdict' && { parked: null }) });
  for (const known of [
    over.incident ?? null,
    incident(),
    incident({ isOpen: false, state: 'closed', ended: ENDED }),
  ])
    expect(seen({ incident: known })).toEqual(none);
  expect(JSON.stringify([none.text, none.reasons])).not.toMatch(/incident|ticket|open/i);
});

test('without the right to read tickets nothing names one, its people or what they wrote', () => {
  for (const health of HEALTHS)
    for (const [, over] of CASES) {
      const answer = explain(
        facts({
          ...over,
          health,
          incident: incident({
            state: over.incident?.state ?? 'new',
            ended: over.incident?.ended ?? ENDED,
            acknowledged: { atMs: SINCE, by: 'Rina', reason: 'on my way' },
          }),
          withIncidents: false,
        }),
      );
      const all = JSON.stringify(answer);
      for (const secret of [
        NUMBER,
        incident().id,
        'Rina',
        'on my way',
        'known works',
        'violates',
        'disk full',
      ])
        expect(all).not.toContain(secret);
      expect(answer.reasons.map(({ ref }) => ref?.kind)).not.toContain('incident');
    }
});
