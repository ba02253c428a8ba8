import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Check } from 'typebox/value';
import {
  RateLimitsJson,
  SETTINGS,
  nearestSetting,
  readSetting,
  type SettingName,
  type SettingValues,
} from './settings.js';

/** Everything the hub is told from outside, checked and frozen. */
export interface Config {
  /** Absolute. */
  dataDir: string;
  http: {
    host: string;
    /** 0: any free port. */
    port: number;
    /** As people reach it, without a slash at the end. */
    publicUrl: string;
    /** PEM texts; for the page, the API and MQTT. */
    tls?: { cert: string; key: string };
    /** Origins that may call the API from a page of theirs. */
    corsOrigins: string[];
  };
  mqtt: {
    host: string;
    port: number;
    /** A broker at hand instead of the hub's own: its URL without userinfo, and the hub's own login there. */
    external?: { url: string; user?: string; password?: string };
  };
  /** Absent: embedded. */
  postgresUrl?: string;
  /** `url` (without userinfo): a server at hand, with the credentials it wants; absent: embedded from `jar`. */
  questdb: { url?: string; user?: string; password?: string; jar: string };
  /** The first admin, made at the first start; without a password one is made up and printed once. */
  admin: { email: string; password?: string };
  /** Whether an agent runs beside the hub and watches this machine. */
  localAgent: boolean;
  logLevel: string;
  accessTokenMinutes: number;
  rateLimits: {
    enabled: boolean;
    tokenPerHour: number;
    sessionPerMinute: number;
    sessionWritesPerMinute: number;
    anonymousPerHour: number;
  };
  retention: { rawDays: number; minuteDays: number; hourDays: number };
}

export type ConfigResult = { ok: true; config: Config } | { ok: false; faults: string[] };

const QUESTDB_VERSION = '9.3.4';
/** Where `npm start` puts QuestDB: in the repository, outside node_modules. */
const PINNED_JAR = fileURLToPath(
  new URL(`../../.cache/questdb/questdb-${QUESTDB_VERSION}.jar`, import.meta.url),
);
// A page that is open on a flapping device reads up to 40 times a minute, and in a storm somebody steps through an
// incident a second: hub/adr/0007.
const DEFAULT_LIMITS = {
  tokenPerHour: 1000,
  sessionPerMinute: 600,
  sessionWritesPerMinute: 120,
  anonymousPerHour: 100,
};

/**
 * Reads the settings (`SIAGA_*`) and the TLS files they name. Answers every fault at once, one line each, starting
 * with the setting's name; secrets are never repeated. An empty value counts as unset.
 */
export const loadConfig = (env: NodeJS.ProcessEnv): ConfigResult => {
  const faults = unknownSettings(env);
  const values = {} as Record<SettingName, unknown>;
  for (const name of Object.keys(SETTINGS) as SettingName[]) {
    const text = env[name];
    const read = readSetting(name, text === '' ? undefined : text);
    if (read.ok) values[name] = read.value;
    else faults.push(read.fault);
  }
  const known = values as Partial<SettingValues>;
  const tls = readTls(known, faults);
  const rateLimits = readRateLimits(known, faults);
  checkReach(known, tls !== undefined, faults);
  checkBroker(known, env, faults);
  checkTogether(known, faults);
  if (faults.length > 0) return { ok: false, faults };
  return { ok: true, config: freeze(build(values as SettingValues, tls, rateLimits)) };
};

