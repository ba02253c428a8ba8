import { destination, pino } from 'pino';
import { loadConfig, type Config } from './config.js';
import { StartError } from './errors.js';
import { createHub } from './hub.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

/** What a user can act on, in one line; undefined: a fault of ours, which deserves its stack. */
const reasonOf = (error: unknown, config: Config): string | undefined => {
  if (error instanceof StartError) return error.message;
  const { code, port, address } = error as NodeJS.ErrnoException & { port?: number; address?: string };
  const part = port === config.mqtt.port && port !== config.http.port ? 'MQTT' : 'HTTP';
  if (code === 'EADDRINUSE')
    return `SIAGA_${part}_PORT: port ${port} of ${address} is taken by another program; name another port or end that program`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `SIAGA_${part}_HOST: ${address ?? ''} is no address of this machine`;
  if (code === 'EACCES' && port !== undefined)
    return `SIAGA_${part}_PORT: this user may not listen on port ${port}; name one above 1023`;
  return undefined;
};

const main = async (): Promise<void> => {
  const loaded = loadConfig(process.env);
  if (!loaded.ok) {
    for (const fault of loaded.faults) complain(fault);
    process.exit(1);
  }
  const { config } = loaded;
  // Child processes inherit the environment; passwords are not their business.
  for (const name of Object.keys(process.env)) if (name.startsWith('SIAGA_')) delete process.env[name];

  // Since the process began: `npm start` installs and builds in this same process, before.
  const elapsed = () => `${(performance.now() / 1000).toFixed(1)} s`.padStart(8);
  const log = pino({ level: config.logLevel }, destination({ dest: 2, sync: true }));
  const hub = createHub(config, { log, progress: (step) => say(`${elapsed()}  ${step}`) });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // a closed terminal

  let starting: Promise<unknown> | undefined;
  let exitCode: number | undefined;
  const end = async (code: number): Promise<never> => {
    exitCode = code;
    await starting?.catch(() => undefined);
    try {
      await hub.stop();
    } catch (error) {
      log.error({ err: error }, 'not every part stopped cleanly');
      exitCode ||= 1;
    }
    if (exitCode === 0) say('stopped');
    process.exit(exitCode);
  };
  const stopOn = (signal: NodeJS.Signals): void => {
    if (exitCode !== undefined) return say('Still stopping; every part ends in order.');
    say(`${signal}: stopping`);
    void end(0);
  };
  process.on('SIGINT', stopOn);
  process.on('SIGTERM', stopOn);
  process.on('SIGHUP', stopOn);
  const crash = (error: unknown): void => {
    log.fatal({ err: error }, 'an error nobody caught; stopping');
    if (exitCode === undefined) void end(1);
    else exitCode ||= 1;
  };
  process.on('uncaughtException', crash);
  process.on('unhandledRejection', crash);

  try {
    const started = hub.start();
    starting = started;
    const { url, admin } = await started;
    if (exitCode !== undefined) return;
    say(`${elapsed()}  ready`);
    say('');
    say(`  Siaga is at   ${url}`);
    if (admin) say(`  Sign in as    ${admin.email}`);
    if (admin?.password !== undefined) {
      say(`  Password      ${admin.password}`);
      say('                (shown this once; it is not stored in the clear)');
    }
    say('');
  } catch (error) {
    if (exitCode !== undefined) return;
    const reason = reasonOf(error, config);
    if (reason === undefined) log.fatal({ err: error }, 'the start failed');
    complain(`Siaga cannot start. ${reason ?? (error as Error).message}`);
    await end(1);
  }
};

await main();
