import type { TicketSummary } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { isDimmed, isOtherVersion, readDim, worstIncidents } from '../../../web/src/wall/wall-model.js';

const AT = '2026-01-15T03:04:05.000Z';
const ticket = (id: string, more: Partial<TicketSummary> = {}): TicketSummary => ({
  id,
  ticket_number: `INC-${id}`,
  ticket_type: 'incident',
  title: id,
  description: '',
  status: 'new',
  priority: 'high',
  requester: { id: 'm', name: 'Monitoring', email: 'm@siaga.local' },
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: AT,
  updated_at: AT,
  resolved_at: null,
  closed_at: null,
  source: 'monitoring',
  device_id: 'd',
  site_id: 's',
  condition: 'unreachable',
  occurrences: 1,
  first_failed_at: AT,
  detected_at: AT,
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
  ...more,
});

test('the worst on the wall: not acknowledged, then the most pressing, then the longest standing', () => {
  const { shown, more } = worstIncidents(
    [
      ticket('acknowledged', { acknowledged_at: AT, priority: 'critical' }),
      ticket('late', { first_failed_at: '2026-01-15T04:00:00.000Z' }),
      ticket('early', { first_failed_at: '2026-01-15T02:00:00.000Z' }),
      ticket('by hand', { first_failed_at: null, created_at: '2026-01-15T03:00:00.000Z' }),
      ticket('critical', { priority: 'critical', first_failed_at: '2026-01-15T05:00:00.000Z' }),
      ticket('low', { priority: 'low', first_failed_at: '2026-01-14T05:00:00.000Z' }),
    ],
    5,
  );
  expect(shown.map(({ id }) => id)).toEqual(['critical', 'early', 'by hand', 'late', 'low']);
  expect(more).toBe(1);
});

test.each([
  // wish, hour, dimmed
  ['auto', 21, false],
  ['auto', 22, true],
  ['auto', 0, true],
  ['auto', 5, true],
  ['auto', 6, false],
  ['on', 12, true],
  ['off', 23, false],
] as const)('dim=%s at %i: %s', (dim, hour, dimmed) => {
  expect(isDimmed(dim, hour)).toBe(dimmed);
});

test('a wish that is none counts as by the hour', () => {
  expect(readDim(new URLSearchParams('dim=bright'))).toBe('auto');
  expect(readDim(new URLSearchParams('dim=on'))).toBe('on');
});

describe('another version of the page', () => {
  const page = (script: string) =>
    `<!doctype html><html><head><title>Siaga</title><script type="module" src="${script}"></script></head></html>`;

  test.each([
    ['the same files', page('/assets/index-a1.js'), false],
    ['other files', page('/assets/index-b2.js'), true],
    ["a proxy's error page", '<html><title>502 Bad Gateway</title></html>', false],
    ['nothing', '', false],
  ])('%s', (_name, html, other) => {
    expect(isOtherVersion(html, ['/assets/index-a1.js'])).toBe(other);
  });
});
