import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AgentConfig } from '@siaga/shared';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Agent } from '../../../agent/src/agent.js';
import { icmpConfig } from '../../unit/agent/support/rig.js';
import { createBrokerHub, type BrokerHub } from './support/broker-hub.js';
import { counted, createRealAgent, realProber, until } from './support/real-agent.js';

const AGENT_ID = '00000000-0000-4000-8000-0000000000aa';

let directory: string;
let hub: BrokerHub;
let running: Agent[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'siaga-agent-'));
  hub = await createBrokerHub(AGENT_ID);
  await hub.announce();
});
afterEach(async () => {
  for (const agent of running.splice(0)) await agent.stop();
  await hub.stop();
  await rm(directory, { recursive: true, force: true });
});

const boot = async (process: string): Promise<{ agent: Agent; answered: () => number }> => {
  const { prober, answered } = counted(await realProber());
  const agent = createRealAgent({ agentId: AGENT_ID, directory, url: hub.url, process, prober });
  await agent.start();
  running.push(agent);
  return { agent, answered };
};
const stop = async (agent: Agent): Promise<void> => {
  running = running.filter((one) => one !== agent);
  await agent.stop();
};

const loopback = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `127.0.0.${index + 1}`);
const stored = (): number => hub.brain.rows.size;

describe('an agent on a real broker', () => {
  it('connects as itself with a clean session, is born, and says goodbye', async () => {
    const { agent } = await boot('a'.repeat(16));
    await until('it is born', () => hub.states.length > 0);
    expect(hub.clients[0]).toEqual({ clientId: AGENT_ID, clean: true, keepalive: 15 });
    await stop(agent);
    expect(hub.states.map(({ state, stream, connection }) => ({ state, stream, connection }))).toEqual([
      { state: 'online', stream: 1, connection: 1 },
      { state: 'stopped', stream: 1, connection: 1 },
    ]);
  });

  it('leaves a last will of its (stream, connection), and comes back as the next connection', async () => {
    await boot('a'.repeat(16));
    await until('it is born', () => hub.states.length > 0);
    hub.cut();
    await until('it is back', () => hub.states.length > 2);
    expect(hub.states.slice(0, 3).map(({ state, connection }) => ({ state, connection }))).toEqual([
      { state: 'online', connection: 1 },
      { state: 'lost', connection: 1 },
      { state: 'online', connection: 2 },
    ]);
  });

  it('goes on trying while it is refused, and is in as soon as it may', async () => {
    const { prober } = counted(await realProber());
    const elsewhere = await createBrokerHub('00000000-0000-4000-8000-0000000000bb');
    try {
      const agent = createRealAgent({
        agentId: AGENT_ID,
        directory,
        url: elsewhere.url,
        process: 'a'.repeat(16),
        prober,
      });
      await agent.start();
      running.push(agent);
      await until('it tried again', () => elsewhere.clients.length >= 3);
      expect(elsewhere.states).toEqual([]);
    } finally {
      for (const agent of running.splice(0)) await agent.stop();
      await elsewhere.stop();
    }
  });

  it('takes its configuration without a restart, ignores an older one and refuses a broken one', async () => {
    await hub.configure(icmpConfig(1, ['127.0.0.1'], 1_000));
    await boot('a'.repeat(16));
    const checksOf = (): Set<number> => new Set(hub.brain.bodies.flatMap((body) => body.icmp?.c ?? []));
    const lastConfig = (): number | undefined => hub.brain.headers.filter(({ seq }) => seq).at(-1)?.config;
    await until('the first check is there', () => checksOf().has(1));
    await hub.configure('{"v":1,"version":2,"checks":[{"id":9}]}');
    await hub.configure(icmpConfig(3, ['127.0.0.1', '127.0.0.2'], 1_000));
    await until('the second check is there', () => checksOf().has(2));
    const before = hub.brain.bodies.length;
    await hub.configure({ v: 1, version: 2, checks: [] } satisfies AgentConfig);
    await until('more came', () => hub.brain.bodies.length > before);
    expect(lastConfig()).toBe(3);
    expect(hub.brain.headers.filter(({ lane }) => lane === 'live').every(({ stream }) => stream === 1)).toBe(
      true,
    );
  });

  it('knows what to watch when it starts without a hub', async () => {
    await hub.configure(icmpConfig(4, ['127.0.0.1'], 1_000));
    const first = await boot('a'.repeat(16));
    await until('it is configured', () => first.answered() > 0);
    await stop(first.agent);
    const { prober, answered } = counted(await realProber());
    const agent = createRealAgent({
      agentId: AGENT_ID,
      directory,
      url: 'mqtt://127.0.0.1:9',
      process: 'b'.repeat(16),
      prober,
    });
    await agent.start();
    running.push(agent);
    await until('it probes', () => answered() > 2);
  });

  it('loses nothing and doubles nothing in a storm of reconnects and hub restarts', async () => {
    await hub.configure(icmpConfig(1, loopback(20), 1_000));
    const { agent, answered } = await boot('a'.repeat(16));
    await until('samples flow', () => stored() > 40);
    for (let round = 0; round < 12; round++) {
      await new Promise((resolve) => setTimeout(resolve, 200 + ((round * 173) % 700)));
      if (round % 4 === 3) {
        hub.brain.restart(`run-${round}`);
        await hub.announce();
      } else hub.cut();
    }
    await until('it is back', () => hub.states.at(-1)?.['state'] === 'online');
    await stop(agent);
    const made = answered();
    await hub.configure({ v: 1, version: 2, checks: [] });
    const second = await boot('b'.repeat(16));
    await until('everything is stored', () => stored() >= made);
    await stop(second.agent);
    const rest = second.answered();
    expect(stored()).toBeLessThanOrEqual(made + rest);
    expect([...hub.brain.rows.keys()].filter((key) => key.endsWith('/1')).length).toBe(made);
  });
});
