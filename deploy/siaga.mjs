#!/usr/bin/env node
// The command line. Each command installs and builds by itself what it lacks.
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { startHub } from './hub.mjs';
import { ensureInstalled } from './install.mjs';
import { ROOT, runMain } from './steps.mjs';

const HELP = `usage: siaga <command>

  siaga hub                          the hub: page, API, broker, databases (as npm start)
  siaga agent enroll --hub URL --token TOKEN [--dir DIR]
                                     makes this machine's agent known to a hub
  siaga agent run [--dir DIR]        runs the agent
  siaga admin broker-acl --dir DIR   writes an external broker's password and ACL files

siaga <command> --help tells more.`;

const HUB_HELP = `usage: siaga hub

Runs the hub until Ctrl-C (SIGINT or SIGTERM); all parts end in order, exit 0.
Settings are environment variables; an empty value counts as unset.
`;

const isHelp = (arg) => arg === '--help' || arg === '-h' || arg === 'help';

const agent = (args) =>
  runMain(async (release) => {
    await ensureInstalled();
    await ensureBuilt(['agent']);
    release();
    process.argv = [process.execPath, join(ROOT, 'agent/dist/agent.mjs'), ...args];
    await import('../agent/dist/agent.mjs');
  });

const admin = (args) =>
  runMain(async (release) => {
    await ensureInstalled();
    await ensureBuilt(['hub']);
    release();
    const { runAdmin } = await import('../hub/dist/admin.js');
    const write = (stream) => (text) => void stream.write(text);
    process.exitCode = await runAdmin(args, process.env, {
      out: write(process.stdout),
      err: write(process.stderr),
    });
  });

const hub = async (args) => {
  if (args.some(isHelp))
    return runMain(async () => {
      await ensureInstalled();
      await ensureBuilt(['hub']);
      const { describeSettings } = await import('../hub/dist/settings.js');
      console.log(`${HUB_HELP}\n${describeSettings()}`);
    });
  if (args.length > 0) return fail(`siaga hub takes no arguments, not "${args.join(' ')}"`);
  return startHub();
};

const fail = (message) => {
  console.error(`${message}\n\n${HELP}`);
  process.exit(1);
};

const [command, ...args] = process.argv.slice(2);
if (command === undefined) fail('which command?');
else if (isHelp(command)) console.log(HELP);
else if (command === 'hub') await hub(args);
else if (command === 'agent') await agent(args);
else if (command === 'admin') await admin(args);
else fail(`there is no command "${command}"`);
