import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fractionOf,
  momentAt,
  movedCursor,
  placeAt,
  spanBetween,
  zoomed,
} from '../../../web/src/charts/brush.js';
import { lengthOf, RANGE_NAMES, spanOf, type Span } from '../../../web/src/charts/ranges.js';
import {
  MAX_SPAN_MS,
  MIN_SPAN_MS,
  queryOf,
  refreshOf,
  sameView,
  spanOfView,
  trailWith,
  viewOf,
  type View,
} from '../../../web/src/charts/view.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOW = Date.UTC(2026, 10, 29, 15);

const spans = fc
  .tuple(
    fc.integer({ min: 0, max: NOW - MIN_SPAN_MS }),
    fc.integer({ min: MIN_SPAN_MS, max: 90 * 24 * HOUR }),
  )
  .map(([fromMs, lengthMs]): Span => ({ fromMs, toMs: Math.min(NOW, fromMs + lengthMs) }))
  .filter((span) => lengthOf(span) >= MIN_SPAN_MS);
const views = fc
  .tuple(fc.constantFrom(...RANGE_NAMES), fc.option(spans, { nil: undefined }))
  .map(([range, span]): View => ({ range, span }));

const isShowable = ({ fromMs, toMs }: Span): boolean =>
  Number.isInteger(fromMs) &&
  Number.isInteger(toMs) &&
  fromMs >= 0 &&
  toMs - fromMs >= MIN_SPAN_MS &&
  toMs - fromMs <= MAX_SPAN_MS;

describe('a view in the address', () => {
  test('comes back as it went in', () => {
    fc.assert(
      fc.property(views, (view) => {
        const query = new URLSearchParams(queryOf(view));
        expect(sameView(viewOf(query), view)).toBe(true);
      }),
    );
  });

  test.each([
    ['nothing', '', '1h', undefined],
    ['a range', 'range=30d', '30d', undefined],
    ['a range that there is not', 'range=31d', '1h', undefined],
    ['a span and where it came from', `range=6h&from=0&to=${HOUR}`, '6h', { fromMs: 0, toMs: HOUR }],
    ['half a span', 'range=6h&from=0', '6h', undefined],
    ['a span that ends before it begins', `from=${HOUR}&to=0`, '1h', undefined],
    ['a span of seconds', 'from=1000&to=2000', '1h', undefined],
    ['a span of years', `from=0&to=${NOW}`, '1h', undefined],
    ['words', 'from=yesterday&to=today', '1h', undefined],
    ['a negative moment', `from=-5&to=${HOUR}`, '1h', undefined],
    ['a moment beyond all calendars', 'from=99999999999999999&to=99999999999999999999', '1h', undefined],
  ])('%s', (_name, query, range, span) => {
    expect(viewOf(new URLSearchParams(query))).toEqual({ range, span });
  });

  test('the shortest address is the last hour', () => {
    expect(queryOf({ range: '1h', span: undefined })).toEqual({ range: '', from: '', to: '' });
  });

  test('a range moves on with the time, a span does not', () => {
    const span = { fromMs: 0, toMs: HOUR };
    expect(spanOfView({ range: '6h', span: undefined }, NOW)).toEqual(spanOf('6h', NOW));
    expect(refreshOf({ range: '6h', span: undefined })).toBe(30_000);
    expect(spanOfView({ range: '6h', span }, NOW)).toBe(span);
    expect(refreshOf({ range: '6h', span })).toBeUndefined();
  });
});

describe('the way back', () => {
  const range: View = { range: '6h', span: undefined };
  const once: View = { range: '6h', span: { fromMs: 0, toMs: HOUR } };
  const twice: View = { range: '6h', span: { fromMs: 0, toMs: MINUTE } };

  test('each zoom is a step', () => {
    expect([range, once, twice].reduce<readonly View[]>(trailWith, [])).toEqual([range, once, twice]);
  });
  test('going back takes the steps away, by which way ever', () => {
    const trail = [range, once, twice, once].reduce<readonly View[]>(trailWith, []);
    expect(trail).toEqual([range, once]);
  });
  test('another range begins anew', () => {
    const day: View = { range: '24h', span: undefined };
    expect([range, once, day].reduce<readonly View[]>(trailWith, [])).toEqual([day]);
  });
  test('from an address that is zoomed already it leads to the range', () => {
    expect(trailWith([], twice)).toEqual([range, twice]);
  });
});

describe('the brush', () => {
  test('whatever is chosen can be shown, and holds what was chosen', () => {
    const moment = fc.integer({ min: 0, max: NOW });
    fc.assert(
      fc.property(moment, moment, (one, other) => {
        const span = spanBetween(one, other, NOW);
        expect(isShowable(span)).toBe(true);
        expect(span).toEqual(spanBetween(other, one, NOW));
        if (Math.abs(one - other) <= MAX_SPAN_MS) {
          expect(span.fromMs).toBeLessThanOrEqual(Math.min(one, other));
          expect(span.toMs).toBeGreaterThanOrEqual(Math.max(one, other));
        }
      }),
    );
  });

  test('zooming keeps the moment under the cursor in sight, and never looks into the future', () => {
    fc.assert(
      fc.property(
        spans,
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.constantFrom(2, 0.5),
        (span, place, by) => {
          const aroundMs = momentAt(span, place);
          const shown = zoomed(span, aroundMs, by, NOW);
          expect(isShowable(shown)).toBe(true);
          expect(shown.fromMs).toBeLessThanOrEqual(aroundMs + 1);
          expect(shown.toMs).toBeGreaterThanOrEqual(aroundMs - 1);
          expect(shown.toMs).toBeLessThanOrEqual(Math.max(NOW, MIN_SPAN_MS));
        },
      ),
    );
  });

  test('in and out again is where it was', () => {
    const span = { fromMs: NOW - 6 * HOUR, toMs: NOW - 2 * HOUR };
    const inside = zoomed(span, NOW - 3 * HOUR, 2, NOW);
    expect(lengthOf(inside)).toBe(2 * HOUR);
    expect(zoomed(inside, NOW - 3 * HOUR, 0.5, NOW)).toEqual(span);
  });

  test.each([
    // zooming out at the right end grows to the left only
    ['at now', { fromMs: NOW - HOUR, toMs: NOW }, NOW, 0.5, { fromMs: NOW - 2 * HOUR, toMs: NOW }],
    ['below a minute', { fromMs: 0, toMs: MINUTE }, MINUTE / 2, 2, { fromMs: 0, toMs: MINUTE }],
  ])('ends %s', (_name, span, aroundMs, factor, shown) => {
    expect(zoomed(span, aroundMs, factor, NOW)).toEqual(shown);
  });

  test('the cursor stays on the chart', () => {
    fc.assert(
      fc.property(spans, fc.double({ noNaN: true }), (span, by) => {
        const at = movedCursor(span, undefined, by);
        expect(fractionOf(span, at)).toBeGreaterThanOrEqual(0);
        expect(fractionOf(span, at)).toBeLessThanOrEqual(1);
      }),
    );
  });

  test.each([
    [[], 5, -1],
    [[10, 20, 30], 5, 0],
    [[10, 20, 30], 10, 0],
    [[10, 20, 30], 19, 0],
    [[10, 20, 30], 20, 1],
    [[10, 20, 30], 99, 2],
  ])('the place in %j at %d', (times, atMs, place) => {
    expect(placeAt(times, atMs)).toBe(place);
  });
});
