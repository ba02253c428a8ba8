import Type, { type Static, type TSchema } from 'typebox';
import { Check } from 'typebox/value';

const text = (options: { pattern?: string; maxLength?: number } = {}) =>
  Type.String({ minLength: 1, maxLength: 4096, ...options });
const port = Type.Integer({ minimum: 0, maximum: 65_535 });
const days = Type.Integer({ minimum: 1, maximum: 36_500 });
const HOST = '^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)$';
const PORT_WORDS = 'a port from 0 (any free one) to 65535';
const DAYS_WORDS = 'a whole number of days from 1 to 36500';
const HOST_WORDS = 'a host name or IP address without scheme or port';

/** One setting: the schema its value must meet, and what a fault tells. */
interface Setting {
  schema: TSchema;
  /** Ends the sentence "must be …". */
  words: string;
  /** What it is for; shown by --help. */
  about: string;
  /** As text; absent: may stay unset. */
  default?: string;
  /** Turns the text into what the schema checks. */
  read?: (text: string) => unknown;
  /** Its value is never repeated in a fault. */
  secret?: true;
}

const wholeNumber = (value: string): unknown => (/^\d{1,9}$/.test(value) ? Number(value) : value);
const list = (value: string): string[] =>
  value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
const urlOf = (value: string, protocols: readonly string[]): URL | undefined => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (!url || !protocols.includes(url.protocol) || url.hostname === '') return undefined;
  // The parser lets a stray % pass; whoever decodes user and password later would throw.
  return isDecodable(url.username) && isDecodable(url.password) ? url : undefined;
};
const isDecodable = (text: string): boolean => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};
const url = (...protocols: string[]) => Type.Refine(text(), (value) => urlOf(value, protocols) !== undefined);
const httpUrl = url('http:', 'https:');
/** Nothing after host and port: MQTT over TCP knows no path, and what was meant by one would be lost without a word. */
const mqttUrl = Type.Refine(text(), (value) => {
  const parsed = urlOf(value, ['mqtt:', 'mqtts:']);
  const rest = parsed && `${parsed.pathname.replace(/^\/$/, '')}${parsed.search}${parsed.hash}`;
  const hasLogin = parsed !== undefined && (parsed.password === '' || parsed.username !== '');
  return hasLogin && rest === '' && parsed.port !== '0';
});
const origin = Type.Refine(text(), (value) => urlOf(value, ['http:', 'https:'])?.origin === value);
const choice = <const T extends string[]>(...values: T) => Type.Enum(values);