const build = (
  values: SettingValues,
  tls: { cert: string; key: string } | undefined,
  rateLimits: Config['rateLimits'],
): Config => {
  const dataDir = resolve(values.SIAGA_DATA_DIR);
  const { SIAGA_HTTP_HOST: host, SIAGA_HTTP_PORT: port } = values;
  const jar = values.SIAGA_QUESTDB_JAR;
  return {
    dataDir,
    http: {
      host,
      port,
      publicUrl:
        values.SIAGA_PUBLIC_URL?.replace(/\/+$/, '') ??
        `${tls ? 'https' : 'http'}://${reachableHost(host)}:${port}`,
      ...(tls ? { tls } : {}),
      corsOrigins: values.SIAGA_CORS_ORIGINS,
    },
    mqtt: {
      host: values.SIAGA_MQTT_HOST,
      port: values.SIAGA_MQTT_PORT,
      ...(values.SIAGA_MQTT_URL === undefined ? {} : { external: splitUserinfo(values.SIAGA_MQTT_URL) }),
    },
    ...(values.SIAGA_POSTGRES_URL === undefined ? {} : { postgresUrl: values.SIAGA_POSTGRES_URL }),
    questdb: {
      ...(values.SIAGA_QUESTDB_URL === undefined ? {} : splitUserinfo(values.SIAGA_QUESTDB_URL)),
      jar: jar === undefined ? PINNED_JAR : isAbsolute(jar) ? jar : join(process.cwd(), jar),
    },
    admin: {
      email: values.SIAGA_ADMIN_EMAIL,
      ...(values.SIAGA_ADMIN_PASSWORD === undefined ? {} : { password: values.SIAGA_ADMIN_PASSWORD }),
    },
    localAgent: values.SIAGA_LOCAL_AGENT === 'on',
    logLevel: values.SIAGA_LOG_LEVEL,
    accessTokenMinutes: values.SIAGA_ACCESS_TOKEN_MINUTES,
    rateLimits,
    retention: {
      rawDays: values.SIAGA_RETENTION_RAW_DAYS,
      minuteDays: values.SIAGA_RETENTION_MINUTE_DAYS,
      hourDays: values.SIAGA_RETENTION_HOUR_DAYS,
    },
  };
};

const splitUserinfo = (text: string): { url: string; user?: string; password?: string } => {
  const url = new URL(text);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  return {
    url: url.href.replace(/\/+$/, ''),
    ...(username === '' ? {} : { user: decodeURIComponent(username) }),
    ...(password === '' ? {} : { password: decodeURIComponent(password) }),
  };
};

const unknownSettings = (env: NodeJS.ProcessEnv): string[] =>
  Object.keys(env)
    .filter((name) => name.startsWith('SIAGA_') && !(name in SETTINGS))
    .sort()
    .map((name) => `${name}: there is no such setting; the nearest is ${nearestSetting(name)}`);

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const reachableHost = (host: string): string => {
  if (host === '0.0.0.0' || host === '::') return hostname();
  return host.includes(':') ? `[${host}]` : host;
};

const checkReach = (values: Partial<SettingValues>, hasTls: boolean, faults: string[]): void => {
  if (hasTls || values.SIAGA_INSECURE === '1') return;
  for (const name of ['SIAGA_HTTP_HOST', 'SIAGA_MQTT_HOST'] as const) {
    const host = values[name];
    if (host !== undefined && !isLoopback(host))
      faults.push(
        `${name}: ${host} is reachable from other machines, and nothing would be encrypted: ` +
          'set SIAGA_TLS_CERT and SIAGA_TLS_KEY, or SIAGA_INSECURE=1 to accept that',
      );
  }
};

/** A broker at hand takes the place of the hub's own, whose settings would then be of no effect without a word. */
const checkBroker = (
  values: Partial<SettingValues>,
  env: Readonly<Record<string, string | undefined>>,
  faults: string[],
): void => {
  const isGiven = (name: SettingName): boolean => env[name] !== undefined && env[name] !== '';
  if (isGiven('SIAGA_MQTT_URL'))
    for (const name of ['SIAGA_MQTT_HOST', 'SIAGA_MQTT_PORT'] as const)
      if (isGiven(name))
        faults.push(
          `SIAGA_MQTT_URL: names another broker, and ${name} says where the hub’s own listens: unset one of the two`,
        );
  if (values.SIAGA_MQTT_URL === undefined || values.SIAGA_INSECURE === '1') return;
  const { protocol, hostname: host } = new URL(values.SIAGA_MQTT_URL);
  if (protocol === 'mqtt:' && !isLoopback(host.replace(/^\[(.*)\]$/, '$1')))
    faults.push(
      `SIAGA_MQTT_URL: the way to ${host} would not be encrypted, passwords included: ` +
        'use mqtts://, or SIAGA_INSECURE=1 to accept that',
    );
};

