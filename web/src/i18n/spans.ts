import { intlTag, shownTimeZone } from './time.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 3_600_000;

const formats = new Map<string, Intl.DateTimeFormat>();
const format = (locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat => {
  const timeZone = shownTimeZone();
  const key = `${locale}:${timeZone}:${JSON.stringify(options)}`;
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(intlTag(locale), { ...options, timeZone });
    formats.set(key, made);
  }
  return made;
};

const DAY = { day: 'numeric', month: 'short' } as const;

/** The day of a moment in the shown zone, e.g. "Sunday, 29 November 2026". */
export const dayWords = (atMs: number, locale: string): string =>
  format(locale, { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' }).format(atMs);

interface Stretch {
  fromMs: number;
  toMs: number;
}

/**
 * A span as a person writes it, in the shown zone: "03:10 – 03:22", "28 Nov, 23:50 – 29 Nov, 00:10", "1 Sep – 30 Nov
 * 2026"; with its day where it is `dated`, or begins and ends on different ones.
 */
export const spanWords = ({ fromMs, toMs }: Stretch, locale: string, dated = false): string => {
  const lengthMs = toMs - fromMs;
  if (lengthMs >= 3 * DAY_MS) return format(locale, { ...DAY, year: 'numeric' }).formatRange(fromMs, toMs);
  const seconds = lengthMs < 10 * MINUTE_MS ? ({ second: '2-digit' } as const) : {};
  const time = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', ...seconds } as const;
  const sameDay = format(locale, DAY).format(fromMs) === format(locale, DAY).format(toMs);
  return format(locale, dated || !sameDay ? { ...DAY, ...time } : time).formatRange(fromMs, toMs);
};
