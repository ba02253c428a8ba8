import { afterEach, describe, expect, test } from 'vitest';
import {
  agoWords,
  axisTime,
  clockTime,
  durationWords,
  exactTime,
  showTimesIn,
  shownTimeZone,
  timeOfDay,
  zoneName,
} from '../../../web/src/i18n/time.js';
import { axisNumber, milliseconds, percent, wholeNumber } from '../../../web/src/i18n/numbers.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Intl puts a no-break space before some units.
const plain = (text: string): string => text.replaceAll(/[\u00a0\u202f]/g, ' ');

describe('a length of time as a person says it', () => {
  test.each([
    // length, English, Indonesian
    [0, '0 sec', '0 detik'],
    [-5 * SECOND, '0 sec', '0 detik'],
    [42.9 * SECOND, '42 sec', '42 detik'],
    [59.999 * SECOND, '59 sec', '59 detik'],
    [MINUTE, '1 min', '1 menit'],
    [HOUR - 1, '59 min', '59 menit'],
    [HOUR, '1 hr', '1 jam'],
    [2 * HOUR + 5 * MINUTE, '2 hr 5 min', '2 jam 5 menit'],
    [DAY, '1 day', '1 hari'],
    [3 * DAY + 4 * HOUR, '3 days 4 hr', '3 hari 4 jam'],
    [45 * DAY + 4 * HOUR, '45 days', '45 hari'],
  ])('%d ms', (ms, english, indonesian) => {
    expect(plain(durationWords(ms, 'en'))).toBe(english);
    expect(plain(durationWords(ms, 'id'))).toBe(indonesian);
  });
});

describe('how long ago', () => {
  test.each([
    [0, 'now', 'sekarang'],
    // ahead of us by a clock's fault
    [-HOUR, 'now', 'sekarang'],
    [12 * SECOND, '12 seconds ago', '12 detik yang lalu'],
    [3 * MINUTE, '3 minutes ago', '3 menit yang lalu'],
    [2 * HOUR, '2 hours ago', '2 jam yang lalu'],
    [DAY, 'yesterday', 'kemarin'],
    [9 * DAY, '9 days ago', '9 hari yang lalu'],
  ])('%d ms', (ms, english, indonesian) => {
    expect(agoWords(ms, 'en')).toBe(english);
    expect(agoWords(ms, 'id')).toBe(indonesian);
  });
});

describe('the exact time', () => {
  const at = Date.UTC(2026, 0, 15, 3, 4, 5);
  test.each([
    ['en', 'Asia/Jakarta', 'Jan 15, 2026, 10:04:05 WIB'],
    ['en', 'Asia/Makassar', 'Jan 15, 2026, 11:04:05 WITA'],
    ['id', 'Asia/Jayapura', '15 Jan 2026, 12.04.05 WIT'],
    ['en', 'Europe/Berlin', 'Jan 15, 2026, 04:04:05 GMT+1'],
  ])('%s in %s', (locale, zone, words) => {
    expect(plain(exactTime(at, locale, zone))).toBe(words);
  });

  test.each([
    // ms ago, language, words
    [2 * HOUR, 'en', '10:04'],
    [2 * HOUR, 'id', '10.04'],
    [30 * HOUR, 'en', 'Jan 15, 10:04'],
    [30 * HOUR, 'id', '15 Jan, 10.04'],
  ])('when it began, %i ms ago, in %s: %s', (ago, locale, words) => {
    expect(plain(clockTime(at, at + ago, locale, 'Asia/Jakarta'))).toBe(words);
  });

  test('of day, with the zone', () => {
    expect(plain(timeOfDay(at, 'en', 'Asia/Jakarta'))).toBe('10:04:05 WIB');
    expect(plain(timeOfDay(at, 'id', 'Asia/Jakarta'))).toBe('10.04.05 WIB');
  });
});

describe('labels of a time axis', () => {
  const noon = new Date(2026, 0, 15, 12, 30, 15).getTime();
  const midnight = new Date(2026, 0, 15).getTime();
  test.each([
    // at, step, label
    [noon, 5 * SECOND, '12:30:15'],
    [noon, 10 * MINUTE, '12:30'],
    [midnight, 6 * HOUR, 'Jan 15'],
    [noon, DAY, 'Jan 15'],
  ])('%d by %d', (at, stepMs, label) => {
    expect(axisTime(at, stepMs, 'en')).toBe(label);
  });
});

describe('numbers', () => {
  test.each([
    [milliseconds(0.42, 'en'), '0.42 ms'],
    [milliseconds(12.345, 'en'), '12.3 ms'],
    [milliseconds(12.345, 'id'), '12,3 ms'],
    [milliseconds(812.4, 'en'), '812 ms'],
    [percent(33.333, 'en'), '33.3%'],
    [percent(33.333, 'id'), '33,3%'],
    [percent(100, 'en'), '100%'],
    [wholeNumber(9976, 'en'), '9,976'],
    [wholeNumber(9976, 'id'), '9.976'],
    [axisNumber(2.5, 'en'), '2.5'],
    [axisNumber(20, 'en'), '20'],
  ])('%s', (shown, wanted) => {
    expect(plain(shown)).toBe(wanted);
  });
});

describe('the zone that times are shown in', () => {
  const at = Date.UTC(2026, 0, 15, 17, 0, 0);
  afterEach(() => showTimesIn(undefined));

  test.each([
    // zone, of day, on an axis (midnight in Jakarta is the day), name
    ['Asia/Jakarta', '00:00:00 WIB', 'Jan 16', 'WIB'],
    ['Asia/Makassar', '01:00:00 WITA', '01:00', 'WITA'],
    ['Asia/Jayapura', '02:00:00 WIT', '02:00', 'WIT'],
    ['UTC', '17:00:00 UTC', '17:00', 'UTC'],
  ])('%s', (zone, ofDay, onAxis, name) => {
    showTimesIn(zone);
    expect(shownTimeZone()).toBe(zone);
    expect(plain(timeOfDay(at, 'en'))).toBe(ofDay);
    expect(plain(exactTime(at, 'en'))).toContain(ofDay);
    expect(axisTime(at, 60_000, 'en')).toBe(onAxis);
    expect(zoneName(at, zone)).toBe(name);
  });

  test("is the browser's own unless chosen", () => {
    showTimesIn('Asia/Jayapura');
    showTimesIn(undefined);
    expect(shownTimeZone()).toBe(new Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  test('one that is told wins', () => {
    showTimesIn('UTC');
    expect(plain(timeOfDay(at, 'en', 'Asia/Jakarta'))).toBe('00:00:00 WIB');
  });
});
