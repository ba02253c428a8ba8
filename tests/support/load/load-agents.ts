import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { agentTopic, type Ack } from '@siaga/shared';
import { createAgent, type Agent } from '../../../agent/src/agent.js';
import type { HostReader } from '../../../agent/src/host.js';
import { createLevelStore } from '../../../agent/src/level-store.js';
import { createLog } from '../../../agent/src/log.js';
import { createMqttNetwork } from '../../../agent/src/mqtt-network.js';
import type { ConnectAttempt, Network } from '../../../agent/src/network.js';
import { createConfigFile, createStreamFile } from '../../../agent/src/state-files.js';
import type { ConfigFile } from '../../../agent/src/store.js';
import { createCoarseClock } from './coarse-clock.js';
import type { LoadAgent, LoadConfig, LoadFleet } from './fleet.js';
import { createLedgerWriter, type LedgerWriter } from './ledger-writer.js';
import { createMemoryFiles, createMemoryStore } from './memory-store.js';
import { createPumpAgent } from './pump-agent.js';
import { createScriptedProbers } from './scripted-prober.js';

/** Far above every version that a hub of ours gets to. */
const QUIET_VERSION = 1_000_000_000;

export interface LoadFigures {
  agents: number;
  connected: number;
  /** Cycles answered by the probers. */
  produced: number;
  underWay: number;
  /** Messages and bytes handed to the broker's connection (state messages too). */
  messages: number;
  bytes: number;
}

export interface LoadAgents {
  start(): Promise<void>;
  /** No device is probed any more; the agents go on to bring what they hold. */
  quiet(): void;
  set(agent: number, device: number, down: boolean | undefined): void;
  figures(): LoadFigures;
  stop(): Promise<void>;
}

const hostReader: HostReader = {
  read: () => Promise.resolve({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3, uptimeS: 4 }),
};

/** The agents of a fleet in this process: the program's own parts, but for the prober. */
export const createLoadAgents = (
  config: LoadConfig,
  fleet: LoadFleet,
  complain: (line: string) => void,
): LoadAgents => {
  const clock = createCoarseClock(config.tickMs);
  const ledger = config.ledgerDir === undefined ? undefined : createLedgerWriter(config.ledgerDir);
  const probers = createScriptedProbers({
    clock,
    life: ledger?.life ?? 1,
    outages: config.outages,
    ...(ledger && {
      onProduced: (...cycle: Parameters<LedgerWriter['produced']>) => ledger.produced(...cycle),
    }),
  });
  const log = createLog(clock, complain);
  let connected = 0;
  let messages = 0;
  let bytes = 0;
  let poured = 0;
  let isQuiet = false;
  const quietActions = new Set<() => void>();

  /** The real connection; what passes is counted, acks go to the ledger, and a quiet load takes an empty configuration. */
  const watched = (network: Network, about: LoadAgent, agent: number): Network => ({
    connect: (attempt: ConnectAttempt) => {
      const topic = (channel: 'ack' | 'config') => agentTopic(about.shard, about.agentId, channel);
      const [ackTopic, configTopic] = [topic('ack'), topic('config')];
      const nothing = JSON.stringify({ v: 1, version: QUIET_VERSION, checks: [] });
      const hush = () => attempt.onMessage(configTopic, Buffer.from(nothing));
      let open = false;
      return network.connect({
        ...attempt,
        onOpen: (connection) => {
          open = true;
          connected++;
          quietActions.add(hush);
          attempt.onOpen({
            ...connection,
            publish: (to, payload, how, done) => {
              messages++;
              bytes += payload.length;
              connection.publish(to, payload, how, done);
            },
          });
        },
        onMessage: (from, payload) => {
          if (from === configTopic && isQuiet) return hush();
          if (ledger && from === ackTopic) {
            const { live } = JSON.parse(Buffer.from(payload).toString()) as Ack;
            ledger.acked(agent, live.stream, live.judged, live.stored, clock.nowMs());
          }
          attempt.onMessage(from, payload);
        },
        onClosed: (reason) => {
          if (open) connected--;
          quietActions.delete(hush);
          attempt.onClosed(reason);
        },
      });
    },
  });

  /** A quiet load's empty configuration is nobody's but this process's. */
  const unlessQuiet = (file: ConfigFile): ConfigFile => ({
    read: () => file.read(),
    write: async (text) => {
      if (!isQuiet) await file.write(text);
    },
  });

  const create = (about: LoadAgent, agent: number): Agent => {
    const directory = join(config.stateDir, about.agentId);
    const onDisk = config.store === 'disk';
    if (onDisk) mkdirSync(directory, { recursive: true, mode: 0o700 });
    const memory = createMemoryFiles();
    const store = onDisk
      ? createLevelStore(join(directory, 'outbox'), () => clock.nowMs())
      : createMemoryStore();
    const credentials = { username: about.username, password: about.password, clientId: about.agentId };
    const deps = {
      identity: { agentId: about.agentId, shard: about.shard },
      instance: `load-${agent}`,
      version: '0.0.0-load',
      process: randomBytes(8).toString('hex'),
      clock,
      random: Math.random,
      network: watched(createMqttNetwork({ ...credentials, url: config.mqttUrl, ca: null }), about, agent),
      store: ledger ? ledger.watch(agent, store) : store,
      streamFile: onDisk ? createStreamFile(directory) : memory.streamFile,
      configFile: unlessQuiet(onDisk ? createConfigFile(directory) : memory.configFile),
      log: { ...log, info: () => undefined },
    };
    return config.pump
      ? createPumpAgent(deps, about, config.pump, (samples) => (poured += samples))
      : createAgent({ ...deps, prober: probers.of(agent, about), hostReader });
  };
  const agents = fleet.agents.map(create);

  return {
    start: async () => {
      const starts: Promise<void>[] = [];
      for (const agent of agents) {
        starts.push(agent.start());
        await new Promise((resolve) => setTimeout(resolve, 1000 / config.startPerS));
      }
      await Promise.all(starts);
    },
    quiet: () => {
      isQuiet = true;
      for (const hush of quietActions) hush();
      probers.hush();
    },
    set: (agent, device, down) => probers.set(agent, device, down),
    figures: () => ({
      agents: agents.length,
      connected,
      produced: probers.produced + poured,
      underWay: probers.underWay,
      messages,
      bytes,
    }),
    stop: async () => {
      await Promise.all(agents.map((agent) => agent.stop()));
      ledger?.end();
    },
  };
};
