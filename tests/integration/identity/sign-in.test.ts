import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DomainError } from '../../../hub/src/errors.js';
import { addUser, PASSWORD, startIdentity, type TestIdentity } from '../http/http-harness.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const CLIENT = { ip: '127.0.0.1', userAgent: 'test/1' };

let world: TestIdentity;
let names = 0;
beforeAll(async () => {
  world = await startIdentity();
});
afterAll(() => world.database.drop());

/** Each test has an account and an address of its own, so that locks and throttles do not meet. */
const someone = async () => {
  names += 1;
  const username = `user${names}`;
  const id = await addUser(world.db, username, 'MANAGER');
  return { id, username, client: { ip: `10.1.${names >> 8}.${names & 255}`, userAgent: 'test/1' } };
};

const refusal = async (promise: Promise<unknown>): Promise<DomainError> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DomainError)) throw new Error(`not refused: ${String(error)}`);
  return error;
};

const auditOf = (userId: string) =>
  world.db
    .selectFrom('audit_log')
    .select(['action', 'status', 'details', 'ip', 'user_agent'])
    .where('user_id', '=', userId)
    .orderBy('id')
    .execute();

describe('login', () => {
  test.each([
    ['by user name', (name: string) => ({ username: name })],
    ['by user name in another case', (name: string) => ({ username: name.toUpperCase() })],
    ['by mail address', (name: string) => ({ email: `${name}@Bank.Example` })],
  ])('%s', async (_what, nameOf) => {
    const { id, username, client } = await someone();
    const tokens = await world.identity.login({ ...nameOf(username), password: PASSWORD }, client);
    expect(tokens).toMatchObject({ expiresInS: 3600, user: { id, username, role: 'MANAGER' } });
    expect(await world.identity.byToken(tokens.accessToken)).toMatchObject({
      userId: id,
      kind: 'token',
      role: 'MANAGER',
      expiresAtMs: world.clock.nowMs() + HOUR,
    });
    expect(await auditOf(id)).toEqual([
      { action: 'user.sign-in', status: 'success', details: {}, ip: client.ip, user_agent: 'test/1' },
    ]);
  });

  test.each([
    ['no name', {}, 'VALIDATION_ERROR'],
    ['both names', { username: 'a', email: 'b' }, 'VALIDATION_ERROR'],
    ['an unknown name', { username: 'nobody' }, 'INVALID_CREDENTIALS'],
    ['an unknown mail address', { email: 'nobody@bank.example' }, 'INVALID_CREDENTIALS'],
  ])('%s', async (_what, name, code) => {
    const error = await refusal(world.identity.login({ ...name, password: PASSWORD }, CLIENT));
    expect(error.code).toBe(code);
  });

  test('an unknown account and a wrong password are told in the same words', async () => {
    const { username, client } = await someone();
    const wrong = await refusal(world.identity.login({ username, password: 'wrong' }, client));
    const unknown = await refusal(
      world.identity.login({ username: `no-${username}`, password: 'wrong' }, client),
    );
    expect([wrong.code, wrong.message, wrong.details]).toEqual([
      unknown.code,
      unknown.message,
      unknown.details,
    ]);
  });

  test('a deactivated account and a service user are as unknown', async () => {
    const off = await someone();
    await world.db.updateTable('users').set({ is_active: false }).where('id', '=', off.id).execute();
    const service = await someone();
    await world.db.updateTable('users').set({ password_hash: null }).where('id', '=', service.id).execute();
    for (const { username, client } of [off, service])
      expect((await refusal(world.identity.login({ username, password: PASSWORD }, client))).code).toBe(
        'INVALID_CREDENTIALS',
      );
  });

  test('neither passwords, tokens nor typed names are written down', async () => {
    const { username, client } = await someone();
    const { refreshToken } = await world.identity.login({ username, password: PASSWORD }, client);
    await refusal(world.identity.login({ username: 'MyPassword-typed-here', password: 'x' }, client));
    const tables = await Promise.all(
      ['users', 'sign_ins', 'sign_in_secrets', 'audit_log'].map(
        async (table) => (await sql`select t::text as row from ${sql.table(table)} t`.execute(world.db)).rows,
      ),
    );
    const text = JSON.stringify(tables);
    for (const secret of [PASSWORD, refreshToken, 'MyPassword-typed-here'])
      expect(text).not.toContain(secret);
    expect(text).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });
});

