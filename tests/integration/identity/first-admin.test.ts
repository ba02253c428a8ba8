import { afterEach, beforeEach, expect, test } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { startIdentity, type TestIdentity } from '../http/http-harness.js';

const EMAIL = 'rina@bank.example';
const CLIENT = { ip: '127.0.0.1', userAgent: undefined };

let world: TestIdentity;
beforeEach(async () => {
  world = await startIdentity();
});
afterEach(() => world.database.drop());

const users = () => world.db.selectFrom('users').select(['email', 'username', 'role']).execute();

test('without a password one is made up, told once and good for a sign-in', async () => {
  const first = await world.identity.ensureAdmin(EMAIL);
  expect(first.created).toBe(true);
  expect(await users()).toEqual([{ email: EMAIL, username: 'admin', role: 'SUPER_ADMIN' }]);
  await world.identity.login({ email: EMAIL, password: first.password ?? '' }, CLIENT);
  expect(await world.identity.ensureAdmin(EMAIL)).toEqual({ created: false });
});

test('a given password is taken and not repeated', async () => {
  expect(await world.identity.ensureAdmin(EMAIL, 'Correct-Horse-7-Staple')).toEqual({ created: true });
  await world.identity.login({ username: 'admin', password: 'Correct-Horse-7-Staple' }, CLIENT);
});

test('a later start changes nothing, whatever it is given', async () => {
  await world.identity.ensureAdmin(EMAIL, 'Correct-Horse-7-Staple');
  expect(await world.identity.ensureAdmin('other@bank.example', 'weak')).toEqual({ created: false });
  expect(await users()).toHaveLength(1);
});

test.each(['short', 'Password1234', 'i-am-rina@bank.example'])(
  'a weak one (%s) is refused with its setting named',
  async (password) => {
    const refused = world.identity.ensureAdmin(EMAIL, password);
    await expect(refused).rejects.toThrow(StartError);
    await expect(refused).rejects.toThrow(/^SIAGA_ADMIN_PASSWORD: /);
    expect(await users()).toEqual([]);
  },
);

test('two hubs that start at once make one admin', async () => {
  const both = await Promise.all([world.identity.ensureAdmin(EMAIL), world.identity.ensureAdmin(EMAIL)]);
  expect(both.filter(({ created }) => created)).toHaveLength(1);
  expect(await users()).toHaveLength(1);
});
