import { chown, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  AGENT_PUBLISHES,
  AGENT_SUBSCRIBES,
  MAX_MESSAGE_BYTES,
  TOPIC_ROOT,
  agentTopic,
  hubTopic,
} from '@siaga/shared';

/** One user of the broker; `hash` is PBKDF2-SHA512 as Mosquitto's password file holds it. */
export interface BrokerUser {
  name: string;
  hash: string;
}
/** An agent's user name is its id. */
export interface BrokerAgent extends BrokerUser {
  shard: string;
}

const PASSWORDS = 'passwords';
const ACL = 'acl';
/** The hub publishes configurations of 20,000 checks, some 170 bytes each. */
const MAX_PACKET_BYTES = 4 * 1024 * 1024;
const MAX_QUEUED_MESSAGES = 20_000;
const MAX_QUEUED_BYTES = 256 * MAX_MESSAGE_BYTES;

export const mosquittoPasswords = (users: readonly BrokerUser[]): string =>
  users.map(({ name, hash }) => `${name}:${hash}\n`).join('');

/** The same rights as rights.ts grants: whole topic names for agents, everything of ours for the hub, else nothing. */
export const mosquittoAcl = (hubUser: string, agents: readonly BrokerAgent[]): string =>
  [
    `user ${hubUser}\ntopic readwrite ${TOPIC_ROOT}/#\n`,
    ...agents.map(({ name, shard }) =>
      [
        `\nuser ${name}`,
        ...AGENT_PUBLISHES.map((channel) => `topic write ${agentTopic(shard, name, channel)}`),
        ...AGENT_SUBSCRIBES.map((channel) => `topic read ${agentTopic(shard, name, channel)}`),
        `topic read ${hubTopic(shard)}\n`,
      ].join('\n'),
    ),
  ].join('');

/**
 * What a Mosquitto 2 needs in its own configuration beside a listener. The user name as client id keeps an agent from
 * ending its neighbour's connection by taking that one's id.
 */
export const mosquittoSettings = (dir: string): string =>
  [
    'per_listener_settings false',
    'allow_anonymous false',
    'use_username_as_clientid true',
    `password_file ${join(dir, PASSWORDS)}`,
    `acl_file ${join(dir, ACL)}`,
    `max_packet_size ${MAX_PACKET_BYTES}`,
    `max_queued_messages ${MAX_QUEUED_MESSAGES}`,
    `max_queued_bytes ${MAX_QUEUED_BYTES}`,
    '',
  ].join('\n');

/** Why Mosquitto's files cannot hold this user name, or null. */
export const userNameFault = (name: string): string | null =>
  /^[^\s:#][^:\p{Cc}]*$/u.test(name) && name === name.trim()
    ? null
    : 'may hold no colon and no control character, and begin or end with no blank and begin with no #';

/**
 * Writes both files into `dir` (made where it is missing), each whole or not at all, mode 0600, owned by the folder's
 * owner where this runs as root: the broker reads them again under its own account. Rights first: a user without
 * rights may do nothing, rights without a user are nobody's.
 */
export const writeMosquittoFiles = async (
  dir: string,
  hub: BrokerUser,
  agents: readonly BrokerAgent[],
): Promise<string[]> => {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const { uid, gid } = await stat(dir);
  const owner = process.geteuid?.() === 0 ? { uid, gid } : undefined;
  const paths = [join(dir, ACL), join(dir, PASSWORDS)] as const;
  await writeWhole(paths[0], mosquittoAcl(hub.name, agents), owner);
  await writeWhole(paths[1], mosquittoPasswords([hub, ...agents]), owner);
  return [...paths];
};

const writeWhole = async (
  path: string,
  text: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> => {
  const fresh = `${path}.fresh.${process.pid}`;
  try {
    const file = await open(fresh, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    if (owner) await chown(fresh, owner.uid, owner.gid);
    await rename(fresh, path);
  } finally {
    await rm(fresh, { force: true });
  }
};
