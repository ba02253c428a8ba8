import { FAULT_CODES, type FieldFault } from '@siaga/shared';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rangeFault } from '../../../web/src/forms/faults.js';
import { ApiError } from '../../../web/src/http/api-error.js';
import { errorWords } from '../../../web/src/i18n/error-words.js';
import { faultWords } from '../../../web/src/i18n/fault-words.js';
import { setLocale } from '../../../web/src/locales/localization.js';

// Web Awesome's own words ask for a page; they are not what is tested here.
vi.mock('@awesome.me/webawesome/dist/translations/id.js', () => ({}));

const fault = (more: Partial<FieldFault>): FieldFault => ({
  field: 'name',
  message: "the hub's words",
  ...more,
});

const CASES: [Partial<FieldFault>, string, string][] = [
  [{ code: 'required' }, 'This is needed.', 'Wajib diisi.'],
  [{ code: 'unknown' }, 'This field is not known here.', 'Kolom ini tidak dikenal di sini.'],
  [
    { code: 'wrong_type' },
    'This is not the kind of value that belongs here.',
    'Jenis nilai ini tidak sesuai di sini.',
  ],
  [{ code: 'too_short', limits: { min: 1 } }, 'This is needed.', 'Wajib diisi.'],
  [
    { code: 'too_short', limits: { min: 8 } },
    'Too short: at least 8 characters.',
    'Terlalu pendek: paling sedikit 8 karakter.',
  ],
  [
    { code: 'too_long', limits: { max: 10_000 } },
    'Too long: at most 10,000 characters.',
    'Terlalu panjang: paling banyak 10.000 karakter.',
  ],
  [
    { code: 'out_of_range', limits: { min: -90, max: 90.5 } },
    'Only from -90 to 90.5.',
    'Hanya dari -90 sampai 90,5.',
  ],
  [{ code: 'out_of_range', limits: { min: 5 } }, 'At least 5.', 'Paling sedikit 5.'],
  [{ code: 'out_of_range', limits: { max: 5 } }, 'At most 5.', 'Paling banyak 5.'],
  [
    { code: 'not_one_of', limits: { allowed: ['up', 'down'] } },
    'Only one of these: up, down.',
    'Hanya salah satu dari: up, down.',
  ],
  [{ code: 'wrong_form' }, "the hub's words", 'Bentuknya tidak sesuai di sini.'],
  [
    { code: 'wrong_form', field: 'code' },
    'Only letters, digits, dot, hyphen and underscore, beginning with a letter or digit.',
    'Hanya huruf, angka, titik, tanda hubung, dan garis bawah; diawali huruf atau angka.',
  ],
  [{ code: 'twice' }, 'The same is named twice.', 'Yang sama disebut dua kali.'],
  [{ code: 'in_use' }, 'This is in use already.', 'Ini sudah dipakai.'],
  [
    { code: 'in_use', field: 'address' },
    'The agent already watches this address.',
    'Agen sudah memantau alamat ini.',
  ],
  [
    { code: 'not_found' },
    'There is no such thing, or no longer.',
    'Tidak ada yang seperti itu, atau sudah tidak ada.',
  ],
  // without words here, or without what they need: the hub's own
  [{ code: 'other' }, "the hub's words", "the hub's words"],
  [{}, "the hub's words", "the hub's words"],
  [{ code: 'too_long' }, "the hub's words", "the hub's words"],
  [{ code: 'out_of_range' }, "the hub's words", "the hub's words"],
  [{ code: 'not_one_of' }, "the hub's words", "the hub's words"],
  [{ code: 'other', message: '' }, 'This needs another look.', 'Ini perlu diperiksa lagi.'],
];

test('every code has words', () => {
  const told = new Set(CASES.map(([{ code }]) => code));
  expect(FAULT_CODES.filter((code) => !told.has(code))).toEqual([]);
});

describe('in English', () => {
  test.each(CASES)('%j', (more, english) => {
    expect(faultWords(fault(more), 'en')).toBe(english);
  });
});

describe('in Indonesian', () => {
  beforeAll(async () => {
    // lit-localize tells the window that the language changed.
    vi.stubGlobal('window', new EventTarget());
    await setLocale('id');
  });
  afterAll(async () => {
    await setLocale('en');
    vi.unstubAllGlobals();
  });

  test.each(CASES)('%j', (more, _english, indonesian) => {
    expect(faultWords(fault(more), 'id')).toBe(indonesian);
  });

  test('a number out of its range is told before the hub is asked', () => {
    expect(rangeFault('91', -90, 90, 'id')).toBe('Hanya dari -90 sampai 90.');
    expect(rangeFault('-6,9', -90, 90, 'id')).toBeUndefined();
    expect(rangeFault('', -90, 90, 'id')).toBeUndefined();
    expect(rangeFault('east', -90, 90, 'id')).toBe('Isi dengan angka.');
  });
});

test.each([
  ['You lack the permission tickets:write', 'You lack the right “tickets:write” for this.'],
  ['no', 'You lack the right for this.'],
])('the right that is lacking is named: %s', (message, words) => {
  expect(errorWords(new ApiError('INSUFFICIENT_PERMISSIONS', 403, message), 'en')).toContain(words);
});
