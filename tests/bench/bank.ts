import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { TIMEOUT_MS_BY_LINK, type Link } from '@siaga/shared';
import pg from 'pg';
import { createCredentials } from '../../hub/src/fleet/credentials.js';
import { loadSecrets } from '../../hub/src/platform/secrets.js';
import type { Branch } from './branches.js';

export const LINKS = ['fibre', 'm2m', 'vsat'] as const satisfies readonly Link[];

export interface BankDevice {
  id: string;
  address: string;
  link: (typeof LINKS)[number];
  branch: Branch;
}

export interface Bank {
  devices: BankDevice[];
  /** Writes each agent's settings, with the hub at this port, and starts all of them. */
  startAgents(mqttPort: number): Promise<ChildProcess[]>;
}

const INTERVAL_S = 5;

/** A client of the embedded PostgreSQL of a running hub. */
export const connectToPostgres = async (dataDir: string): Promise<pg.Client> => {
  const { postgresPassword } = await loadSecrets(dataDir);
  const [, , , port] = (await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8')).split('\n');
  const client = new pg.Client({
    host: '127.0.0.1',
    port: Number(port),
    user: 'siaga',
    password: postgresPassword,
    database: 'siaga',
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
};

/**
 * Writes sites, agents and devices straight into the tables of a hub that ran here before; the next start finds them.
 * By the API, one after another, 10,000 devices would take minutes, which is another benchmark.
 */
export const makeBank = async (
  dataDir: string,
  branches: readonly Branch[],
  deviceCount: number,
): Promise<Bank> => {
  const credentials = createCredentials(await loadSecrets(dataDir));
  const client = await connectToPostgres(dataDir);
  const agents = branches.map((branch, number) => {
    const { password, hmac } = credentials.issue();
    const id = randomUUID();
    return { id, site: randomUUID(), number, branch, password, hmac, dir: join(dataDir, `branch-${number}`) };
  });
  const devices = Array.from({ length: deviceCount }, (_, place): BankDevice & { number: number } => ({
    id: randomUUID(),
    number: place % agents.length,
    branch: agents[place % agents.length]!.branch,
    address: `10.50.${place >> 8}.${place & 255}`,
    // Not by the agent's own turn: each branch has all kinds of lines.
    link: LINKS[Math.floor(place / agents.length) % LINKS.length]!,
  }));
  const rows = devices.map(({ id, address, link, number }) => {
    const { id: agent, site } = agents[number]!;
    return { id, code: address, address, link, agent, site, timeout: TIMEOUT_MS_BY_LINK[link] };
  });
  for (const { id, site, number, hmac } of agents) {
    const name = `Branch ${number}`;
    await client.query('insert into sites (id, code, name, timezone) values ($1, $2, $3, $4)', [
      ...[site, `B-${number}`, name, 'Asia/Jakarta'],
    ]);
    await client.query(
      'insert into agents (id, name, site_id, shard, secret_hmac) values ($1, $2, $3, $4, $5)',
      [...[id, name, site, id.slice(-2), hmac]],
    );
  }
  const from = `from jsonb_to_recordset($1::jsonb) as x
    (id uuid, code text, address inet, link text, agent uuid, site uuid, timeout integer)`;
  const values = [JSON.stringify(rows)];
  await client.query(
    `insert into devices (id, code, name, kind, address, link, site_id, agent_id)
      select id, code, code, 'atm', address, link, site, agent ${from}`,
    values,
  );
  await client.query(
    `insert into checks (device_id, type, interval_s, timeout_ms) select id, 'icmp', ${INTERVAL_S}, timeout ${from}`,
    values,
  );
  await client.end();

  return {
    devices,
    startAgents: async (mqttPort) => {
      const children: ChildProcess[] = [];
      for (const { id, branch, password, dir } of agents) {
        await mkdir(dir, { recursive: true, mode: 0o700 });
        const settings = {
          agentId: id,
          shard: id.slice(-2),
          mqttUrl: `mqtt://${branch.hubAddress}:${mqttPort}`,
          username: id,
          password,
          ca: null,
        };
        await writeFile(join(dir, 'agent.json'), JSON.stringify(settings), { mode: 0o600 });
        children.push(branch.spawn(process.execPath, ['agent/dist/agent.mjs', 'run', '--dir', dir]));
      }
      return children;
    },
  };
};

/** Ends processes in order; none is left behind. */
export const endAll = async (children: readonly ChildProcess[]): Promise<void> => {
  await Promise.all(
    children.map(async (child) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await exited;
      clearTimeout(timer);
    }),
  );
};