describe('lockout', () => {
  const fail = (username: string, client: typeof CLIENT) =>
    refusal(world.identity.login({ username, password: 'wrong' }, client));

  // Unknown names seem to lock as well, or the lock would tell which accounts exist.
  test.each(['a known', 'an unknown'])(
    '%s name locks after five failures for half an hour',
    async (which) => {
      const account = await someone();
      const username = which === 'a known' ? account.username : `no-${account.username}`;
      const codes: string[] = [];
      for (let i = 0; i < 7; i += 1) codes.push((await fail(username, account.client)).code);
      expect(codes).toEqual([
        ...Array.from({ length: 5 }, () => 'INVALID_CREDENTIALS'),
        'ACCOUNT_LOCKED',
        'ACCOUNT_LOCKED',
      ]);
      world.clock.advance(29 * MINUTE);
      const locked = await refusal(world.identity.login({ username, password: PASSWORD }, account.client));
      expect(locked).toMatchObject({ code: 'ACCOUNT_LOCKED', details: { retryAfterS: 60 } });
      world.clock.advance(MINUTE);
      if (which === 'a known') await world.identity.login({ username, password: PASSWORD }, account.client);
      else expect((await fail(username, account.client)).code).toBe('INVALID_CREDENTIALS');
    },
  );

  test('each failure and the lock are audited', async () => {
    const { id, username, client } = await someone();
    for (let i = 0; i < 6; i += 1) await fail(username, client);
    expect((await auditOf(id)).map(({ status, details }) => ({ status, ...details }))).toEqual([
      ...Array.from({ length: 4 }, () => ({ status: 'failure', reason: 'wrong-password' })),
      { status: 'failure', reason: 'wrong-password', locks: true },
      { status: 'failure', reason: 'locked' },
    ]);
  });

  test('a success starts the count anew', async () => {
    const { username, client } = await someone();
    for (let i = 0; i < 4; i += 1) await fail(username, client);
    await world.identity.login({ username, password: PASSWORD }, client);
    for (let i = 0; i < 4; i += 1) expect((await fail(username, client)).code).toBe('INVALID_CREDENTIALS');
    await world.identity.login({ username, password: PASSWORD }, client);
  });

  test('guesses sent side by side count as if sent in turn', async () => {
    const { username, client } = await someone();
    const codes = (await Promise.all(Array.from({ length: 12 }, () => fail(username, client)))).map(
      ({ code }) => code,
    );
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(5);
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(7);
  });

  test('guesses by user name and by mail address count together', async () => {
    const { username, client } = await someone();
    const forms = [{ username }, { email: `${username}@bank.example` }];
    const guesses = Array.from({ length: 12 }, (_, i) =>
      refusal(world.identity.login({ ...forms[i % 2], password: 'wrong' }, client)),
    );
    const codes = (await Promise.all(guesses)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'INVALID_CREDENTIALS')).toHaveLength(5);
    expect(codes.filter((code) => code === 'ACCOUNT_LOCKED')).toHaveLength(7);
  });

  test('many right sign-ins side by side all succeed', async () => {
    const { username, client } = await someone();
    const all = await Promise.all(
      Array.from({ length: 10 }, () => world.identity.login({ username, password: PASSWORD }, client)),
    );
    expect(new Set(all.map(({ refreshToken }) => refreshToken)).size).toBe(10);
  });

  test('an address that guesses at many accounts has to wait', async () => {
    const { client, username } = await someone();
    const codes: string[] = [];
    for (let i = 0; i < 31; i += 1) codes.push((await fail(`guess-${username}-${i}`, client)).code);
    expect(codes.slice(0, 30).every((code) => code === 'INVALID_CREDENTIALS')).toBe(true);
    expect(codes[30]).toBe('RATE_LIMIT_EXCEEDED');
    await world.identity.login({ username, password: PASSWORD }, { ...client, ip: '10.9.9.9' });
  });
});

