import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../../../hub/src/config.js';

const load = (env: Record<string, string>): Config => {
  const result = loadConfig(env);
  if (!result.ok) throw new Error(result.faults.join('\n'));
  return result.config;
};
const faultsOf = (env: Record<string, string>): string[] => {
  const result = loadConfig(env);
  return result.ok ? [] : result.faults;
};

describe('settings', () => {
  it('has a value for everything when nothing is set', () => {
    const config = load({ PATH: '/bin', HOME: '/nowhere' });
    expect(config).toEqual({
      dataDir: resolve('.data'),
      http: { host: '127.0.0.1', port: 8080, publicUrl: 'http://127.0.0.1:8080', corsOrigins: [] },
      mqtt: { host: '127.0.0.1', port: 1883 },
      questdb: { jar: expect.stringMatching(/questdb-9\.3\.4\.jar$/) as string },
      admin: { email: 'admin@siaga.local' },
      localAgent: true,
      logLevel: 'info',
      accessTokenMinutes: 60,
      rateLimits: {
        enabled: true,
        tokenPerHour: 1000,
        sessionPerMinute: 600,
        sessionWritesPerMinute: 120,
        anonymousPerHour: 100,
      },
      retention: { rawDays: 7, minuteDays: 90, hourDays: 1825 },
    });
  });

  it('is frozen through and through', () => {
    const config = load({ SIAGA_CORS_ORIGINS: 'https://a.example' });
    expect(() => ((config as { dataDir: string }).dataDir = '/x')).toThrow(TypeError);
    expect(() => ((config.http as { port: number }).port = 1)).toThrow(TypeError);
    expect(() => config.http.corsOrigins.push('https://b.example')).toThrow(TypeError);
  });

  it.each<[what: string, env: Record<string, string>, pick: (config: Config) => unknown, expected: unknown]>([
    ['a relative folder', { SIAGA_DATA_DIR: 'x/y' }, (c) => c.dataDir, resolve('x/y')],
    ['an absolute folder', { SIAGA_DATA_DIR: '/srv/siaga' }, (c) => c.dataDir, '/srv/siaga'],
    ['an empty value as unset', { SIAGA_HTTP_PORT: '' }, (c) => c.http.port, 8080],
    ['port 0', { SIAGA_HTTP_PORT: '0' }, (c) => c.http.port, 0],
    ['the last port', { SIAGA_MQTT_PORT: '65535' }, (c) => c.mqtt.port, 65535],
    ['IPv6 loopback', { SIAGA_HTTP_HOST: '::1' }, (c) => c.http.publicUrl, 'http://[::1]:8080'],
    ['another loopback address', { SIAGA_HTTP_HOST: '127.1.2.3' }, (c) => c.http.host, '127.1.2.3'],
    [
      'a public URL, without its last slash',
      { SIAGA_PUBLIC_URL: 'https://siaga.example/' },
      (c) => c.http.publicUrl,
      'https://siaga.example',
    ],
    [
      'an open host where that is accepted',
      { SIAGA_HTTP_HOST: '0.0.0.0', SIAGA_INSECURE: '1' },
      (c) => c.http.publicUrl,
      `http://${hostname()}:8080`,
    ],
    [
      'a PostgreSQL server',
      { SIAGA_POSTGRES_URL: 'postgres://u:p@db:5432/siaga' },
      (c) => c.postgresUrl,
      'postgres://u:p@db:5432/siaga',
    ],
    [
      'a QuestDB server',
      { SIAGA_QUESTDB_URL: 'http://quest:9000/' },
      (c) => ({ ...c.questdb, jar: '' }),
      { url: 'http://quest:9000', jar: '' },
    ],
    [
      'credentials in the QuestDB URL',
      { SIAGA_QUESTDB_URL: 'https://us%40er:p%2Fw@quest:9000' },
      (c) => ({ ...c.questdb, jar: '' }),
      { url: 'https://quest:9000', user: 'us@er', password: 'p/w', jar: '' },
    ],
    ['a jar', { SIAGA_QUESTDB_JAR: 'some/quest.jar' }, (c) => c.questdb.jar, resolve('some/quest.jar')],
    [
      'a broker at hand',
      { SIAGA_MQTT_URL: 'mqtt://127.0.0.1' },
      (c) => c.mqtt.external,
      { url: 'mqtt://127.0.0.1' },
    ],
    [
      'its login, kept out of its URL',
      { SIAGA_MQTT_URL: 'mqtts://siaga%40hub:p%2Fw@broker.example:8883/' },
      (c) => c.mqtt.external,
      { url: 'mqtts://broker.example:8883', user: 'siaga@hub', password: 'p/w' },
    ],
    [
      'a broker beyond loopback without TLS where that is accepted',
      { SIAGA_MQTT_URL: 'mqtt://u:p@broker.example', SIAGA_INSECURE: '1' },
      (c) => c.mqtt.external?.url,
      'mqtt://broker.example',
    ],
    [
      'the page on the port that is only the own broker’s',
      { SIAGA_MQTT_URL: 'mqtts://broker.example', SIAGA_HTTP_PORT: '1883' },
      (c) => c.http.port,
      1883,
    ],
    ['no local agent', { SIAGA_LOCAL_AGENT: 'off' }, (c) => c.localAgent, false],
    [
      'two origins',
      { SIAGA_CORS_ORIGINS: 'https://a.example, http://b.example:81' },
      (c) => c.http.corsOrigins,
      ['https://a.example', 'http://b.example:81'],
    ],
    ['limits off', { SIAGA_RATE_LIMITS: 'off' }, (c) => c.rateLimits.enabled, false],
    [
      'one limit of its own',
      { SIAGA_RATE_LIMITS: '{"tokenPerHour":5}' },
      (c) => [c.rateLimits.enabled, c.rateLimits.tokenPerHour, c.rateLimits.anonymousPerHour],
      [true, 5, 100],
    ],
    ['retention', { SIAGA_RETENTION_RAW_DAYS: '30' }, (c) => c.retention.rawDays, 30],
    ['a setting of the start script', { SIAGA_SETUP: 'yes' }, (c) => c.http.port, 8080],
  ])('takes %s', (_what, env, pick, expected) => {
    expect(pick(load(env))).toEqual(expected);
  });

  it.each<[what: string, env: Record<string, string>, fault: RegExp]>([
    ['a port that is no number', { SIAGA_HTTP_PORT: 'http' }, /^SIAGA_HTTP_PORT: .*0 .*65535, not "http"$/],
    ['a port too high', { SIAGA_HTTP_PORT: '65536' }, /^SIAGA_HTTP_PORT: .*65535/],
    ['a negative port', { SIAGA_MQTT_PORT: '-1' }, /^SIAGA_MQTT_PORT: /],
    ['a port with a fraction', { SIAGA_MQTT_PORT: '1883.5' }, /^SIAGA_MQTT_PORT: /],
    ['a port in hex', { SIAGA_MQTT_PORT: '0x50' }, /^SIAGA_MQTT_PORT: /],
    ['two parts on one port', { SIAGA_HTTP_PORT: '1883' }, /^SIAGA_MQTT_PORT: 1883 is SIAGA_HTTP_PORT/],
    ['a host with a scheme', { SIAGA_HTTP_HOST: 'http://x' }, /^SIAGA_HTTP_HOST: .*without scheme/],
    ['an open page without TLS', { SIAGA_HTTP_HOST: '0.0.0.0' }, /^SIAGA_HTTP_HOST: .*SIAGA_TLS_CERT/],
    ['an open broker without TLS', { SIAGA_MQTT_HOST: '::' }, /^SIAGA_MQTT_HOST: .*SIAGA_INSECURE=1/],
    ['a name that only looks like loopback', { SIAGA_HTTP_HOST: '127.evil.example' }, /^SIAGA_HTTP_HOST: /],
    ['a MySQL server', { SIAGA_POSTGRES_URL: 'mysql://u:hush@db/x' }, /^SIAGA_POSTGRES_URL: (?!.*hush)/],
    ['no URL', { SIAGA_QUESTDB_URL: 'quest:9000' }, /^SIAGA_QUESTDB_URL: .*http:\/\/host:9000/],
    [
      'credentials that are no percent-encoding',
      { SIAGA_QUESTDB_URL: 'http://user:100%@quest:9000' },
      /^SIAGA_QUESTDB_URL: (?!.*100)/,
    ],
    ['an e-mail without @', { SIAGA_ADMIN_EMAIL: 'admin' }, /^SIAGA_ADMIN_EMAIL: .*e-mail/],
    ['a short password', { SIAGA_ADMIN_PASSWORD: 'hush' }, /^SIAGA_ADMIN_PASSWORD: .*12 to 128(?!.*hush)/],
    [
      'a password longer than sign-in allows',
      { SIAGA_ADMIN_PASSWORD: 'x'.repeat(129) },
      /^SIAGA_ADMIN_PASSWORD: .*12 to 128 (?!.*xx)/,
    ],
    ['a word that is neither', { SIAGA_LOCAL_AGENT: 'yes' }, /^SIAGA_LOCAL_AGENT: must be on or off/],
    ['an unknown level', { SIAGA_LOG_LEVEL: 'loud' }, /^SIAGA_LOG_LEVEL: .*debug/],
    ['a life of nothing', { SIAGA_ACCESS_TOKEN_MINUTES: '0' }, /^SIAGA_ACCESS_TOKEN_MINUTES: .*1 to 1440/],
    [
      'an origin with a path',
      { SIAGA_CORS_ORIGINS: 'https://a.example/x' },
      /^SIAGA_CORS_ORIGINS: .*no path/,
    ],
    ['any origin', { SIAGA_CORS_ORIGINS: '*' }, /^SIAGA_CORS_ORIGINS: /],
    ['limits that are no JSON', { SIAGA_RATE_LIMITS: '{' }, /^SIAGA_RATE_LIMITS: .*tokenPerHour/],
    ['an unknown limit', { SIAGA_RATE_LIMITS: '{"perDay":1}' }, /^SIAGA_RATE_LIMITS: /],
    ['a limit of nothing', { SIAGA_RATE_LIMITS: '{"tokenPerHour":0}' }, /^SIAGA_RATE_LIMITS: .*from 1/],
    ['a list of limits', { SIAGA_RATE_LIMITS: '[1]' }, /^SIAGA_RATE_LIMITS: /],
    ['nothing kept', { SIAGA_RETENTION_RAW_DAYS: '0' }, /^SIAGA_RETENTION_RAW_DAYS: .*1 to 36500/],
    [
      'minutes kept shorter than samples',
      { SIAGA_RETENTION_RAW_DAYS: '100' },
      /^SIAGA_RETENTION_MINUTE_DAYS: 90 is less than SIAGA_RETENTION_RAW_DAYS \(100\)/,
    ],
    ['a certificate alone', { SIAGA_TLS_CERT: '/x.pem' }, /^SIAGA_TLS_KEY: is missing/],
    ['a key alone', { SIAGA_TLS_KEY: '/x.pem' }, /^SIAGA_TLS_CERT: is missing/],
    ['a misspelt name', { SIAGA_HTP_PORT: '1' }, /^SIAGA_HTP_PORT: .*nearest is SIAGA_HTTP_PORT$/],
    [
      'two brokers, one by its port',
      { SIAGA_MQTT_URL: 'mqtts://u:hush@x', SIAGA_MQTT_PORT: '1883' },
      /^SIAGA_MQTT_URL: .*SIAGA_MQTT_PORT(?!.*hush)/,
    ],
    [
      'two brokers, one by its host',
      { SIAGA_MQTT_URL: 'mqtts://x', SIAGA_MQTT_HOST: '127.0.0.1' },
      /^SIAGA_MQTT_URL: .*SIAGA_MQTT_HOST/,
    ],
    ['a broker by WebSocket', { SIAGA_MQTT_URL: 'ws://u:hush@x' }, /^SIAGA_MQTT_URL: .*mqtts:\/\/(?!.*hush)/],
    ['a broker with a path', { SIAGA_MQTT_URL: 'mqtts://x/mqtt' }, /^SIAGA_MQTT_URL: .*no path/],
    ['a password with / in it', { SIAGA_MQTT_URL: 'mqtts://u:hu/sh@x' }, /^SIAGA_MQTT_URL: (?!.*hu\/sh)/],
    ['a password of nobody', { SIAGA_MQTT_URL: 'mqtts://:hush@x' }, /^SIAGA_MQTT_URL: (?!.*hush)/],
    [
      'a broker beyond loopback without TLS',
      { SIAGA_MQTT_URL: 'mqtt://u:hush@broker.example' },
      /^SIAGA_MQTT_URL: .*broker\.example.*SIAGA_INSECURE=1(?!.*hush)/,
    ],
  ])('refuses %s', (_what, env, fault) => {
    expect(faultsOf(env)).toEqual([expect.stringMatching(fault)]);
  });

  it('tells every fault at once, a line each', () => {
    const faults = faultsOf({
      SIAGA_HTTP_PORT: 'x',
      SIAGA_MQTT_HOST: '10.0.0.1',
      SIAGA_LOG_LEVEL: 'x',
      SIAGA_TLS_KEY: '/k',
      SIAGA_TYPO: '',
    });
    expect(faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
      'SIAGA_HTTP_PORT',
      'SIAGA_LOG_LEVEL',
      'SIAGA_MQTT_HOST',
      'SIAGA_TLS_CERT',
      'SIAGA_TYPO',
    ]);
    for (const fault of faults) expect(fault).not.toContain('\n');
  });
});

