import { describe, expect, test } from 'vitest';
import { createHubClock, createSteadyMs } from '../../../web/src/app/clock.js';
import { createApiClient } from '../../../web/src/http/api-client.js';
import { createSession } from '../../../web/src/http/session.js';

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Response =>
  new Response(status === 204 ? null : JSON.stringify(body), { status, headers });
const refused = (): Response =>
  json(401, { success: false, error: { code: 'AUTHENTICATION_REQUIRED', message: '' } });
const welcome = (id: string, permissions: string[] = []): Response =>
  json(200, { data: { user: { id, name: id, permissions } } });

/** A hub with a session that can be ended, and somebody who signs in again. */
const hub = () => {
  const world = {
    who: 'dewi',
    isGood: true,
    isAway: false,
    permissions: [] as string[],
    asked: [] as string[],
    /** Answers name whose they are. */
    isNaming: false,
    /** What the browser kept names somebody who is no longer signed in. */
    kept: undefined as string | undefined,
    turns: 0,
  };
  const fetch = (async (input: string, init: RequestInit = {}) => {
    if (world.isAway) throw new TypeError('away');
    world.asked.push(`${init.method ?? 'GET'} ${input}`);
    if (input.endsWith('/auth/session')) {
      if (init.method === 'POST') world.isGood = true;
      if (init.method === 'DELETE') world.isGood = false;
      return init.method === 'DELETE'
        ? json(204, undefined)
        : world.isGood
          ? welcome(world.who, world.permissions)
          : refused();
    }
    const named: Record<string, string> = world.isNaming ? { 'x-siaga-user': world.who } : {};
    if (world.kept !== undefined && init.cache !== 'reload') named['x-siaga-user'] = world.kept;
    const claimed = new Headers(init.headers).get('x-siaga-user');
    if (claimed !== null && claimed !== world.who)
      return json(401, { error: { code: 'AUTHENTICATION_REQUIRED', message: '' } }, named);
    return world.isGood
      ? json(
          200,
          { data: { by: world.who }, meta: { timestamp: '2026-01-15T00:00:00.000Z' } },
          { etag: '"7"', date: 'Thu, 15 Jan 2026 09:00:00 GMT', ...named },
        )
      : refused();
  }) as typeof globalThis.fetch;
  const session = createSession(fetch, () => (world.turns += 1));
  const times: number[] = [];
  const api = createApiClient({
    fetch,
    userId: () => session.userId(),
    signInAgain: () => session.signInAgain(),
    onOtherUser: () => session.renew(),
    onHubTime: (hubNowMs) => times.push(hubNowMs),
  });
  return { world, session, api, times };
};
const login = { username: 'x', password: 'y' };

describe('a session that is asked for again behind the page', () => {
  test('brings what was granted meanwhile', async () => {
    const { world, session } = hub();
    await session.check();
    world.permissions = ['tickets:write'];
    await session.renew();
    expect(session.state.value).toMatchObject({
      phase: 'signed-in',
      user: { permissions: ['tickets:write'] },
    });
  });

  test('stays as it is where the hub is away, and has ended where the hub says so', async () => {
    const { world, session } = hub();
    await session.check();
    const before = session.state.value;
    world.isAway = true;
    await session.renew();
    expect(session.state.value).toBe(before);
    world.isAway = false;
    world.isGood = false;
    await session.renew();
    expect(session.state.value).toMatchObject({ phase: 'expired', user: { id: 'dewi' } });
  });

  test('a sign-out meanwhile stands', async () => {
    const { session } = hub();
    await session.check();
    const renewal = session.renew();
    session.leave();
    await renewal;
    expect(session.state.value).toEqual({ phase: 'signed-out' });
  });
});

describe('a session that ends in mid-use', () => {
  test('holds the request until the same person is back, then makes it again', async () => {
    const { world, session, api } = hub();
    await session.check();
    world.isGood = false;
    const answer = api.send<{ by: string }>('POST', '/things', { a: 1 });
    await expect.poll(() => session.state.value.phase).toBe('expired');
    await session.signIn(login);
    expect(await answer).toEqual({ by: 'dewi' });
    expect(world.asked.filter((line) => line.endsWith('/things'))).toHaveLength(2);
  });

  test('does not do for another person what the first one asked for', async () => {
    const { world, session, api } = hub();
    await session.check();
    world.isGood = false;
    const answer = api.send('POST', '/things', {});
    await expect.poll(() => session.state.value.phase).toBe('expired');
    world.who = 'bayu';
    const outcome = expect(answer).rejects.toMatchObject({ code: 'SESSION_CHANGED' });
    await session.signIn(login);
    await outcome;
    expect(world.asked.filter((line) => line.endsWith('/things'))).toHaveLength(1);
  });

  test('can be left: what waits is given up, and what comes late is as well', async () => {
    const { world, session, api } = hub();
    await session.check();
    world.isGood = false;
    const outcome = expect(api.get('/things')).rejects.toMatchObject({ code: 'SESSION_CHANGED' });
    await expect.poll(() => session.state.value.phase).toBe('expired');
    session.leave();
    await outcome;
    expect(session.state.value.phase).toBe('signed-out');
    await expect(api.get('/things')).rejects.toMatchObject({ code: 'SESSION_CHANGED' });
  });
});