describe('refresh', () => {
  const begin = async () => {
    const account = await someone();
    const tokens = await world.identity.login(
      { username: account.username, password: PASSWORD },
      account.client,
    );
    return { ...account, tokens };
  };
  const refresh = (token: string) => world.identity.refresh(token, CLIENT);

  test('seed 004: a client that keeps its first token goes on', async () => {
    const { id, tokens } = await begin();
    for (let i = 0; i < 5; i += 1) {
      world.clock.advance(HOUR);
      const { accessToken, expiresInS } = await refresh(tokens.refreshToken);
      expect(expiresInS).toBe(3600);
      expect(await world.identity.byToken(accessToken)).toMatchObject({ userId: id });
    }
  });

  test('a client that takes each successor goes on', async () => {
    const { tokens } = await begin();
    let token = tokens.refreshToken;
    for (let i = 0; i < 5; i += 1) token = (await refresh(token)).refreshToken;
    await refresh(token);
  });

  /** What a thief or an old backup could try, with `t0` the login's token. */
  test.each<[string, (t0: string) => Promise<string>]>([
    [
      'a predecessor after its successor was used',
      async (t0) => {
        const t1 = (await refresh(t0)).refreshToken;
        await refresh(t1);
        return t0;
      },
    ],
    [
      'a predecessor of a predecessor',
      async (t0) => {
        const t1 = (await refresh(t0)).refreshToken;
        const t2 = (await refresh(t1)).refreshToken;
        await refresh(t2);
        return t0;
      },
    ],
    [
      'another successor of the same token',
      async (t0) => {
        const thiefs = (await refresh(t0)).refreshToken;
        await refresh((await refresh(t0)).refreshToken);
        return thiefs;
      },
    ],
  ])('%s revokes the whole sign-in', async (_what, steal) => {
    const { id, tokens } = await begin();
    const principal = await world.identity.byToken(tokens.accessToken);
    const stolen = await steal(tokens.refreshToken);
    expect((await refusal(refresh(stolen))).code).toBe('AUTHENTICATION_REQUIRED');
    expect(await world.identity.byToken(tokens.accessToken)).toBeUndefined();
    expect(world.revoked).toContain(principal?.signInId);
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'sign-in.refresh-token-reused',
      status: 'failure',
    });
  });

  test('tokens of one sign-in used side by side do not trip over each other', async () => {
    const { tokens } = await begin();
    const successors = await Promise.all(Array.from({ length: 5 }, () => refresh(tokens.refreshToken)));
    expect(new Set(successors.map(({ refreshToken }) => refreshToken)).size).toBe(5);
  });

  test.each([
    ['garbage', async () => 'garbage'],
    ['an access token', async () => (await begin()).tokens.accessToken],
    [
      'a session secret',
      async () => {
        const { username, client } = await someone();
        return (await world.identity.openSession({ username, password: PASSWORD }, client)).secret;
      },
    ],
    [
      'after logout',
      async () => {
        const { tokens } = await begin();
        const principal = await world.identity.byToken(tokens.accessToken);
        if (principal) await world.identity.logout(principal, CLIENT);
        return tokens.refreshToken;
      },
    ],
    [
      'of a deactivated user',
      async () => {
        const { id, tokens } = await begin();
        await world.db.updateTable('users').set({ is_active: false }).where('id', '=', id).execute();
        return tokens.refreshToken;
      },
    ],
    [
      'thirty days after the sign-in',
      async () => {
        const { tokens } = await begin();
        world.clock.advance(30 * 24 * HOUR);
        return tokens.refreshToken;
      },
    ],
  ])('%s is refused', async (_what, tokenOf) => {
    expect((await refusal(refresh(await tokenOf()))).code).toBe('AUTHENTICATION_REQUIRED');
  });
});

