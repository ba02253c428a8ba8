import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as httpGet } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StartError } from '../../../hub/src/errors.js';
import { addUser, settingsOf, startHttp, type TestHttp } from './http-harness.js';

const PAGE = '<!doctype html><title>Siaga</title>';
const SCRIPT = `export const filler = '${'x'.repeat(4000)}';`;
const NAVIGATION = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

let dir: string;
let hub: TestHttp;
let parts: Record<string, string | null> = { postgres: null };
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'siaga-web-'));
  await mkdir(join(dir, 'app', 'assets'), { recursive: true });
  await writeFile(join(dir, 'app', 'index.html'), PAGE);
  await writeFile(join(dir, 'app', 'favicon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  await writeFile(join(dir, 'app', 'assets', 'main-abc123.js'), SCRIPT);
  await writeFile(join(dir, 'secret.txt'), 'not of the app');
  hub = await startHttp({
    webDir: join(dir, 'app'),
    ready: async () => parts,
    settings: settingsOf({ corsOrigins: ['https://portal.bank.example'] }),
  });
  await addUser(hub.db, 'admin', 'ADMIN');
  await addUser(hub.db, 'rina', 'MANAGER');
});
afterAll(async () => {
  await hub.stop();
  await rm(dir, { recursive: true, force: true });
});

describe('the web app', () => {
  const forEver = 'public, max-age=31536000, immutable';
  test.each(['/../secret.txt', '/assets/../../secret.txt', '/..', '/a.b/../../..//etc/passwd'])(
    '%s on the wire, where no client has tidied it up',
    async (path) => {
      const own = await startHttp({ webDir: join(dir, 'app') });
      const { port } = new URL((await own.http.start()).url);
      const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
        httpGet({ port, path, headers: NAVIGATION }, (response) => {
          let text = '';
          response.on('data', (chunk: Buffer) => (text += chunk.toString()));
          response.on('end', () => resolve({ status: response.statusCode, text }));
        }).on('error', reject);
      });
      await own.stop();
      expect(answer.status).toBe(404);
      expect(answer.text).toContain('RESOURCE_NOT_FOUND');
      expect(own.lines).toEqual([]);
    },
  );

  // [path, headers, status, content type, cache-control, text]
  test.each<[string, Record<string, string>, number, string, string | undefined, string | undefined]>([
    ['/', {}, 200, 'text/html', 'no-cache', PAGE],
    ['/index.html', {}, 200, 'text/html', 'no-cache', PAGE],
    ['/devices/0190aaaa', NAVIGATION, 200, 'text/html', 'no-cache', PAGE],
    ['/sign-in?next=%2Fdevices', NAVIGATION, 200, 'text/html', 'no-cache', PAGE],
    ['/favicon.svg', {}, 200, 'image/svg+xml', 'no-cache', undefined],
    ['/assets/main-abc123.js', {}, 200, 'application/javascript', forEver, SCRIPT],
    // Asked by a script and not by a navigation, or for a file that is not there: no page in its stead.
    ['/devices/0190aaaa', {}, 404, 'application/json', undefined, undefined],
    ['/assets/gone-1.js', NAVIGATION, 404, 'application/json', undefined, undefined],
    ['/api/v1/none', NAVIGATION, 404, 'application/json', 'no-store', undefined],
    ['/api/none', NAVIGATION, 404, 'application/json', undefined, undefined],
    ['/trouble-ticket/tickets', NAVIGATION, 404, 'application/json', undefined, undefined],
    ['/../secret.txt', {}, 404, 'application/json', undefined, undefined],
    ['/%2e%2e/secret.txt', {}, 404, 'application/json', undefined, undefined],
    ['/assets/..%2f..%2fsecret.txt', {}, 404, 'application/json', undefined, undefined],
  ])('%s %j', async (url, headers, status, type, cache, text) => {
    const answer = await hub.inject({ url, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers['content-type']).toContain(type);
    if (cache !== undefined) expect(answer.headers['cache-control']).toBe(cache);
    if (status === 404) expect(answer.headers['cache-control'] ?? '').not.toContain('immutable');
    if (text !== undefined) expect(answer.text).toBe(text);
    expect(answer.text).not.toContain('not of the app');
  });

  test('is compressed where the browser can read that', async () => {
    const answer = await hub.http.app.inject({
      url: '/assets/main-abc123.js',
      headers: { 'accept-encoding': 'gzip' },
    });
    expect(answer.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(answer.rawPayload).toString()).toBe(SCRIPT);
  });

  test('not being built is told on a page', async () => {
    const bare = await startHttp();
    try {
      const answer = await bare.inject({ url: '/', headers: NAVIGATION });
      expect(answer.status).toBe(503);
      expect(answer.text).toContain('npm run build');
    } finally {
      await bare.stop();
    }
  });
});

