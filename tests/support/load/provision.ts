import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { TIMEOUT_MS_BY_LINK, type Link } from '@siaga/shared';
import { loadSecrets } from '../../../hub/src/platform/secrets.js';
import type { LoadAgent, LoadFleet } from './fleet.js';

export interface FleetShape {
  agents: number;
  devicesPerAgent: number;
  /** Whole seconds. */
  intervalS: number;
  link?: Link;
  /** Names sites, agents and devices apart where there are several fleets in one hub. */
  prefix?: string;
}

const CHUNK = 5_000;

const addressOf = (device: number): string => {
  const host = device + 1;
  return `10.${100 + (host >> 16)}.${(host >> 8) & 255}.${host & 255}`;
};

/**
 * Writes one site, one agent and its devices for each of `agents` straight into a migrated PostgreSQL: 10,000 devices in
 * about a second. `dataDir` is the hub's, for the key that its credentials are hashed with. A hub that runs already
 * knows nothing of it: start it afterwards (or anew).
 */
export const provisionFleet = async (
  postgresUrl: string,
  dataDir: string,
  shape: FleetShape,
): Promise<LoadFleet> => {
  const secrets = await loadSecrets(dataDir);
  const prefix = shape.prefix ?? 'load';
  const link = shape.link ?? 'fibre';
  const timeoutMs = TIMEOUT_MS_BY_LINK[link];
  const agents = Array.from({ length: shape.agents }, (): LoadAgent => {
    const agentId = uuidv7();
    return {
      agentId,
      siteId: uuidv7(),
      shard: agentId.slice(-2),
      username: agentId,
      password: randomBytes(32).toString('base64url'),
      devices: Array.from({ length: shape.devicesPerAgent }, (_, place) => ({
        deviceId: uuidv7(),
        checkId: 0,
        address: addressOf(place),
        intervalMs: shape.intervalS * 1000,
        timeoutMs,
      })),
    };
  });

  const client = new pg.Client({ connectionString: postgresUrl });
  await client.connect();
  try {
    await client.query('begin');
    const insert = async (sql: string, rows: readonly object[]): Promise<Record<string, unknown>[]> => {
      const answers: Record<string, unknown>[] = [];
      for (let from = 0; from < rows.length; from += CHUNK) {
        const chunk = JSON.stringify(rows.slice(from, from + CHUNK));
        answers.push(...(await client.query<Record<string, unknown>>(sql, [chunk])).rows);
      }
      return answers;
    };
    await insert(
      `insert into sites (id, code, name, timezone)
       select id, code, code, 'Asia/Jakarta' from jsonb_to_recordset($1::jsonb) as x (id uuid, code text)`,
      agents.map(({ siteId }, place) => ({ id: siteId, code: `${prefix}-${place}` })),
    );
    await insert(
      `insert into agents (id, name, site_id, shard, secret_hmac)
       select id, name, site_id, shard, decode(hmac, 'hex')
       from jsonb_to_recordset($1::jsonb) as x (id uuid, name text, site_id uuid, shard text, hmac text)`,
      agents.map(({ agentId, siteId, shard, password }, place) => ({
        id: agentId,
        name: `${prefix}-${place}`,
        site_id: siteId,
        shard,
        hmac: secrets.hmac('agent', password).toString('hex'),
      })),
    );
    const devices = agents.flatMap(({ agentId, siteId, devices: own }, agent) =>
      own.map(({ deviceId, address }, place) => ({
        id: deviceId,
        code: `${prefix}-${agent}-${place}`,
        address,
        link,
        site_id: siteId,
        agent_id: agentId,
      })),
    );
    await insert(
      `insert into devices (id, code, name, kind, address, link, site_id, agent_id)
       select id, code, code, 'atm', address, link, site_id, agent_id from jsonb_to_recordset($1::jsonb)
         as x (id uuid, code text, address inet, link text, site_id uuid, agent_id uuid)`,
      devices,
    );
    const checks = await insert(
      `insert into checks (device_id, type, interval_s, timeout_ms)
       select id, 'icmp', ${shape.intervalS}, ${timeoutMs} from jsonb_to_recordset($1::jsonb) as x (id uuid)
       returning id, device_id`,
      devices,
    );
    await client.query('commit');
    const checkIds = new Map(checks.map(({ id, device_id: deviceId }) => [deviceId, id as number]));
    for (const agent of agents)
      for (const device of agent.devices) device.checkId = checkIds.get(device.deviceId) as number;
  } finally {
    await client.end();
  }
  return { agents };
};

export interface StoresOfHub {
  postgresUrl: string;
  questDb: { url: string; user: string; password: string };
  /** Of the processes themselves, for whoever wants to kill them. */
  postgresPid: number;
  questDbPid: number;
}

/** The embedded stores of a running hub, by its data dir. A hub that starts anew puts them on other ports. */
export const storesOfHub = async (dataDir: string): Promise<StoresOfHub> => {
  const secrets = await loadSecrets(dataDir);
  const recordOf = async (name: string) =>
    JSON.parse(await readFile(join(dataDir, 'run', `${name}.json`), 'utf8')) as {
      pid: number;
      commandLine: string;
    };
  const [postgres, questDb] = [await recordOf('postgres'), await recordOf('questdb')];
  const postgresPort = /\bport=(\d+)/.exec(postgres.commandLine)?.[1];
  const settings = await readFile(join(dataDir, 'questdb/conf/server.conf'), 'utf8');
  const bound = /^http\.bind\.to=(.+)$/m.exec(settings)?.[1];
  if (postgresPort === undefined || bound === undefined)
    throw new Error('the hub does not tell where its stores are');
  return {
    postgresUrl: `postgresql://siaga:${secrets.postgresPassword}@127.0.0.1:${postgresPort}/siaga`,
    questDb: { url: `http://${bound}`, user: 'siaga', password: secrets.questdbPassword },
    postgresPid: postgres.pid,
    questDbPid: questDb.pid,
  };
};
