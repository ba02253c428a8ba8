import { intlTag } from './time.js';

const formats = new Map<string, Intl.NumberFormat>();
const format = (locale: string, key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const name = `${locale}:${key}`;
  let made = formats.get(name);
  if (!made) formats.set(name, (made = new Intl.NumberFormat(intlTag(locale), options)));
  return made;
};

export const wholeNumber = (value: number, locale: string): string =>
  format(locale, 'whole', { maximumFractionDigits: 0 }).format(value);

/** Milliseconds with as many decimals as tell something: 0.42 ms, 12.3 ms, 812 ms. */
export const milliseconds = (ms: number, locale: string): string => {
  const digits = ms < 1 ? 2 : ms < 100 ? 1 : 0;
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return `${format(locale, `ms${digits}`, options).format(ms)} ms`;
};

/** A share in percent (0–100). */
export const percent = (value: number, locale: string): string =>
  format(locale, 'percent', { style: 'percent', maximumFractionDigits: 1 }).format(value / 100);

/** A number beside a chart's axis: as many decimals as it needs, two at most. */
export const axisNumber = (value: number, locale: string): string =>
  format(locale, 'axis', { maximumFractionDigits: 2 }).format(value);

/** A bound of what may be entered, to the last digit. */
export const limitNumber = (value: number, locale: string): string =>
  format(locale, 'limit', { maximumFractionDigits: 10 }).format(value);
