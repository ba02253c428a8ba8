import { agentTopic, hubTopic, type Ack, type AgentConfig } from '@siaga/shared';
import { createAgent, type Agent } from '../../../../agent/src/agent.js';
import type { Clock } from '../../../../agent/src/clock.js';
import type { Network } from '../../../../agent/src/network.js';
import type { CycleListener } from '../../../../agent/src/prober.js';
import { createManualClock } from '../../../support/manual-clock.js';
import { createHubBrain, type HubBrain } from './hub-brain.js';
import { createMemoryDisk, type MemoryDisk } from './memory-disk.js';

export const AGENT_ID = '00000000-0000-4000-8000-000000000001';
const SHARD = '0a';

/** Agents, one after the other on one disk, against a reduced hub over a network that the test owns. */
export interface Rig {
  readonly hub: HubBrain;
  readonly disk: MemoryDisk;
  /** Retained states and what was published on them, in order. */
  readonly states: Record<string, unknown>[];
  readonly logs: string[];
  /** Cycles that were launched, with the agent's monotonic time. */
  readonly launches: { checkAddress: string; atMs: number }[];
  /** Cycles that were answered. */
  readonly made: { count: number };
  /** The line is up; cutting it closes what is open. */
  line: boolean;
  /** One way, ms. */
  delayMs: number;
  /** Share of the messages, either way, that vanish although they were confirmed. */
  dropShare: number;
  /** Hub's clock minus the agents' wall clock, ms. */
  hubAheadMs: number;
  wallStepMs: number;
  /** Outcome of the next cycles by address. */
  answers: Map<string, 'ok' | 'failed' | 'skipped' | 'never'>;
  boot(process: string): Promise<Agent>;
  kill(): void;
  announce(run: string): void;
  /** An ack that refuses, as if it were meant for this agent. */
  refuse(refused: NonNullable<Ack['refused']>): void;
  configure(config: AgentConfig | string): void;
  advance(ms: number): Promise<void>;
  nowMonoMs(): number;
}

/** Promises settle between two steps of the clock. */
const STEP_MS = 25;

