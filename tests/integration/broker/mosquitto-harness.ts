import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { brokerHashOf } from '../../../hub/src/fleet/index.js';
import {
  createExternalBroker,
  type ExternalBrokerOptions,
} from '../../../hub/src/platform/broker/external.js';
import type { Broker } from '../../../hub/src/platform/broker/broker.js';
import { mosquittoSettings, writeMosquittoFiles } from '../../../hub/src/platform/broker/mosquitto.js';
import { systemClock } from '../../../hub/src/platform/clock.js';
import { freePort } from '../../support/hub-process.js';
import { startMosquitto, type Mosquitto } from '../../support/mosquitto.js';
import { newAgent, type BrokerHarness, type TestAgent } from './harness.js';

/** As mosquitto.ts sets max_packet_size. */
const MAX_PACKET_BYTES = 4 * 1024 * 1024;
/** More than any test asks for, so that the files need no second reading but for who is revoked. */
const AGENTS = 220;
export const HUB_LOGIN = { user: 'siaga-hub', password: 'only the tests know' } as const;

export interface MosquittoHarness extends BrokerHarness {
  metrics: Registry;
  /** Ends the broker and starts it again, on the same port, with what it had on disk. */
  endBroker(signal?: NodeJS.Signals): Promise<void>;
  startBroker(): Promise<void>;
}

const agentsWithHashes = Array.from({ length: AGENTS }, () => {
  const agent = newAgent();
  return { agent, user: { name: agent.id, shard: agent.shard, hash: brokerHashOf(agent.password) } };
});
const hub = { name: HUB_LOGIN.user, hash: brokerHashOf(HUB_LOGIN.password) };

export const hubClient = (
  options: Pick<ExternalBrokerOptions, 'url'> & Partial<ExternalBrokerOptions>,
): Broker =>
  createExternalBroker({
    clientId: `siaga-hub-${Math.random()}`,
    clock: systemClock,
    random: Math.random,
    log: pino({ level: 'silent' }),
    ...options,
  });

/** The hub's client over a Mosquitto of its own, with the files that `siaga admin broker-acl` writes. */
export const createMosquittoHarness = async (program: string): Promise<MosquittoHarness> => {
  const dir = await mkdtemp(join(tmpdir(), 'siaga-mosquitto-'));
  let users = agentsWithHashes.map(({ user }) => user);
  await writeMosquittoFiles(dir, hub, users);
  const port = await freePort();
  let process: Mosquitto;
  const startBroker = async (): Promise<void> => {
    // What is retained outlives it, wills of its own end included.
    const settings = `${mosquittoSettings(dir)}persistence true\npersistence_location ${dir}/\n`;
    process = await startMosquitto({ program, dir, port, settings });
  };
  await startBroker();
  const metrics = new Registry();
  const broker = hubClient({ url: `mqtt://127.0.0.1:${port}`, ...HUB_LOGIN, metrics });
  await broker.start();
  let given = 0;
  return {
    broker,
    metrics,
    port,
    addAgent: () => {
      const next = agentsWithHashes[given++];
      if (!next) throw new Error('the harness has no more agents');
      return Promise.resolve(next.agent);
    },
    revoke: async (agent: TestAgent) => {
      users = users.filter(({ name }) => name !== agent.id);
      await writeMosquittoFiles(dir, hub, users);
      process.reload();
    },
    stop: async () => {
      await broker.stop();
      await process.end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
    endBroker: (signal) => process.end(signal),
    startBroker,
    differs: { frameBytes: MAX_PACKET_BYTES, cuts: 'revoke' },
  };
};