describe('sessions', () => {
  const open = async () => {
    const account = await someone();
    const session = await world.identity.openSession(
      { username: account.username, password: PASSWORD },
      account.client,
    );
    return { ...account, ...session };
  };

  test('a session lives eight hours and is renewed at most hourly', async () => {
    const { id, secret, expiresAtMs } = await open();
    expect(expiresAtMs).toBe(world.clock.nowMs() + 8 * HOUR);
    world.clock.advance(59 * MINUTE);
    expect(await world.identity.byCookie(secret)).toMatchObject({
      renewed: false,
      principal: { userId: id, kind: 'session', expiresAtMs },
    });
    world.clock.advance(MINUTE);
    expect(await world.identity.byCookie(secret)).toMatchObject({
      renewed: true,
      principal: { expiresAtMs: world.clock.nowMs() + 8 * HOUR },
    });
    expect(await world.identity.byCookie(secret)).toMatchObject({ renewed: false });
    world.clock.advance(8 * HOUR);
    expect(await world.identity.byCookie(secret)).toBeUndefined();
  });

  test('however busy, it ends after seven days', async () => {
    const { secret } = await open();
    for (let hour = 0; hour < 7 * 24 - 1; hour += 4) {
      world.clock.advance(4 * HOUR);
      if (hour + 4 < 7 * 24) expect(await world.identity.byCookie(secret), `hour ${hour + 4}`).toBeDefined();
    }
    world.clock.advance(4 * HOUR);
    expect(await world.identity.byCookie(secret)).toBeUndefined();
  });

  test('logout ends it at once, and only it', async () => {
    const one = await open();
    const other = await world.identity.openSession(
      { username: one.username, password: PASSWORD },
      one.client,
    );
    const { principal } = (await world.identity.byCookie(one.secret)) ?? {};
    if (!principal) return expect.unreachable();
    await world.identity.logout(principal, CLIENT);
    expect(await world.identity.byCookie(one.secret)).toBeUndefined();
    expect(await world.identity.standing(principal.signInId)).toBeUndefined();
    expect(await world.identity.byCookie(other.secret)).toBeDefined();
    expect((await auditOf(one.id)).at(-1)).toMatchObject({ action: 'user.sign-out', status: 'success' });
  });

  test('a refresh token is no session', async () => {
    const { username, client } = await someone();
    const { refreshToken } = await world.identity.login({ username, password: PASSWORD }, client);
    expect(await world.identity.byCookie(refreshToken)).toBeUndefined();
  });
});

test('an access token ends with its sign-in, although it was looked up a moment ago', async () => {
  const { username, client } = await someone();
  const { accessToken } = await world.identity.login({ username, password: PASSWORD }, client);
  const principal = await world.identity.byToken(accessToken);
  if (!principal) return expect.unreachable();
  await world.identity.logout(principal, client);
  expect(await world.identity.byToken(accessToken)).toBeUndefined();
});

test('a role that was changed counts within seconds', async () => {
  const { id, username, client } = await someone();
  const { accessToken } = await world.identity.login({ username, password: PASSWORD }, client);
  await world.identity.byToken(accessToken);
  await world.db.updateTable('users').set({ role: 'USER' }).where('id', '=', id).execute();
  world.clock.advance(5_000);
  expect(await world.identity.byToken(accessToken)).toMatchObject({ role: 'USER', permissions: new Set() });
});

test('sign-ins long over are forgotten, their audit is kept', async () => {
  const { id, username, client } = await someone();
  await world.identity.login({ username, password: PASSWORD }, client);
  world.identity.start();
  world.clock.advance(121 * 24 * HOUR);
  world.identity.stop();
  await expect
    .poll(() => world.db.selectFrom('sign_ins').select('id').where('user_id', '=', id).execute(), {
      timeout: 20_000,
    })
    .toEqual([]);
  expect(await auditOf(id)).toHaveLength(1);
});
