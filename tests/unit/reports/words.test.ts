import { describe, expect, test } from 'vitest';
import { AGENT_REASONS, HEALTH_REASONS, RESOLVE_REASONS } from '../../../hub/src/detection/index.js';
import { duration, healthWords, utc, wordsOf } from '../../../hub/src/reports/words.js';

const SINCE = '2026-01-15T08:00:15.000Z';

describe('every code the engine can emit has words of its own', () => {
  // [code, words after the head]
  const HEALTH: Record<string, string> = {
    'three-cycles-failed': '4 probe cycles in a row failed',
    'six-cycles-failed': '4 probe cycles in a row failed on a link that had been losing packets before',
    'two-cycles-good': '4 probe cycles in a row were answered',
    'agent-changed': 'another agent watches it from then on',
    'no-samples': 'its agent brought no samples of it',
    'agent-lost': 'the connection of its agent broke without a word',
    'agent-stopped': 'its agent was stopped',
    'agent-silent': 'its agent fell silent',
    'agent-revoked': "its agent's credentials were taken away",
    'hub-away': 'no hub was running',
    'not-judged': 'its samples waited too long to be judged',
  };
  test.each(HEALTH_REASONS.map((code) => [code]))('health %s', (code) => {
    const data = { from: 'up', to: 'down', since: SINCE, cycles: 4 };
    expect(wordsOf({ kind: 'health', code, data })).toBe(
      `Down since 2026-01-15 08:00:15 UTC: ${HEALTH[code]}`,
    );
  });

  test.each(AGENT_REASONS.map((code) => [code]))('agent %s', (code) => {
    const text = wordsOf({ kind: 'agent', code, data: { agent_name: 'Dago' } });
    expect(text).toMatch(/^Agent Dago (was|fell|brought|is) /);
    // The code itself is no wording.
    expect(text).not.toContain(code);
  });

  test('no two codes share their words', () => {
    for (const [kind, codes] of [
      ['health', HEALTH_REASONS],
      ['agent', AGENT_REASONS],
    ] as const)
      expect(new Set(codes.map((code) => wordsOf({ kind, code, data: {} }))).size).toBe(codes.length);
  });

  test.each([...HEALTH_REASONS, ...RESOLVE_REASONS].map((code) => [code]))('incident reason %s', (code) => {
    const text = wordsOf({
      kind: 'incident',
      code: 'opened',
      data: { reason: code, ticket_number: 'INC-1' },
    });
    expect(text).toMatch(/^Incident INC-1 was opened: \w/);
    expect(text).not.toContain(code);
  });
});

// [kind, code, data, words]
test.each<[string, string, Record<string, unknown>, string]>([
  ['health', 'two-cycles-good', { to: 'up' }, 'Up: 2 probe cycles in a row were answered'],
  ['health', 'some-new-reason', { to: 'down' }, 'Down: some new reason'],
  ['health', 'toString', {}, 'Health changed: toString'],
  ['agent', 'agent-heard-again', { after: 'agent-lost' }, 'Agent is heard again after its connection broke'],
  ['agent', 'agent-heard-again', { after: 'constructor' }, 'Agent is heard again'],
  [
    'incident',
    'acknowledged',
    { ticket_number: 'INC-7', actor: 'Rina', reason: 'on my way' },
    'Incident INC-7 was acknowledged by Rina: on my way',
  ],
  ['incident', 'unacknowledged', { actor: 'Rina' }, 'Incident is no longer acknowledged by Rina'],
  [
    'incident',
    'commented',
    { ticket_number: 'INC-7', actor: 'Budi' },
    'Incident INC-7 was commented on by Budi',
  ],
  ['incident', 'resolved', { reason: 'three-cycles-good' }, 'Incident was resolved: it answers again'],
  ['incident', 'moved_team', {}, 'Incident changed (moved team)'],
  [
    'late-data',
    'late-data',
    { from: SINCE, to: '2026-01-15T09:00:15.000Z', healed_ms: 3_600_000, down_ms: 60_000 },
    'Late samples of 2026-01-15 08:00:15 UTC to 2026-01-15 09:00:15 UTC filled in 1 h that had been unknown, down for 1 min of it',
  ],
  ['late-data', 'late-data', {}, 'Late samples filled in 0 s that had been unknown'],
  ['note', 'window-began', {}, 'window began'],
  ['note', 'device-deleted', { actor: 'Rina' }, 'The device was deleted by Rina'],
  ['note', 'device-restored', {}, 'The device was restored'],
  ['', '', {}, 'Something happened'],
])('%s %s %j', (kind, code, data, words) => {
  expect(wordsOf({ kind, code, data })).toBe(words);
});

test('what people wrote is quoted whole up to 500 characters, and never cut through one', () => {
  const quoted = (reason: string) => wordsOf({ kind: 'incident', code: 'acknowledged', data: { reason } });
  expect(quoted('🏧'.repeat(500))).toBe(`Incident was acknowledged: ${'🏧'.repeat(500)}`);
  expect(quoted('🏧'.repeat(501))).toBe(`Incident was acknowledged: ${'🏧'.repeat(500)}…`);
});

test.each([
  [0, '0 s'],
  [499, '0 s'],
  [45_000, '45 s'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [7_200_000, '2 h'],
  [7_203_000, '2 h'],
  [400 * 86_400_000, '400 d'],
  [-5_000, '0 s'],
])('%d ms is %s', (ms, words) => expect(duration(ms)).toBe(words));

test('a time that is none is shown as it is', () => {
  expect(utc('soon')).toBe('soon');
  expect(healthWords('hasOwnProperty', {})).toBe('hasOwnProperty');
});
