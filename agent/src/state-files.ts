import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import Type, { type Static } from 'typebox';
import { Check, Errors } from 'typebox/value';
import { reasonOf } from './log.js';
import type { ConfigFile, StreamFile } from './store.js';

const strict = { additionalProperties: false } as const;

/** `agent.json`: who this agent is and how it reaches its hub. Written at enrolment, mode 0600. */
export const AgentFile = Type.Object(
  {
    agentId: Type.String({ pattern: '^[0-9a-f-]{36}$' }),
    shard: Type.String({ pattern: '^[0-9a-f]{2}$' }),
    /** mqtt:// or mqtts:// with host and port. */
    mqttUrl: Type.String({ pattern: '^mqtts?://' }),
    username: Type.String({ minLength: 1 }),
    password: Type.String({ minLength: 1 }),
    /** PEM of the certificate authority to trust, or null for the system's own. */
    ca: Type.Union([Type.String(), Type.Null()]),
  },
  strict,
);
export type AgentFile = Static<typeof AgentFile>;

const StreamRecordFile = Type.Object(
  {
    stream: Type.Integer({ minimum: 0 }),
    process: Type.String(),
    corrupt: Type.Integer({ minimum: 0 }),
  },
  strict,
);

const AGENT_FILE = 'agent.json';

const isMissing = (error: unknown): boolean => (error as { code?: string }).code === 'ENOENT';

const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } catch {
    // Some file systems sync no directories; the file itself is on the disk.
  } finally {
    await handle.close();
  }
};

/** Whole or not at all: a new file, synced, then renamed over the old one; mode 0600. */
const writeWhole = async (path: string, text: string): Promise<void> => {
  const directory = dirname(path);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = `${path}.new`;
  const handle = await open(draft, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  await syncDirectory(directory);
};

const readJson = async (path: string): Promise<unknown> => {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new Error(`${path} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Error(`${path} is damaged: it is no JSON`);
  }
};

/** Undefined before enrolment. @throws Error naming file, field and fault. */
export const readAgentFile = async (directory: string): Promise<AgentFile | undefined> => {
  const path = join(directory, AGENT_FILE);
  const value = await readJson(path);
  if (value === undefined) return undefined;
  if (Check(AgentFile, value)) return value;
  const [fault] = Errors(AgentFile, value);
  throw new Error(`${path}: ${fault?.instancePath || '(root)'} ${fault?.message ?? 'does not fit'}`);
};

export const writeAgentFile = (directory: string, file: AgentFile): Promise<void> =>
  writeWhole(join(directory, AGENT_FILE), `${JSON.stringify(file, null, 2)}\n`);

/** `stream.json` beside the outbox. */
export const createStreamFile = (directory: string): StreamFile => {
  const path = join(directory, 'stream.json');
  return {
    read: async () => {
      const value = await readJson(path);
      if (value === undefined) return undefined;
      if (Check(StreamRecordFile, value)) return value;
      throw new Error(`${path} is damaged: it holds no stream number`);
    },
    write: (record) => writeWhole(path, JSON.stringify(record)),
  };
};

/** `config.json`: the configuration last taken. A damaged one reads as none: the hub sends it anew. */
export const createConfigFile = (directory: string): ConfigFile => {
  const path = join(directory, 'config.json');
  return {
    read: () => readJson(path).catch(() => undefined),
    write: (text) => writeWhole(path, text),
  };
};