/** Every setting the hub knows, once. `--help` and the faults are made from it. */
export const SETTINGS = {
  SIAGA_DATA_DIR: {
    schema: text(),
    words: 'a folder',
    about: 'databases, secrets, the local agent’s outbox',
    default: './.data',
  },
  SIAGA_HTTP_HOST: {
    schema: text({ pattern: HOST, maxLength: 253 }),
    words: HOST_WORDS,
    about: 'where the page and the API listen; other than loopback needs TLS',
    default: '127.0.0.1',
  },
  SIAGA_HTTP_PORT: {
    schema: port,
    words: PORT_WORDS,
    about: 'port of the page and the API',
    default: '8080',
    read: wholeNumber,
  },
  SIAGA_MQTT_HOST: {
    schema: text({ pattern: HOST, maxLength: 253 }),
    words: HOST_WORDS,
    about: 'where agents report to; other than loopback needs TLS',
    default: '127.0.0.1',
  },
  SIAGA_MQTT_PORT: {
    schema: port,
    words: PORT_WORDS,
    about: 'port of the MQTT broker',
    default: '1883',
    read: wholeNumber,
  },
  SIAGA_MQTT_URL: {
    schema: mqttUrl,
    words: 'a URL like mqtts://user:password@host:8883 (no path; what is special in the password %-encoded)',
    about: 'an MQTT broker at hand, instead of the hub’s own; see siaga admin broker-acl',
    secret: true,
  },
  SIAGA_POSTGRES_URL: {
    schema: url('postgres:', 'postgresql:'),
    words: 'a URL like postgresql://user:password@host:5432/database',
    about: 'a PostgreSQL server at hand; unset: embedded',
    secret: true,
  },
  SIAGA_QUESTDB_URL: {
    schema: httpUrl,
    words: 'a URL like http://host:9000 or http://user:password@host:9000',
    about: 'a QuestDB server at hand (needs no Java here); unset: embedded',
    secret: true,
  },
  SIAGA_QUESTDB_JAR: {
    schema: text(),
    words: 'the path of a questdb.jar',
    about: 'a QuestDB jar at hand (needs no Maven)',
  },
  SIAGA_ADMIN_EMAIL: {
    schema: text({ pattern: '^[^\\s@]+@[^\\s@]+$', maxLength: 254 }),
    words: 'an e-mail address',
    about: 'the first admin; read at the first start',
    default: 'admin@siaga.local',
  },
  SIAGA_ADMIN_PASSWORD: {
    schema: Type.String({ minLength: 12, maxLength: 128 }),
    words: '12 to 128 characters long',
    about: 'of the first admin; unset: one is made up and printed once',
    secret: true,
  },
  SIAGA_LOCAL_AGENT: {
    schema: choice('on', 'off'),
    words: 'on or off',
    about: 'an agent beside the hub that watches this machine',
    default: 'on',
  },
  SIAGA_TLS_CERT: {
    schema: text(),
    words: 'the path of a PEM file',
    about: 'certificate (with its chain) for page, API and MQTT',
  },
  SIAGA_TLS_KEY: {
    schema: text(),
    words: 'the path of a PEM file',
    about: 'private key of that certificate',
  },
  SIAGA_PUBLIC_URL: {
    schema: httpUrl,
    words: 'a URL like https://siaga.example',
    about: 'how people reach the page, where something stands in front of it',
  },
  SIAGA_LOG_LEVEL: {
    schema: choice('fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'),
    words: 'fatal, error, warn, info, debug, trace or silent',
    about: 'how much is logged',
    default: 'info',
  },
  SIAGA_ACCESS_TOKEN_MINUTES: {
    schema: Type.Integer({ minimum: 1, maximum: 1440 }),
    words: 'a whole number of minutes from 1 to 1440',
    about: 'life of an access token',
    default: '60',
    read: wholeNumber,
  },
  SIAGA_CORS_ORIGINS: {
    schema: Type.Array(origin, { maxItems: 100 }),
    words: 'origins like https://portal.example, parted by commas (scheme and host, no path)',
    about: 'whose pages may call the API',
    default: '',
    read: list,
  },
  SIAGA_RATE_LIMITS: {
    schema: text(),
    words: 'on, off or JSON',
    about: 'on, off, or JSON of tokenPerHour, sessionPerMinute, sessionWritesPerMinute, anonymousPerHour',
    default: 'on',
  },
  SIAGA_INSECURE: {
    schema: choice('0', '1'),
    words: '0 or 1',
    about: '1: listen beyond loopback without TLS',
    default: '0',
  },
  SIAGA_RETENTION_RAW_DAYS: {
    schema: days,
    words: DAYS_WORDS,
    about: 'how long single samples are kept',
    default: '7',
    read: wholeNumber,
  },
  SIAGA_RETENTION_MINUTE_DAYS: {
    schema: days,
    words: DAYS_WORDS,
    about: 'how long figures by the minute are kept',
    default: '90',
    read: wholeNumber,
  },
  SIAGA_RETENTION_HOUR_DAYS: {
    schema: days,
    words: DAYS_WORDS,
    about: 'how long figures by the hour are kept',
    default: '1825',
    read: wholeNumber,
  },
  SIAGA_SETUP: {
    schema: choice('yes', 'no'),
    words: 'yes or no',
    about: 'yes: `npm start` may install Java and Maven with the system’s package manager',
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
/** What each setting's text becomes; without a default it may be undefined. */
export type SettingValues = {
  [Name in SettingName]:
    | Static<(typeof SETTINGS)[Name]['schema']>
    | ((typeof SETTINGS)[Name] extends { default: string } ? never : undefined);
};

const limit = Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000_000 }));
/** The JSON form of SIAGA_RATE_LIMITS: what is left out keeps its default. */
export const RateLimitsJson = Type.Object(
  {
    tokenPerHour: limit,
    sessionPerMinute: limit,
    sessionWritesPerMinute: limit,
    anonymousPerHour: limit,
  },
  { additionalProperties: false },
);

/** The value of a setting's text (or of its default), or the fault in one line. */
export const readSetting = (
  name: SettingName,
  given: string | undefined,
): { ok: true; value: unknown } | { ok: false; fault: string } => {
  const setting: Setting = SETTINGS[name];
  const value = given ?? setting.default;
  if (value === undefined) return { ok: true, value: undefined };
  const read = setting.read ? setting.read(value) : value;
  if (Check(setting.schema, read)) return { ok: true, value: read };
  const shown = setting.secret ? '' : `, not "${value.length > 80 ? `${value.slice(0, 80)}…` : value}"`;
  return { ok: false, fault: `${name}: must be ${setting.words}${shown}` };
};

/** The known setting whose name takes the fewest edits to reach. */
export const nearestSetting = (name: string): string => {
  const ranked = Object.keys(SETTINGS).map((known) => ({ known, edits: editDistance(name, known) }));
  return ranked.reduce((best, next) => (next.edits < best.edits ? next : best)).known;
};

/** Levenshtein's distance: insertions, deletions and replacements of one character. */
const editDistance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, place) => place);
  for (const [i, left] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, right] of [...b].entries())
      next.push(
        Math.min(
          (row[j + 1] as number) + 1,
          (next[j] as number) + 1,
          (row[j] as number) + (left === right ? 0 : 1),
        ),
      );
    row = next;
  }
  return row[b.length] as number;
};

/** All settings with their defaults, for --help. */
export const describeSettings = (): string => {
  const entries = Object.entries(SETTINGS as Record<string, Setting>);
  const width = Math.max(...entries.map(([name]) => name.length));
  return entries
    .map(([name, { about, default: preset }]) => {
      const shown = preset ? ` (${preset})` : '';
      return `  ${name.padEnd(width)}  ${about}${shown}`;
    })
    .join('\n');
};
