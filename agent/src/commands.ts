import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createAgent } from './agent.js';
import { systemClock } from './clock.js';
import { enroll } from './enroll.js';
import { findProber } from './find-prober.js';
import { createLinuxHostReader } from './host-linux.js';
import { createOtherHostReader } from './host-other.js';
import { instanceOf } from './instance.js';
import { createLevelStore } from './level-store.js';
import { createLog, reasonOf } from './log.js';
import { createMqttNetwork } from './mqtt-network.js';
import { createConfigFile, createStreamFile, readAgentFile, writeAgentFile } from './state-files.js';
import { AGENT_VERSION } from './version.js';

/** A fault that the user can mend; told in one line, without a stack. */
export class CommandError extends Error {}

/** Trades a token for credentials and keeps them in `dir`. @throws CommandError */
export const enrollCommand = async (dir: string, hub: string, token: string): Promise<string> => {
  const directory = resolve(dir);
  try {
    const known = await readAgentFile(directory);
    if (known)
      throw new Error(`${directory} is enrolled already as agent ${known.agentId}; name another --dir`);
    // Before the token is spent: a directory that cannot be written would lose the credentials.
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const file = await enroll(hub, token);
    await writeAgentFile(directory, file);
    return file.agentId;
  } catch (error) {
    throw new CommandError(reasonOf(error), { cause: error });
  }
};

const startFault = (error: unknown, directory: string): string => {
  const reason = reasonOf(error);
  return /lock/i.test(reason)
    ? `another agent runs on ${directory}`
    : `the state directory ${directory} cannot be used: ${reason}`;
};

/** Runs until a signal; answers a way to stop it. @throws CommandError where it cannot start. */
export const runCommand = async (dir: string): Promise<{ stop(): Promise<void> }> => {
  const directory = resolve(dir);
  const clock = systemClock;
  const log = createLog(clock, (line) => process.stderr.write(line));
  const file = await readAgentFile(directory).catch((error: unknown) => {
    throw new CommandError(reasonOf(error));
  });
  if (!file)
    throw new CommandError(
      `${directory} is not enrolled: run \`siaga agent enroll --hub URL --token TOKEN --dir ${dir}\` first`,
    );
  const prober = await findProber({ clock, random: Math.random, log });
  const agent = createAgent({
    identity: { agentId: file.agentId, shard: file.shard },
    instance: await instanceOf(directory),
    version: AGENT_VERSION,
    process: randomBytes(8).toString('hex'),
    clock,
    random: Math.random,
    network: createMqttNetwork({
      url: file.mqttUrl,
      clientId: file.agentId,
      username: file.username,
      password: file.password,
      ca: file.ca,
    }),
    store: createLevelStore(join(directory, 'outbox'), clock.nowMs),
    streamFile: createStreamFile(directory),
    configFile: createConfigFile(directory),
    prober,
    hostReader:
      process.platform === 'linux' ? createLinuxHostReader(directory) : createOtherHostReader(directory),
    log,
  });
  try {
    await agent.start();
  } catch (error) {
    prober.stop();
    throw new CommandError(startFault(error, directory), { cause: error });
  }
  return agent;
};
