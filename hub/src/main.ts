import { destination, pino } from 'pino';
import { loadConfig } from './config.js';
import { StartError } from './errors.js';
import { createHub } from './hub.js';

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const complain = (line: string): void => void process.stderr.write(`${line}\n`);

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
  const hub = createHub(config, {
    log,
    progress: (step) => say(`${elapsed()}  ${step}`),
    failed: (reason) => {
      complain(`Siaga cannot go on: ${reason}; stopping`);
      if (exitCode === undefined) void end(1);
    },
  });
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined); // a closed terminal

  let starting: Promise<unknown> | undefined;
  let exitCode: number | undefined;
  const end = async (code: number): Promise<never> => {
    exitCode = code;
    try {
      // A start under way ends when what it waits for is stopped; what it had still begun is stopped after it.
      await Promise.all([hub.stop(), starting?.catch(() => undefined)]);
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
    if (exitCode === undefined) say(`${elapsed()}  ready\n\n  Siaga is at   ${url}`);
    // Told even where a signal came meanwhile: the account stands, and nobody else knows its password.
    if (admin) say(`  Sign in as    ${admin.email}`);
    if (admin?.password !== undefined)
      say(
        `  Password      ${admin.password}\n                (shown this once; it is not stored in the clear)`,
      );
    say('');
  } catch (error) {
    if (exitCode !== undefined) return;
    // A StartError is what a user can act on; anything else is a fault of ours, which deserves its stack.
    if (!(error instanceof StartError)) log.fatal({ err: error }, 'the start failed');
    complain(`Siaga cannot start. ${(error as Error).message}`);
    await end(1);
  }
};

await main();