const settleMicrotasks = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const createRig = (): Rig => {
  const clock = createManualClock();
  const disk = createMemoryDisk();
  const retained = new Map<string, string>();
  let deliver: ((topic: string, payload: Uint8Array) => void) | undefined;
  let closeLink: ((reason: string) => void) | undefined;
  let processAlive = { value: false };
  let dropped = 0;

  /** Every n-th message, so that a run is the same each time. */
  const isDropped = (): boolean => {
    dropped += rig.dropShare;
    if (dropped < 1) return false;
    dropped -= 1;
    return true;
  };

  const toAgent = (topic: string, text: string): void => {
    clock.after(rig.delayMs, () => {
      if (rig.line && !isDropped()) deliver?.(topic, Buffer.from(text));
    });
  };
  const ackTopic = agentTopic(SHARD, AGENT_ID, 'ack');
  const configTopic = agentTopic(SHARD, AGENT_ID, 'config');
  const hub = createHubBrain({
    nowMs: () => clock.nowMs() + rig.hubAheadMs,
    sendAck: (ack: Ack) => toAgent(ackTopic, JSON.stringify(ack)),
  });

  const network = (alive: { value: boolean }): Network => ({
    connect: ({ will, onOpen, onMessage, onClosed }) => {
      let open = false;
      let gone = false;
      const close = (reason: string, clean: boolean): void => {
        if (gone) return;
        gone = true;
        if (open && !clean) rig.states.push(JSON.parse(will.payload) as Record<string, unknown>);
        deliver = undefined;
        closeLink = undefined;
        if (alive.value) onClosed(reason);
      };
      clock.after(rig.delayMs * 2, () => {
        if (!alive.value || gone) return;
        if (!rig.line) return close('unreachable', true);
        open = true;
        closeLink = (reason) => close(reason, false);
        onOpen({
          subscribe: (_topics, done) => {
            clock.after(rig.delayMs * 2, () => {
              if (gone || !alive.value) return;
              deliver = (topic, payload) => {
                if (alive.value && !gone) onMessage(topic, payload);
              };
              for (const [topic, text] of retained) toAgent(topic, text);
              done();
            });
          },
          publish: (topic, payload, _options, done) => {
            clock.after(rig.delayMs, () => {
              if (!rig.line || gone) return;
              if (topic.endsWith('/telemetry')) {
                if (!isDropped()) hub.receive(Buffer.from(payload));
              } else rig.states.push(JSON.parse(Buffer.from(payload).toString()) as Record<string, unknown>);
              clock.after(rig.delayMs, () => {
                if (rig.line && !gone && alive.value) done?.();
              });
            });
          },
          close: () => {
            close('left', true);
            return Promise.resolve();
          },
          drop: () => close('dropped', false),
        });
      });
      return { abort: () => close('given up', true) };
    },
  });

  const rig: Rig = {
    hub,
    disk,
    states: [],
    logs: [],
    launches: [],
    made: { count: 0 },
    line: true,
    delayMs: 10,
    dropShare: 0,
    hubAheadMs: 0,
    wallStepMs: 0,
    answers: new Map(),
    boot: async (process) => {
      const alive = { value: true };
      processAlive = alive;
      const ownClock: Clock = {
        nowMs: () => clock.nowMs() + rig.wallStepMs,
        monotonicMs: () => clock.monotonicMs(),
        after: (delayMs, action) =>
          clock.after(delayMs, () => {
            if (alive.value) action();
          }),
      };
      let heard: CycleListener = () => undefined;
      let chance = 0.37;
      const agent = createAgent({
        identity: { agentId: AGENT_ID, shard: SHARD },
        instance: 'rig',
        version: '0.0.0',
        process,
        clock: ownClock,
        random: () => (chance = (chance * 9301 + 0.49297) % 1),
        network: network(alive),
        store: disk.store(() => alive.value),
        streamFile: {
          read: () => Promise.resolve(disk.stream),
          write: (record) => {
            disk.stream = record;
            return Promise.resolve();
          },
        },
        configFile: {
          read: () => Promise.resolve(disk.config === undefined ? undefined : JSON.parse(disk.config)),
          write: (text) => {
            disk.config = text;
            return Promise.resolve();
          },
        },
        prober: {
          mode: 'raw',
          note: undefined,
          onCycle: (listener) => {
            heard = listener;
          },
          launch: (token, address, timeoutMs) => {
            rig.launches.push({ checkAddress: address, atMs: clock.monotonicMs() });
            const answer = rig.answers.get(address) ?? 'ok';
            if (answer === 'never') return;
            ownClock.after(answer === 'failed' ? timeoutMs : 1, () => {
              rig.made.count++;
              if (answer === 'ok') heard(token, 0, 900, 1000, 1100, 0);
              else heard(token, answer === 'failed' ? 1 : 2, 0, 0, 0, answer === 'failed' ? 3 : 0);
            });
          },
          stop: () => undefined,
        },
        hostReader: {
          read: () => Promise.resolve({ cpuPercent: 1, memoryPercent: 2, diskPercent: 3, uptimeS: 4 }),
        },
        log: {
          info: (message) => void rig.logs.push(message),
          warn: (message) => void rig.logs.push(message),
          error: (message) => void rig.logs.push(message),
        },
      });
      await agent.start();
      return agent;
    },
    kill: () => {
      processAlive.value = false;
      closeLink?.('killed');
      deliver = undefined;
    },
    announce: (run) => {
      retained.set(hubTopic(SHARD), JSON.stringify({ run, nowMs: clock.nowMs() }));
      toAgent(hubTopic(SHARD), retained.get(hubTopic(SHARD)) as string);
    },
    refuse: (refused) => {
      const live = { stream: 0, judged: 0, stored: 0 };
      const history = { stream: 0, stored: 0 };
      const ack: Ack = { run: hub.run, nowMs: clock.nowMs(), live, history, refused };
      toAgent(ackTopic, JSON.stringify(ack));
    },
    configure: (config) => {
      const text = typeof config === 'string' ? config : JSON.stringify(config);
      retained.set(configTopic, text);
      toAgent(configTopic, text);
    },
    advance: async (ms) => {
      for (let passed = 0; passed < ms; passed += STEP_MS) {
        if (!rig.line) closeLink?.('cut');
        clock.advance(Math.min(STEP_MS, ms - passed));
        await settleMicrotasks();
      }
    },
    nowMonoMs: () => clock.monotonicMs(),
  };
  return rig;
};

/** A configuration of ICMP checks, one an address. */
export const icmpConfig = (
  version: number,
  addresses: readonly string[],
  intervalMs = 5_000,
): AgentConfig => ({
  v: 1,
  version,
  checks: addresses.map((address, index) => ({
    id: index + 1,
    deviceId: `device-${index + 1}`,
    type: 'icmp',
    address,
    link: 'fibre',
    intervalMs,
    timeoutMs: 500,
  })),
});
