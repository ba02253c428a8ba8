import { expect, test } from 'vitest';
import { ApiError } from '../../../web/src/http/api-error.js';
import { errorWords } from '../../../web/src/i18n/error-words.js';

const conflict = (message: string, fields: ApiError['fields'] = []): ApiError =>
  new ApiError('RESOURCE_CONFLICT', 409, message, fields);

test('a clash is told by its fields, never by the hub’s English', () => {
  const error = conflict('Another site has the code BDG', [
    { field: 'code', message: 'Another site has the code BDG', code: 'in_use' },
  ]);
  for (const locale of ['en', 'id']) {
    expect(errorWords(error, locale)).toContain('This is in use already.');
    expect(errorWords(error, locale)).not.toContain('Another site');
  }
});

test.each([
  ['Site BDG still has 1 agent and 3 devices; move or delete them first', /Agents \(1\) and devices \(3\)/],
  ['Site BDG still has 2 agents; move or delete them first', /Agents \(2\)/],
  ['Agent bandung still watches 1 device; move or delete them first', /Devices \(1\)/],
])('%s', (message, words) => {
  expect(errorWords(conflict(message), 'id')).toMatch(words);
  expect(errorWords(conflict(message), 'id')).not.toContain('still has');
});

test('what has neither fields nor numbers is told in the hub’s words in English only', () => {
  expect(errorWords(conflict('It is closed'), 'en')).toContain('It is closed');
  expect(errorWords(conflict('It is closed'), 'id')).not.toContain('It is closed');
});

test.each(['SERVICE_UNAVAILABLE', 'UNREACHABLE', 'UNREADABLE_ANSWER'])(
  '%s: after a change it is said to look first',
  (code) => {
    const read = new ApiError(code, 503, '', [], 5);
    expect(errorWords(read, 'en')).not.toContain('may have been saved');
    expect(errorWords(read.ofChange(), 'en')).toMatch(/may have been saved .* before you try again/);
    const refused = new ApiError('VALIDATION_ERROR', 422, '');
    expect(refused.ofChange()).toBe(refused);
  },
);
