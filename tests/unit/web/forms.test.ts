import type { Device } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { bodyOf, draftOf, emptyDraft } from '../../../web/src/devices/device-draft.js';
import { codeFault, faultsByField, looksLikeAddress, requiredFault } from '../../../web/src/forms/faults.js';
import { errorOfAnswer } from '../../../web/src/http/api-error.js';

describe('addresses that can be one', () => {
  test.each([
    ['10.20.30.40', true],
    ['255.255.255.255', true],
    ['::1', true],
    ['2001:db8::7', true],
    ['10.20.30', false],
    ['10.20.30.256', false],
    ['10.20.30.40/24', false],
    ['router.example', false],
    ['', false],
  ])('%s', (text, can) => {
    expect(looksLikeAddress(text)).toBe(can);
  });
});

test.each([
  ['', true],
  ['KC-BDG_1.a', true],
  ['-KC', false],
  ['KC BDG', false],
  ['<b>', false],
])('code "%s"', (code, good) => {
  expect(codeFault(code) === undefined).toBe(good);
});

test.each([
  ['', true],
  [' \u200b\u2060', true],
  ['\u200b.', false],
])('what is needed: "%s"', (text, isMissing) => {
  expect(requiredFault(text) !== undefined).toBe(isMissing);
});

test('the first fault of a field is the one shown', () => {
  expect(
    faultsByField([
      { field: 'address', message: 'is no address' },
      { field: 'address', message: 'is too long' },
      { field: 'parent_ids.0', message: 'is unknown' },
    ]),
  ).toEqual({ address: 'is no address', parent_ids: 'is unknown' });
});

describe('what a device form sends', () => {
  const device = {
    id: '1',
    code: 'ATM-1',
    name: 'ATM 1',
    kind: 'atm',
    model: 'NCR',
    address: '10.0.0.1',
    link: 'vsat',
    site_id: 's',
    agent_id: 'a',
    parent_ids: ['p', 'q'],
  } as unknown as Device;

  test('for a new one: an address and a site are enough', () => {
    expect(bodyOf({ ...emptyDraft, address: ' 10.0.0.9 ', site_id: 's' }, undefined)).toEqual({
      address: '10.0.0.9',
      site_id: 's',
      kind: 'other',
      link: 'other',
    });
  });

  test.each([
    ['only what changed', { name: 'ATM one' }, { name: 'ATM one' }],
    ['an emptied model is taken away', { model: ' ' }, { model: null }],
    ['an emptied name becomes the address', { name: '' }, { name: '10.0.0.1' }],
    ['so does one that shows nothing', { name: '\u200b' }, { name: '10.0.0.1' }],
    ['parents in another order', { parent_ids: ['q', 'p'] }, { parent_ids: ['q', 'p'] }],
    ['no parent any more', { parent_ids: [] }, { parent_ids: [] }],
    ['nothing changed', {}, undefined],
  ])('for a known one: %s', (_name, typed, body) => {
    expect(bodyOf({ ...draftOf(device), ...typed }, device)).toEqual(body);
  });
});

describe('answers that are none of success', () => {
  test.each([
    [
      'the hub names the fault',
      422,
      {
        success: false,
        error: { code: 'VALIDATION_ERROR', message: 'no', details: [{ field: 'a', message: 'b' }] },
      },
      'VALIDATION_ERROR',
    ],
    ['a proxy says that the hub is away', 502, undefined, 'UNREACHABLE'],
    ['something else answers', 418, { teapot: true }, 'UNREADABLE_ANSWER'],
  ])('%s', (_name, status, body, code) => {
    expect(errorOfAnswer(status, body)).toMatchObject({ code, status });
  });

  test('seconds to wait are kept', () => {
    const body = { success: false, error: { code: 'RATE_LIMIT_EXCEEDED', message: '', retry_after: 12 } };
    expect(errorOfAnswer(429, body).retryAfterS).toBe(12);
  });
});