const checkTogether = (values: Partial<SettingValues>, faults: string[]): void => {
  const { SIAGA_HTTP_PORT: http, SIAGA_MQTT_PORT: mqtt } = values;
  const hasOwnBroker = values.SIAGA_MQTT_URL === undefined;
  if (
    hasOwnBroker &&
    http !== undefined &&
    http !== 0 &&
    http === mqtt &&
    values.SIAGA_HTTP_HOST === values.SIAGA_MQTT_HOST
  )
    faults.push(`SIAGA_MQTT_PORT: ${mqtt} is SIAGA_HTTP_PORT already; each needs a port of its own`);
  const order = [
    'SIAGA_RETENTION_RAW_DAYS',
    'SIAGA_RETENTION_MINUTE_DAYS',
    'SIAGA_RETENTION_HOUR_DAYS',
  ] as const;
  for (const [place, name] of order.slice(1).entries()) {
    const finer = order[place] as (typeof order)[number];
    const [days, finerDays] = [values[name], values[finer]];
    if (days !== undefined && finerDays !== undefined && days < finerDays)
      faults.push(
        `${name}: ${days} is less than ${finer} (${finerDays}); coarser figures are kept at least as long`,
      );
  }
};

const readTls = (
  values: Partial<SettingValues>,
  faults: string[],
): { cert: string; key: string } | undefined => {
  const { SIAGA_TLS_CERT: certPath, SIAGA_TLS_KEY: keyPath } = values;
  if (certPath === undefined && keyPath === undefined) return undefined;
  if (certPath === undefined || keyPath === undefined) {
    const [lacking, given] =
      certPath === undefined ? ['SIAGA_TLS_CERT', 'SIAGA_TLS_KEY'] : ['SIAGA_TLS_KEY', 'SIAGA_TLS_CERT'];
    faults.push(`${lacking}: is missing, and ${given} is of no use without it`);
    return undefined;
  }
  const cert = readPem(
    'SIAGA_TLS_CERT',
    certPath,
    'certificate',
    faults,
    (text) => new X509Certificate(text),
  );
  const key = readPem('SIAGA_TLS_KEY', keyPath, 'private key without a passphrase', faults, createPrivateKey);
  if (!cert || !key) return undefined;
  if (!cert.parsed.checkPrivateKey(key.parsed)) {
    faults.push(`SIAGA_TLS_KEY: ${keyPath} does not belong to the certificate in ${certPath}`);
    return undefined;
  }
  return { cert: cert.text, key: key.text };
};

const readPem = <T>(
  name: SettingName,
  path: string,
  kind: string,
  faults: string[],
  parse: (text: string) => T,
): { text: string; parsed: T } | undefined => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    faults.push(`${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
    return undefined;
  }
  try {
    return { text, parsed: parse(text) };
  } catch {
    faults.push(`${name}: ${path} is no PEM file with a ${kind}`);
    return undefined;
  }
};

const readRateLimits = (values: Partial<SettingValues>, faults: string[]): Config['rateLimits'] => {
  const text = values.SIAGA_RATE_LIMITS ?? 'on';
  if (text === 'on' || text === 'off') return { enabled: text === 'on', ...DEFAULT_LIMITS };
  const names = Object.keys(DEFAULT_LIMITS).join(', ');
  try {
    const given: unknown = JSON.parse(text);
    if (Check(RateLimitsJson, given)) return { enabled: true, ...DEFAULT_LIMITS, ...given };
  } catch {
    // told below, with what is allowed
  }
  faults.push(
    `SIAGA_RATE_LIMITS: must be on, off or JSON with whole numbers from 1 to 1000000 for any of ${names}`,
  );
  return { enabled: true, ...DEFAULT_LIMITS };
};

const freeze = <T extends object>(value: T): T => {
  for (const part of Object.values(value))
    if (typeof part === 'object' && part !== null) freeze(part as object);
  return Object.freeze(value);
};
