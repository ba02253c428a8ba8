import { parseArgs } from 'node:util';
import { CommandError, enrollCommand, runCommand } from './commands.js';
import { AGENT_VERSION } from './version.js';

const DEFAULT_DIR = './.siaga-agent';

const HELP = `siaga agent ${AGENT_VERSION}: probes devices, reads its own host, and tells the hub.

Usage:
  agent run [--dir DIR]                             runs until it is stopped
  agent enroll --hub URL --token TOKEN [--dir DIR]  makes this machine an agent of a hub
  agent --help | --version

Each command has its own --help. Exit codes: 0 done or stopped, 1 failed, 2 wrong usage.
`;

const RUN_HELP = `Usage: agent run [--dir DIR]

Runs until SIGINT or SIGTERM, which stop it cleanly (exit code 0). Logs JSON lines to standard error.

  --dir DIR   state directory of an enrolled agent (${DEFAULT_DIR}): agent.json with the credentials,
              stream.json, config.json, and outbox/ with every sample the hub has not stored yet

Probes with raw ICMP sockets where it may (root, or CAP_NET_RAW on the Node binary), else with the system's ping.
`;

const ENROLL_HELP = `Usage: agent enroll --hub URL --token TOKEN [--dir DIR]

Trades an enrolment token, made in the hub, for this agent's credentials.

  --hub URL       the hub's address, e.g. https://siaga.example
  --token TOKEN   the token; it is good for one agent
  --dir DIR       state directory (${DEFAULT_DIR}); agent.json is written there with mode 0600

A hub whose certificate has an authority of its own: set NODE_EXTRA_CA_CERTS to its PEM file.
`;

const FAILED = 1;
const WRONG_USAGE = 2;

const out = (text: string): void => {
  process.stdout.write(text);
};

const wrongUsage = (reason: string): number => {
  process.stderr.write(`agent: ${reason}\nTry: agent --help\n`);
  return WRONG_USAGE;
};

const options = {
  dir: { type: 'string', default: DEFAULT_DIR },
  hub: { type: 'string' },
  token: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
  version: { type: 'boolean', short: 'V', default: false },
} as const;

/** Runs until a signal comes, then stops; a second signal does not wait. */
const runUntilSignal = async (dir: string): Promise<number> => {
  const agent = await runCommand(dir);
  await new Promise<void>((resolve) => {
    let signals = 0;
    const onSignal = (): void => {
      if (signals++ === 0) resolve();
      else process.exit(FAILED);
    };
    process.on('SIGINT', onSignal);
    process.on('SIGTERM', onSignal);
  });
  await agent.stop();
  return 0;
};

const main = async (argv: readonly string[]): Promise<number> => {
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    return wrongUsage(error instanceof Error ? error.message : String(error));
  }
  const { values, positionals } = parsed;
  const [command, ...extra] = positionals;
  if (values.version) {
    out(`${AGENT_VERSION}\n`);
    return 0;
  }
  if (command === undefined) {
    if (!values.help) return wrongUsage('a command is missing: run or enroll');
    out(HELP);
    return 0;
  }
  if (extra.length > 0) return wrongUsage(`unexpected argument ${JSON.stringify(extra[0])}`);
  if (command === 'run') {
    if (values.help) {
      out(RUN_HELP);
      return 0;
    }
    if (values.hub !== undefined || values.token !== undefined)
      return wrongUsage('--hub and --token belong to enroll');
    return runUntilSignal(values.dir);
  }
  if (command === 'enroll') {
    if (values.help) {
      out(ENROLL_HELP);
      return 0;
    }
    if (!values.hub) return wrongUsage('enroll needs --hub URL');
    if (!values.token) return wrongUsage('enroll needs --token TOKEN');
    const agentId = await enrollCommand(values.dir, values.hub, values.token);
    out(`Enrolled as agent ${agentId}. Start it with: siaga agent run --dir ${values.dir}\n`);
    return 0;
  }
  return wrongUsage(`unknown command ${JSON.stringify(command)}: run or enroll`);
};

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  process.stderr.write(`agent: ${error.message}\n`);
  process.exit(FAILED);
}