describe('another person who signed in in another tab', () => {
  const opened = async () => {
    const all = hub();
    all.world.isNaming = true;
    await all.session.check();
    return all;
  };

  test('is found by an answer of theirs, which is not taken', async () => {
    const { world, session, api } = await opened();
    expect(await api.get('/things')).toEqual({ by: 'dewi' });
    world.who = 'bayu';
    await expect(api.get('/things')).rejects.toMatchObject({ code: 'SESSION_CHANGED' });
    expect(session.state.value).toMatchObject({ phase: 'signed-in', user: { id: 'bayu' } });
    expect(await api.get('/things')).toEqual({ by: 'bayu' });
  });

  test('does not do what the page of the first one writes', async () => {
    const { world, session, api } = await opened();
    world.who = 'bayu';
    await expect(api.send('POST', '/things', {})).rejects.toMatchObject({ code: 'SESSION_CHANGED' });
    expect(session.state.value).toMatchObject({ phase: 'signed-in', user: { id: 'bayu' } });
    expect(world.asked.filter((line) => line.endsWith('/things'))).toHaveLength(1);
  });

  test('is not suspected for an answer that the browser had kept', async () => {
    const { world, session, api } = await opened();
    world.kept = 'bayu';
    expect(await api.get('/things')).toEqual({ by: 'dewi' });
    expect(session.state.value).toMatchObject({ user: { id: 'dewi' } });
  });

  test('tells the other tabs, which take over who it is, also where the session had ended', async () => {
    const { world, session, api } = await opened();
    world.isGood = false;
    const answer = api.get<{ by: string }>('/things');
    await expect.poll(() => session.state.value.phase).toBe('expired');
    await session.renew();
    expect(session.state.value.phase).toBe('expired');
    world.isGood = true;
    await session.renew();
    expect(await answer).toEqual({ by: 'dewi' });
    expect(world.turns).toBe(0);
    await session.signIn(login);
    await session.signOut();
    expect(world.turns).toBe(2);
  });
});

test('a change that the hub could not answer for may have been made; what is only read cannot', async () => {
  const away = { error: { code: 'SERVICE_UNAVAILABLE', message: '', retry_after: 5 } };
  const api = createApiClient({
    fetch: async () => json(503, away),
    signInAgain: () => Promise.reject(new Error('not asked for')),
  });
  const failed = { code: 'SERVICE_UNAVAILABLE', retryAfterS: 5 };
  await expect(api.send('POST', '/things', {})).rejects.toMatchObject({ ...failed, mayBeDone: true });
  await expect(api.get('/things')).rejects.toMatchObject({ ...failed, mayBeDone: false });
});

test('a change that got no answer, or one that cannot be read, may have been made', async () => {
  const failing = (fetch: typeof globalThis.fetch) =>
    createApiClient({ fetch, signInAgain: () => Promise.reject(new Error('not asked for')) });
  const silent = failing(() => Promise.reject(new TypeError('Failed to fetch')));
  await expect(silent.send('POST', '/things', {})).rejects.toMatchObject({ status: 0, mayBeDone: true });
  await expect(silent.get('/things')).rejects.toMatchObject({ status: 0, mayBeDone: false });
  const garbled = failing(async () => new Response('<html>'));
  await expect(garbled.send('POST', '/things', {})).rejects.toMatchObject({
    code: 'UNREADABLE_ANSWER',
    mayBeDone: true,
  });
});

test('a version is handed out, and the time is that of the answer, not that of what the browser had kept', async () => {
  const { api, times } = hub();
  expect(await api.getTagged('/things')).toEqual({ value: { by: 'dewi' }, etag: '"7"' });
  expect(times).toEqual([Date.parse('2026-01-15T09:00:00.500Z')]);
});

describe("the hub's clock", () => {
  test('is taken over where the browser is wrong, and left where it is the way that is slow', () => {
    let browserMs = 1_000_000;
    const clock = createHubClock(() => browserMs);
    clock.correct(1_001_500);
    expect(clock.nowMs()).toBe(1_000_000);
    clock.correct(19_000_000);
    expect(clock.nowMs()).toBe(19_000_000);
    browserMs += 1000;
    expect(clock.nowMs()).toBe(19_001_000);
    // within two seconds of what is known: no jitter
    clock.correct(19_002_000);
    expect(clock.nowMs()).toBe(19_001_000);
  });
});

describe('steady milliseconds', () => {
  test.each([
    // what the wall clock and the monotonic one did, what has passed
    ['as one', 500, 500, 500],
    ['the wall clock is set back an hour', -3_600_000, 500, 500],
    ['the machine slept: the monotonic clock stood still', 60_000, 0, 60_000],
    ['both stand', 0, 0, 0],
  ])('%s', (_name, wallStep, monotonicStep, passedMs) => {
    let wall = 1_000_000;
    let monotonic = 0;
    const steadyMs = createSteadyMs(
      () => wall,
      () => monotonic,
    );
    const before = steadyMs();
    wall += wallStep;
    monotonic += monotonicStep;
    expect(steadyMs() - before).toBe(passedMs);
  });
});