describe('TLS files', () => {
  let dir: string;
  const path = (name: string) => join(dir, name);
  const makePair = (name: string) =>
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
        ...['-subj', '/CN=siaga.test', '-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)],
      ],
      { stdio: 'ignore' },
    );
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'siaga-config-'));
    makePair('a');
    makePair('b');
    writeFileSync(path('text'), 'no PEM');
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it('opens the hub to other machines', () => {
    const config = load({
      SIAGA_HTTP_HOST: '0.0.0.0',
      SIAGA_MQTT_HOST: '0.0.0.0',
      SIAGA_TLS_CERT: path('a.pem'),
      SIAGA_TLS_KEY: path('a.key'),
    });
    expect(config.http.tls?.cert).toContain('BEGIN CERTIFICATE');
    expect(config.http.tls?.key).toContain('PRIVATE KEY');
    expect(config.http.publicUrl).toMatch(/^https:/);
  });

  it.each<[what: string, cert: string, key: string, fault: RegExp]>([
    ['a file that is not there', 'none', 'a.key', /^SIAGA_TLS_CERT: .* cannot be read \(ENOENT\)$/],
    ['a folder', '', 'a.key', /^SIAGA_TLS_CERT: .* cannot be read \(EISDIR\)$/],
    ['text for a certificate', 'text', 'a.key', /^SIAGA_TLS_CERT: .* is no PEM file with a certificate$/],
    ['text for a key', 'a.pem', 'text', /^SIAGA_TLS_KEY: .* is no PEM file with a private key/],
    ["another certificate's key", 'a.pem', 'b.key', /^SIAGA_TLS_KEY: .* does not belong to the certificate/],
  ])('refuses %s', (_what, cert, key, fault) => {
    expect(faultsOf({ SIAGA_TLS_CERT: path(cert), SIAGA_TLS_KEY: path(key) })).toEqual([
      expect.stringMatching(fault),
    ]);
  });
});
