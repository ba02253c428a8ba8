import { Ok, RefreshedTokens, TokenPair, WebSession } from '@siaga/shared';
import { Check } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { addUser, PASSWORD, PUBLIC_URL, settingsOf, startHttp, type TestHttp } from './http-harness.js';

let hub: TestHttp;
beforeAll(async () => {
  hub = await startHttp();
  await addUser(hub.db, 'rina', 'MANAGER');
});
afterAll(() => hub.stop());

const post = (url: string, payload?: object, headers: Record<string, string> = {}) =>
  hub.inject({ method: 'POST', url, headers, ...(payload ? { payload } : {}) });
const CREDENTIALS = { email: 'rina@bank.example', password: PASSWORD };

describe('tokens', () => {
  // The alias is the same routes.
  test.each(['/api/v1', '/v1'])('seed 004: login, refresh and logout at %s', async (mount) => {
    const login = await post(`${mount}/auth/login`, CREDENTIALS);
    expect(login.status).toBe(200);
    expect(Check(Ok(TokenPair), login.body), login.text).toBe(true);
    expect(login.body.data).toMatchObject({
      token_type: 'Bearer',
      expires_in: 3600,
      user: {
        username: 'rina',
        role: 'manager',
        permissions: ['monitoring:read', 'tickets:read', 'tickets:write'],
      },
    });
    expect(login.cookies).toEqual([]);

    const refresh = await post(`${mount}/auth/refresh`, { refresh_token: login.body.data['refresh_token'] });
    expect(refresh.status).toBe(200);
    expect(Check(Ok(RefreshedTokens), refresh.body), refresh.text).toBe(true);

    const authorization = `Bearer ${refresh.body.data['access_token']}`;
    const logout = await post(`${mount}/auth/logout`, undefined, { authorization });
    expect([logout.status, logout.text]).toEqual([204, '']);
    // The first access token is of the same sign-in.
    const again = await post(`${mount}/auth/logout`, undefined, {
      authorization: `Bearer ${login.body.data['access_token']}`,
    });
    expect(again.status).toBe(401);
    expect(
      (await post(`${mount}/auth/refresh`, { refresh_token: refresh.body.data['refresh_token'] })).status,
    ).toBe(401);
  });

  test('an empty body under application/json is an empty object', async () => {
    const headers = { ...(await hub.bearer('rina')), 'content-type': 'application/json' };
    expect((await post('/api/v1/auth/logout', undefined, headers)).status).toBe(204);
  });

  // [what, body, status, code, faults]
  test.each([
    ['nothing', {}, 422, 'VALIDATION_ERROR', ['password']],
    ['no name', { password: 'x' }, 422, 'VALIDATION_ERROR', ['email']],
    ['both names', { ...CREDENTIALS, username: 'rina' }, 422, 'VALIDATION_ERROR', ['email']],
    ['an unknown field', { ...CREDENTIALS, is_admin: true }, 422, 'VALIDATION_ERROR', ['is_admin']],
    ['a wrong type', { ...CREDENTIALS, password: 1 }, 422, 'VALIDATION_ERROR', ['password']],
    ['a wrong password', { ...CREDENTIALS, password: 'x' }, 401, 'INVALID_CREDENTIALS', undefined],
    ['an unknown account', { username: 'x', password: 'x' }, 401, 'INVALID_CREDENTIALS', undefined],
  ])('login with %s', async (_what, body, status, code, fields) => {
    const answer = await post('/api/v1/auth/login', body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ success: false, error: { code } });
    expect(answer.body.error.details?.map(({ field }) => field)).toEqual(fields);
    if (status === 401) expect(answer.headers['www-authenticate']).toBe('Bearer realm="siaga"');
  });

  const invalid = 'Bearer realm="siaga", error="invalid_token"';
  test.each([
    ['no proof', {}, 'Bearer realm="siaga"'],
    ['garbage', { authorization: 'Bearer garbage' }, invalid],
    ['an empty token', { authorization: 'Bearer ' }, invalid],
    ['another scheme', { authorization: 'Basic cmluYTp4' }, invalid],
    ['a made-up cookie', { cookie: 'siaga_session=made-up' }, 'Bearer realm="siaga"'],
  ])('%s is refused with 401', async (_what, headers, challenge) => {
    const answer = await hub.inject({ url: '/api/v1/auth/session', headers });
    expect(answer.status).toBe(401);
    expect(answer.body.error.code).toBe('AUTHENTICATION_REQUIRED');
    expect(answer.headers['www-authenticate']).toBe(challenge);
  });

  test('an expired token is refused', async () => {
    const headers = await hub.bearer('rina');
    hub.clock.advance(3_600_000);
    expect((await hub.inject({ url: '/api/v1/auth/session', headers })).status).toBe(401);
  });

  test('a bad bearer token is not made good by a cookie beside it', async () => {
    const headers = { ...(await hub.cookie('rina')), authorization: 'Bearer garbage' };
    expect((await hub.inject({ url: '/api/v1/auth/session', headers })).status).toBe(401);
  });
});

