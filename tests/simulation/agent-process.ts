import { OUTCOME, PACKETS_PER_CYCLE } from '@siaga/shared';
import { createAgent, type Agent } from '../../agent/src/agent.js';
import type { Log } from '../../agent/src/log.js';
import type { CycleListener } from '../../agent/src/prober.js';
import type { SimulatedBroker } from './broker.js';
import type { Disk } from './disk.js';
import { SHARD, agentIdOf } from './fleet.js';
import type { Ledger } from './ledger.js';
import { createLife, type Life, type Machine } from './machine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

const SILENT: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
/** What is left on a full disk before its oldest history goes, bytes. */
const MIN_FREE_BYTES = 500;

export interface AgentDeps {
  scheduler: Scheduler;
  agent: number;
  machine: Machine;
  random: Random;
  broker: SimulatedBroker;
  disk: Disk;
  ledger: Ledger;
  /** Whether the device at this address answers now, and how many packets of a good cycle are lost. */
  probe: (address: string) => { outcome: 'ok' | 'failed' | 'skipped'; lost: number; check: number };
  onDied: (life: Life) => void;
}

export interface AgentProcess {
  readonly life: Life;
  stop(): Promise<void>;
}

/** One process of an agent: the real one, on a simulated machine, with a prober that keeps the ledger. */
export const startAgent = (deps: AgentDeps, number: number): AgentProcess => {
  const { scheduler, agent, ledger } = deps;
  const life: Life = createLife(() => deps.onDied(life));
  const clock = deps.machine.clockOf(life);
  const random = deps.random.fork(`process ${number}`);
  let heard: CycleListener = () => undefined;

  const launch = (token: number, address: string, timeoutMs: number): void => {
    if (!life.reach()) return;
    const sentMs = scheduler.nowMs();
    const { outcome, lost, check } = deps.probe(address);
    const code = OUTCOME[outcome];
    const packets = outcome === 'failed' ? PACKETS_PER_CYCLE : lost;
    clock.after(outcome === 'failed' ? timeoutMs : random.between(1, 40), () => {
      const { serial } = ledger.add(agent, check, code, packets, sentMs);
      heard(token, code, serial, serial, serial, packets);
    });
  };

  const built: Agent = createAgent({
    identity: { agentId: agentIdOf(agent), shard: SHARD },
    instance: `machine-${agent}`,
    version: '0.0.0',
    process: random
      .between(0, 2 ** 48)
      .toString(16)
      .padStart(16, '0'),
    clock,
    random: () => random.unit(),
    network: deps.broker.network(life, agent),
    store: deps.disk.store(life),
    streamFile: deps.disk.streamFile(life),
    configFile: deps.disk.configFile(life),
    prober: {
      mode: 'raw',
      note: undefined,
      onCycle: (listener) => {
        heard = listener;
      },
      launch,
      stop: () => undefined,
    },
    hostReader: {
      read: () => Promise.resolve({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3, uptimeS: 4 }),
    },
    log: SILENT,
    limits: { maxBytes: 1e9, minFreeBytes: MIN_FREE_BYTES },
  });
  built.start().catch(() => {
    // The state directory cannot be used: the process ends, and is started again.
    life.kill();
  });
  return {
    life,
    stop: async () => {
      await built.stop();
      life.kill();
    },
  };
};
