import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { loadConfig, type Config } from './config.js';
import { StartError } from './errors.js';
import { brokerHashOf, loadBrokerLogins, type BrokerLogin } from './fleet/index.js';
import { mosquittoSettings, userNameFault, writeMosquittoFiles } from './platform/broker/mosquitto.js';
import { createEmbeddedPostgres, lockDataDir, runningPostgresUrl } from './platform/embedded/index.js';
import { createPostgres } from './platform/postgres/postgres.js';
import { loadSecrets } from './platform/secrets.js';

const HELP = `usage: siaga admin <command>

  siaga admin broker-acl --dir DIR   writes Mosquitto's password and ACL files for the hub and its agents

siaga admin <command> --help tells more.
`;

const BROKER_ACL_HELP = `usage: siaga admin broker-acl --dir DIR

Writes DIR/passwords and DIR/acl (mode 0600, each whole or not at all) for an external Mosquitto 2: the hub's own user,
as SIAGA_MQTT_URL names it, and each enrolled agent, which may use its own topics only. To be run with the hub's
settings, before its first start and again whenever an agent was enrolled or revoked; then let the broker read the files
again (systemctl reload mosquitto, or SIGHUP), which also ends the connections of agents that were revoked.

As root the files get the owner of DIR: give it to the broker's user first (mkdir DIR; chown mosquitto: DIR).
What is printed belongs into mosquitto.conf, beside a listener.

  --dir DIR   where to write; made where it is missing
`;

const FAILED = 1;
const WRONG_USAGE = 2;

/** How the command speaks; each text ends with a line feed. */
export interface AdminOutput {
  out: (text: string) => void;
  err: (text: string) => void;
}

/** `siaga admin …`: answers the exit code, 0 done, 1 failed, 2 wrong usage. */
export const runAdmin = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  output: AdminOutput,
): Promise<number> => {
  const [command, ...rest] = args;
  const wrongUsage = (reason: string): number => {
    output.err(`siaga admin: ${reason}\nTry: siaga admin --help\n`);
    return WRONG_USAGE;
  };
  if (command === '--help' || command === '-h' || command === 'help') {
    output.out(HELP);
    return 0;
  }
  if (command !== 'broker-acl')
    return wrongUsage(command === undefined ? 'which command?' : `there is no command "${command}"`);
  let values;
  try {
    const options = { dir: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;
    ({ values } = parseArgs({ args: rest, options, strict: true }));
  } catch (error) {
    return wrongUsage((error as Error).message);
  }
  if (values.help) {
    output.out(BROKER_ACL_HELP);
    return 0;
  }
  if (values.dir === undefined || values.dir === '') return wrongUsage('broker-acl needs --dir DIR');
  const loaded = loadConfig(env);
  if (!loaded.ok) {
    for (const fault of loaded.faults) output.err(`${fault}\n`);
    return FAILED;
  }
  try {
    await brokerAcl(loaded.config, resolve(values.dir), output);
    return 0;
  } catch (error) {
    const known = faultOf(error);
    if (known === undefined) throw error;
    output.err(`siaga admin: ${known}\n`);
    return FAILED;
  }
};

const brokerAcl = async (config: Config, dir: string, { out, err }: AdminOutput): Promise<void> => {
  const hub = hubLogin(config);
  const logins = await readLogins(config);
  const agents = logins.flatMap(({ id, shard, hash }) => (hash === null ? [] : [{ name: id, shard, hash }]));
  const paths = await writeMosquittoFiles(dir, { name: hub.user, hash: brokerHashOf(hub.password) }, agents);
  const without = logins.filter(({ hash }) => hash === null);
  out(`Wrote ${paths.join(' and ')}: user ${hub.user} and ${count(agents.length, 'agent')}.\n`);
  out(`Let the broker read them again. Its mosquitto.conf, beside a listener:\n\n${mosquittoSettings(dir)}`);
  if (without.length === 0) return;
  err(
    `Left out, since they were enrolled before a broker's hash of their password was kept; enrol them again:\n` +
      without.map(({ id, name }) => `  ${name} (${id})\n`).join(''),
  );
};

const hubLogin = ({ mqtt: { external } }: Config): { user: string; password: string } => {
  if (!external)
    throw new StartError('SIAGA_MQTT_URL: is not set; it names the broker, and the hub’s own user there');
  const { user, password } = external;
  if (user === undefined || password === undefined)
    throw new StartError(
      'SIAGA_MQTT_URL: names no user and password for the hub (mqtts://user:password@host)',
    );
  const fault = userNameFault(user);
  if (fault !== null) throw new StartError(`SIAGA_MQTT_URL: the hub’s user name ${fault}`);
  return { user, password };
};

/** From the PostgreSQL at hand, the embedded one of a hub that runs, or the embedded one started for the moment. */
const readLogins = async (config: Config): Promise<BrokerLogin[]> => {
  if (config.postgresUrl !== undefined) return loginsAt(config.postgresUrl);
  const { dataDir } = config;
  const password = (await loadSecrets(dataDir)).postgresPassword;
  const running = await runningPostgresUrl(dataDir, password);
  if (running !== undefined) {
    try {
      return await loginsAt(running);
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ECONNREFUSED') throw error;
    }
  }
  const lock = await lockDataDir(dataDir);
  const log = pino({ level: 'silent' });
  const embedded = createEmbeddedPostgres({ dataDir, password, log });
  try {
    return await loginsAt((await embedded.start()).url);
  } finally {
    await embedded.stop();
    await lock.release();
  }
};

const loginsAt = async (url: string): Promise<BrokerLogin[]> => {
  const postgres = createPostgres(url, { maxConnections: 1, onError: () => undefined });
  try {
    return await loadBrokerLogins(postgres.db);
  } catch (error) {
    // A database that no hub has started on: there are no agents yet.
    if ((error as { code?: unknown }).code === UNDEFINED_TABLE) return [];
    throw error;
  } finally {
    await postgres.stop();
  }
};

/** SQLSTATE. */
const UNDEFINED_TABLE = '42P01';
const UNDEFINED_COLUMN = '42703';

/** What a user can act on, in words; undefined for a fault of ours. */
const faultOf = (error: unknown): string | undefined => {
  if (error instanceof StartError) return error.message;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === UNDEFINED_COLUMN)
    return 'the database is of an older version: start this version’s hub on it once';
  if (typeof code !== 'string') return undefined;
  return /^E[A-Z]+$/.test(code) || /^(08|28|3D|53|57)/.test(code) ? message || code : undefined;
};

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