describe('the web session', () => {
  test('opens with a cookie that scripts and other sites never see, and closes', async () => {
    const opened = await post('/api/v1/auth/session', CREDENTIALS, { origin: PUBLIC_URL });
    expect(opened.status).toBe(200);
    expect(Check(Ok(WebSession), opened.body), opened.text).toBe(true);
    const cookie = opened.cookies[0];
    expect(cookie).toMatchObject({ name: 'siaga_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(opened.text).not.toContain(cookie?.value);
    const headers = { cookie: `siaga_session=${cookie?.value}`, origin: PUBLIC_URL };

    const shown = await hub.inject({ url: '/api/v1/auth/session', headers });
    expect(shown.body.data).toMatchObject({
      user: { username: 'rina' },
      expires_at: opened.body.data['expires_at'],
    });
    expect(shown.cookies).toEqual([]);

    hub.clock.advance(3_600_000);
    const renewed = await hub.inject({ url: '/api/v1/auth/session', headers });
    expect(renewed.cookies[0]).toMatchObject({ name: 'siaga_session', value: cookie?.value, httpOnly: true });
    expect(renewed.body.data['expires_at']).toBe(new Date(hub.clock.nowMs() + 8 * 3_600_000).toISOString());

    const closed = await hub.inject({ method: 'DELETE', url: '/api/v1/auth/session', headers });
    expect(closed.status).toBe(204);
    expect(closed.cookies[0]).toMatchObject({ name: 'siaga_session', value: '' });
    expect((await hub.inject({ url: '/api/v1/auth/session', headers })).status).toBe(401);
  });

  // [method, headers beside the cookie, status]; host is what the browser believes to talk to
  test.each<[string, Record<string, string>, number]>([
    ['GET', {}, 200],
    ['GET', { origin: PUBLIC_URL }, 200],
    ['GET', { origin: 'https://evil.example' }, 403],
    ['GET', { 'sec-fetch-site': 'same-origin' }, 200],
    ['GET', { 'sec-fetch-site': 'none' }, 200],
    ['GET', { 'sec-fetch-site': 'same-site' }, 403],
    ['GET', { 'sec-fetch-site': 'cross-site' }, 403],
    ['DELETE', {}, 403],
    ['DELETE', { origin: 'https://evil.example' }, 403],
    ['DELETE', { origin: 'null' }, 403],
    ['DELETE', { origin: `${PUBLIC_URL}.evil.example` }, 403],
    ['DELETE', { origin: PUBLIC_URL, 'sec-fetch-site': 'cross-site' }, 403],
    ['DELETE', { origin: PUBLIC_URL }, 204],
    ['DELETE', { origin: 'http://10.0.0.5:8080', host: '10.0.0.5:8080' }, 204],
    ['DELETE', { origin: 'http://10.0.0.5:8081', host: '10.0.0.5:8080' }, 403],
  ])('%s with %j answers %i', async (method, headers, status) => {
    const cookie = await hub.cookie('rina');
    const answer = await hub.inject({
      method: method as 'GET',
      url: '/api/v1/auth/session',
      headers: { ...cookie, ...headers },
    });
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.error.code).toBe('ORIGIN_REFUSED');
  });

  test('a bearer token needs no origin', async () => {
    const headers = await hub.bearer('rina');
    expect((await hub.inject({ method: 'DELETE', url: '/api/v1/auth/session', headers })).status).toBe(204);
  });

  test('another page cannot sign its visitor in here', async () => {
    const answer = await post('/api/v1/auth/session', CREDENTIALS, { origin: 'https://evil.example' });
    expect([answer.status, answer.cookies]).toEqual([403, []]);
  });

  test('a form of another page cannot be read as JSON', async () => {
    const answer = await hub.inject({
      method: 'POST',
      url: '/api/v1/auth/session',
      headers: { 'content-type': 'text/plain' },
      payload: JSON.stringify(CREDENTIALS),
    });
    expect(answer.status).toBe(415);
  });
});

test('over TLS the cookie is bound to the host and never sent in the clear', async () => {
  const secure = await startHttp({ settings: settingsOf({ publicUrl: 'https://siaga.bank.example' }) });
  try {
    await addUser(secure.db, 'rina', 'MANAGER');
    const opened = await secure.inject({ method: 'POST', url: '/api/v1/auth/session', payload: CREDENTIALS });
    expect(opened.cookies[0]).toMatchObject({ name: '__Host-siaga_session', secure: true, path: '/' });
    expect(opened.headers['strict-transport-security']).toContain('max-age=');
  } finally {
    await secure.stop();
  }
});
