/**
 * Times as a person says them. The locale is handed in, and so is what time it is; the zone is the one chosen for the
 * whole app unless told.
 */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The Intl tag of one of the app's languages. */
export const intlTag = (locale: string): string => (locale === 'id' ? 'id-ID' : 'en');

const cache = new Map<string, unknown>();
const cached = <T>(key: string, make: () => T): T => {
  let made = cache.get(key) as T | undefined;
  if (made === undefined) cache.set(key, (made = make()));
  return made;
};

let shownZone: string | undefined;

/** Every time of the app is shown in this IANA zone from now on; undefined: the browser's own. */
export const showTimesIn = (zone: string | undefined): void => {
  shownZone = zone;
};

/** The IANA zone that times are shown in. */
export const shownTimeZone = (): string =>
  shownZone ?? cached('browser-zone', () => new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** How far the zone's clocks are ahead of UTC at a moment, ms. */
const aheadMs = (atMs: number, timeZone: string): number => {
  const format = cached(
    `ahead:${timeZone}`,
    () =>
      new Intl.DateTimeFormat('en', {
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
        hourCycle: 'h23',
        timeZone,
      }),
  );
  const parts = new Map(format.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const shownMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return shownMs - Math.floor(atMs / SECOND) * SECOND;
};

/** When a day (YYYY-MM-DD) begins in a zone; the day `plusDays` later where told. */
export const dayBegins = (day: string, plusDays = 0, timeZone: string = shownTimeZone()): number => {
  const midnightMs = Date.parse(`${day}T00:00:00Z`) + plusDays * DAY;
  const firstMs = midnightMs - aheadMs(midnightMs, timeZone);
  // Between the two guesses the clocks may have been changed.
  return midnightMs - aheadMs(firstMs, timeZone);
};

type Unit = 'second' | 'minute' | 'hour' | 'day';
const inUnit = (value: number, unit: Unit, locale: string): string =>
  cached(
    `unit:${unit}:${locale}`,
    () =>
      new Intl.NumberFormat(intlTag(locale), {
        style: 'unit',
        unit,
        // Indonesian shortens hari to "hr" and jam to "j": nobody who reads English too would get that right.
        unitDisplay: locale === 'id' ? 'long' : 'short',
        maximumFractionDigits: 0,
      }),
  ).format(value);

/** A length of time in its two largest units, e.g. "42 sec", "2 hr 5 min", "3 hari 4 jam". Negative counts as none. */
export const durationWords = (ms: number, locale: string): string => {
  const safeMs = Math.max(0, ms);
  if (safeMs < MINUTE) return inUnit(Math.floor(safeMs / SECOND), 'second', locale);
  if (safeMs < HOUR) return inUnit(Math.floor(safeMs / MINUTE), 'minute', locale);
  const [large, small, largeMs, smallMs]: [Unit, Unit, number, number] =
    safeMs < DAY ? ['hour', 'minute', HOUR, MINUTE] : ['day', 'hour', DAY, HOUR];
  const first = Math.floor(safeMs / largeMs);
  const second = Math.floor((safeMs % largeMs) / smallMs);
  const head = inUnit(first, large, locale);
  return second === 0 || first >= 30 ? head : `${head} ${inUnit(second, small, locale)}`;
};

/** How long ago, e.g. "12 seconds ago", "3 minutes ago", "2 days ago"; what lies ahead by a clock's fault counts as now. */
export const agoWords = (ms: number, locale: string): string => {
  const format = cached(
    `ago:${locale}`,
    () => new Intl.RelativeTimeFormat(intlTag(locale), { numeric: 'auto', style: 'long' }),
  );
  const safeMs = Math.max(0, ms);
  if (safeMs < MINUTE) return format.format(-Math.floor(safeMs / SECOND), 'second');
  if (safeMs < HOUR) return format.format(-Math.floor(safeMs / MINUTE), 'minute');
  if (safeMs < DAY) return format.format(-Math.floor(safeMs / HOUR), 'hour');
  return format.format(-Math.floor(safeMs / DAY), 'day');
};

/** A moment's zone by its Indonesian name (WIB, WITA, WIT) where it has one: English would say GMT+7. */
const withZoneName = (format: Intl.DateTimeFormat, atMs: number): string => {
  const { timeZone } = format.resolvedOptions();
  const names = cached(
    `zone:${timeZone}`,
    () => new Intl.DateTimeFormat('id-ID', { timeZone, timeZoneName: 'short' }),
  );
  const name = names.formatToParts(atMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  return format
    .formatToParts(atMs)
    .map(({ type, value }) => (type === 'timeZoneName' && /^WI(B|T|TA)$/.test(name) ? name : value))
    .join('');
};

/** Day, time to the second and zone: what hovering shows. `timeZone` is the chosen one unless told. */
export const exactTime = (atMs: number, locale: string, timeZone: string = shownTimeZone()): string => {
  const format = cached(
    `exact:${locale}:${timeZone}`,
    () =>
      new Intl.DateTimeFormat(intlTag(locale), {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZoneName: 'short',
        timeZone,
      }),
  );
  return withZoneName(format, atMs);
};

/** Day and time to the minute, for columns: the zone is the one that the top bar's clock names. */
export const minuteTime = (atMs: number, locale: string, timeZone: string = shownTimeZone()): string =>
  cached(
    `minute:${locale}:${timeZone}`,
    () =>
      new Intl.DateTimeFormat(intlTag(locale), {
        day: 'numeric',
        month: 'short',
        year: 'numeric',
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
      }),
  ).format(atMs);

/** Time of day to the second with its zone: the top bar's clock. */
export const timeOfDay = (atMs: number, locale: string, timeZone: string = shownTimeZone()): string => {
  const format = cached(
    `time:${locale}:${timeZone}`,
    () =>
      new Intl.DateTimeFormat(intlTag(locale), {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZoneName: 'short',
        timeZone,
      }),
  );
  return withZoneName(format, atMs);
};

/** Hour and minute, with the day where it is more than half a day ago; `nowMs` is what time it is. */
export const clockTime = (
  atMs: number,
  nowMs: number,
  locale: string,
  timeZone: string = shownTimeZone(),
): string => {
  const isRecent = nowMs - atMs < DAY / 2;
  return cached(
    `clock:${locale}:${isRecent}:${timeZone}`,
    () =>
      new Intl.DateTimeFormat(intlTag(locale), {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
        ...(isRecent ? {} : { day: 'numeric' as const, month: 'short' as const }),
      }),
  ).format(atMs);
};

/** A zone by the name it goes by now: WIB, WITA, WIT, else "GMT+1". */
export const zoneName = (atMs: number, timeZone: string): string =>
  withZoneName(
    cached(`zone-name:${timeZone}`, () => new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'short' })),
    atMs,
  )
    .split(/, ?/)
    .at(-1) ?? timeZone;

const isMidnight = (atMs: number, timeZone: string): boolean =>
  cached(
    `midnight:${timeZone}`,
    () =>
      new Intl.DateTimeFormat('en', {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        hourCycle: 'h23',
        timeZone,
      }),
  ).format(atMs) === '00:00:00';

/** Label of a chart's time axis: the time, and at midnight and where the step is a day, the day. */
export const axisTime = (
  atMs: number,
  stepMs: number,
  locale: string,
  timeZone: string = shownTimeZone(),
): string => {
  if (stepMs >= DAY || isMidnight(atMs, timeZone)) {
    return cached(
      `axis-day:${locale}:${timeZone}`,
      () => new Intl.DateTimeFormat(intlTag(locale), { day: 'numeric', month: 'short', timeZone }),
    ).format(atMs);
  }
  const seconds = stepMs < MINUTE;
  return cached(
    `axis-time:${locale}:${seconds}:${timeZone}`,
    () =>
      new Intl.DateTimeFormat(intlTag(locale), {
        hour: '2-digit',
        minute: '2-digit',
        hourCycle: 'h23',
        timeZone,
        ...(seconds ? { second: '2-digit' as const } : {}),
      }),
  ).format(atMs);
};
