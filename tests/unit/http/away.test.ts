import { expect, test } from 'vitest';
import { isAway } from '../../../hub/src/platform/away.js';

const coded = (code: string): Error => Object.assign(new Error('some words'), { code });

test.each<[what: string, error: unknown, away: boolean]>([
  ['a refused connection', coded('ECONNREFUSED'), true],
  ['a name that is not known', coded('ENOTFOUND'), true],
  ['a reset by undici', coded('UND_ERR_SOCKET'), true],
  ['PostgreSQL shutting down', coded('57P01'), true],
  ['PostgreSQL starting up', coded('57P03'), true],
  ['no connection left', coded('53300'), true],
  ['a broken connection, which pg tells in words', new Error('Connection terminated unexpectedly'), true],
  ['a pool that waited in vain', new Error('timeout exceeded when trying to connect'), true],
  ['a statement cancelled', coded('57014'), false],
  ['a unique index', coded('23505'), false],
  ['a statement that is wrong', coded('42601'), false],
  ['a file that is not there', coded('ENOENT'), false],
  ['a fault of ours', new TypeError('x is undefined'), false],
  ['no error at all', 'ECONNREFUSED', false],
])('%s', (_what, error, away) => {
  expect(isAway(error)).toBe(away);
});