describe('security headers', () => {
  test.each([
    '/',
    '/assets/main-abc123.js',
    '/api/v1/auth/session',
    '/api/v1/docs/',
    '/api/v1/none',
    '/healthz',
  ])('%s', async (url) => {
    const { headers } = await hub.inject({ url });
    const policy = String(headers['content-security-policy']);
    expect(policy.split(';').sort()).toEqual([
      "base-uri 'none'",
      "connect-src 'self' data:",
      "default-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "object-src 'none'",
      "style-src 'self'",
    ]);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-frame-options']).toBe('DENY');
    expect(headers['referrer-policy']).toBe('no-referrer');
    // Plain HTTP must not promise TLS.
    expect(headers).not.toHaveProperty('strict-transport-security');
  });
});

describe('other origins', () => {
  const preflight = (origin: string) =>
    hub.inject({
      method: 'OPTIONS',
      url: '/api/v1/auth/login',
      headers: { origin, 'access-control-request-method': 'POST' },
    });

  test('a listed one may call with tokens, never with cookies', async () => {
    const answer = await preflight('https://portal.bank.example');
    expect(answer.status).toBe(204);
    expect(answer.headers['access-control-allow-origin']).toBe('https://portal.bank.example');
    expect(answer.headers['access-control-allow-headers']).toContain('Authorization');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    const call = await hub.inject({
      method: 'POST',
      url: '/api/v1/auth/login',
      headers: { origin: 'https://portal.bank.example' },
      payload: {},
    });
    expect(call.headers['access-control-allow-origin']).toBe('https://portal.bank.example');
    expect(call.headers['access-control-expose-headers']).toContain('X-Request-ID');
  });

  test.each(['https://evil.example', 'https://portal.bank.example.evil.example', 'null'])(
    '%s may not',
    async (origin) => {
      const answer = await preflight(origin);
      expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
      expect(answer.headers.vary).toContain('Origin');
    },
  );
});

describe('for operators', () => {
  test('/healthz answers while parts are away; /readyz tells which and why', async () => {
    parts = { postgres: null, questdb: 'does not answer' };
    expect((await hub.inject({ url: '/healthz' })).status).toBe(200);
    const away = await hub.inject({ url: '/readyz' });
    expect([away.status, away.body]).toEqual([
      503,
      { ready: false, parts: { postgres: null, questdb: 'does not answer' } },
    ]);
    parts = { postgres: null };
    const back = await hub.inject({ url: '/readyz' });
    expect([back.status, back.body]).toEqual([200, { ready: true, parts: { postgres: null } }]);
  });

  test.each([
    ['a stranger', async () => ({}), 401],
    ['a manager', () => hub.bearer('rina'), 403],
    ['an admin by token', () => hub.bearer('admin'), 200],
    ['an admin by cookie', () => hub.cookie('admin'), 200],
  ])('/metrics for %s', async (_who, headersOf, status) => {
    const answer = await hub.inject({ url: '/metrics', headers: await headersOf() });
    expect(answer.status).toBe(status);
    if (status === 200)
      expect(answer.text).toMatch(
        /siaga_http_request_seconds_count\{method="GET",route="\/\*",status="200"\} [1-9]/,
      );
  });
});

describe('the page of the documents', () => {
  // Loads its parts by the address it is reached under.
  test.each(['/api/v1/docs', '/api/v1/docs/'])('%s', async (url) => {
    const { status, text } = await hub.inject({ url });
    expect(status).toBe(200);
    expect(text).not.toMatch(/<script>|<style|https?:\/\//);
    const [, script] = /src="([^"]+bundle\.js)"/.exec(text) ?? [];
    const at = new URL(script ?? '', `http://siaga${url}`).pathname;
    expect((await hub.inject({ url: at })).status).toBe(200);
  });
});

describe('the port', () => {
  test('listens where it says and closes', async () => {
    const other = await startHttp();
    const { url } = await other.http.start();
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await other.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
  });

  test('a taken one is refused with its setting named', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const address = taken.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const other = await startHttp({ settings: settingsOf({ port }) });
    try {
      const start = other.http.start();
      await expect(start).rejects.toThrow(StartError);
      await expect(start).rejects.toThrow(`SIAGA_HTTP_PORT: 127.0.0.1:${port} is taken`);
    } finally {
      await other.stop();
      taken.close();
    }
  });
});
