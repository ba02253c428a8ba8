import { randomUUID } from 'node:crypto';
import net from 'node:net';
import type {
  DirectoryAgent,
  DirectoryCheck,
  DirectoryDevice,
  FleetDirectory,
} from '../../../hub/src/fleet/ports.js';
import type { Db } from '../../../hub/src/platform/postgres/postgres.js';

/** An agent at a site of its own; answers its id. */
export const addAgent = async (db: Db, shard = '0a'): Promise<string> => {
  const [siteId, agentId] = [randomUUID(), randomUUID()];
  await db
    .insertInto('sites')
    .values({
      id: siteId,
      code: siteId,
      name: siteId,
      timezone: 'Asia/Jakarta',
      region: null,
      latitude: null,
      longitude: null,
      deleted_at: null,
    })
    .execute();
  await db.insertInto('agents').values({ id: agentId, name: agentId, site_id: siteId, shard }).execute();
  return agentId;
};

/** A directory of one agent's devices, each with one ICMP check; the first also has a host check. */
export const directoryOf = (agentId: string, devices: number): FleetDirectory => {
  const agent: DirectoryAgent = {
    id: agentId,
    name: 'agent',
    siteId: 'site',
    shard: '0a',
    state: 'online',
    lastSeenAtMs: null,
  };
  const check = (id: number, deviceId: string, type: DirectoryCheck['type']): DirectoryCheck => ({
    id,
    deviceId,
    agentId,
    type,
    intervalMs: 5000,
    timeoutMs: type === 'icmp' ? 500 : null,
  });
  const listed = new Map<string, DirectoryDevice>();
  for (let i = 1; i <= devices; i++) {
    const id = `device-${i}`;
    const checks = [check(i, id, 'icmp'), ...(i === 1 ? [check(1000, id, 'host')] : [])];
    listed.set(id, {
      id,
      code: id,
      name: id,
      kind: 'atm',
      address: `10.0.0.${i}`,
      link: 'fibre',
      siteId: 'site',
      agentId,
      parentIds: [],
      checks,
      createdAtMs: 0,
    });
  }
  const checks = new Map(
    [...listed.values()].flatMap((device) => device.checks.map((each) => [each.id, each])),
  );
  return {
    site: () => undefined,
    agent: (id) => (id === agentId ? agent : undefined),
    device: (id) => listed.get(id),
    check: (id) => checks.get(id),
    movedCheck: () => undefined,
    sites: () => [],
    agents: () => [agent],
    devices: () => listed.values(),
    devicesOfAgent: () => listed.values(),
  };
};

/** A line to a server that can be cut: before a request's end, or after it and before the answer. */
export const createCuttableLine = async (url: string) => {
  const { hostname, port } = new URL(url);
  const sockets = new Set<net.Socket>();
  /** Bytes let through to the server before a cut; or cut at the server's next word. */
  let cut: { afterBytes: number } | 'answer' | undefined;
  let cuts = 0;
  const server = net.createServer((client) => {
    const upstream = net.connect(Number(port), hostname);
    const end = (): void => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', end);
    }
    client.on('data', (chunk) => {
      if (typeof cut === 'object') {
        if (chunk.length >= cut.afterBytes) {
          upstream.write(chunk.subarray(0, cut.afterBytes));
          cut = undefined;
          cuts++;
          return end();
        }
        cut.afterBytes -= chunk.length;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (cut === 'answer') {
        cut = undefined;
        cuts++;
        return end();
      }
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`,
    cutNext: (where: { afterBytes: number } | 'answer') => {
      cut = where;
    },
    cuts: () => cuts,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
};
