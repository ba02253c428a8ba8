import { hubTopic, parseAgentTopic, type AgentStateMessage } from '@siaga/shared';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { createRunner, type Detection } from '../../hub/src/detection/runner.js';
import { createEventBus } from '../../hub/src/events.js';
import { createCounters } from '../../hub/src/telemetry/counters.js';
import type { DeadLetter } from '../../hub/src/telemetry/dead-letters.js';
import { createIngest, type Ingest } from '../../hub/src/telemetry/ingest.js';
import type { Judge, LiveBatch } from '../../hub/src/telemetry/ports.js';
import type { HubEnd, SimulatedBroker } from './broker.js';
import {
  SHARD,
  configOf,
  configTopic,
  createDirectory,
  type FleetPlan,
  type PlannedDevice,
  type SimulatedDirectory,
} from './fleet.js';
import { createLife, type Life, type Machine, type ProcessClock } from './machine.js';
import type { Random } from './random.js';
import type { SimulatedRowStore } from './row-store.js';
import type { SimulatedVerdictStore } from './verdict-store.js';

const SILENT = pino({ level: 'silent' });
/** The writer's bound in bytes, so small that stories reach it. */
export const LIVE_BYTES = 12_000;
const RETRY_STATE_MS = 1_000;

export interface HubDeps {
  plan: FleetPlan;
  devices: readonly PlannedDevice[];
  machine: Machine;
  random: Random;
  broker: SimulatedBroker;
  rows: SimulatedRowStore;
  verdicts: SimulatedVerdictStore;
  /** A batch was handed to the judge; `judged` when it says so. */
  onSubmitted: (batch: LiveBatch) => void;
  onJudged: (agentId: string, stream: number, seq: number) => void;
  onLetter: (letter: DeadLetter) => void;
  onFenced: () => void;
  /** Before it connects: an embedded broker listens from now on. */
  onServing: () => void;
  onDied: () => void;
}

/** One process of the hub: the real ingest and the real runner, wired as hub.ts wires them. */
export interface HubProcess {
  readonly life: Life;
  readonly clock: ProcessClock;
  readonly isServing: boolean;
  /** Undefined before it serves. */
  readonly ingest: Ingest | undefined;
  readonly detection: Detection | undefined;
  /** The broker came back. */
  reconnect(): void;
  stop(): Promise<void>;
}

export const startHub = (deps: HubDeps, number: number): HubProcess => {
  const { plan, broker, verdicts } = deps;
  let died = false;
  const life = createLife(() => {
    died = true;
    broker.detachHub();
    deps.onDied();
  });
  const clock = deps.machine.clockOf(life);
  const random = deps.random.fork(`hub ${number}`);
  const run = `run-${number}`;
  const events = createEventBus();
  let directory: SimulatedDirectory;
  let ingest: Ingest | undefined;
  let detection: Detection | undefined;
  let link: ReturnType<SimulatedBroker['attachHub']>;
  let isServing = false;
  let hears = true;

  const tables = verdicts.agents(life);
  const waiting = new Map<string, (() => Promise<void>)[]>();
  /** As fleet/agent-states.ts: one step of an agent after the other, tried again until PostgreSQL takes it. */
  const inTurn = (agentId: string, step: () => Promise<void>): void => {
    const steps = waiting.get(agentId) ?? [];
    waiting.set(agentId, steps);
    steps.push(step);
    if (steps.length > 1) return;
    const next = (): void => {
      const first = steps[0];
      if (!first) return;
      first().then(
        () => {
          steps.shift();
          next();
        },
        () => clock.after(RETRY_STATE_MS, next),
      );
    };
    next();
  };
  const putState = (agentId: string, state: AgentStateMessage['state']): void =>
    directory.putAgent({ ...directory.agent(agentId)!, state });
  const onState = (agentId: string, payload: Buffer): void => {
    const message = JSON.parse(payload.toString()) as AgentStateMessage;
    inTurn(agentId, async () => {
      if (!(await tables.saveState(agentId, message))) return;
      putState(agentId, message.state);
      events.emit('agent.state', agentId, message.state);
      events.emit('agent.changed', agentId);
    });
  };
  const onMoved = (from: 'online' | 'lost', to: 'online' | 'lost') => (agentId: string) =>
    inTurn(agentId, async () => {
      if (!(await tables.move(agentId, from, to))) return;
      putState(agentId, to);
      events.emit('agent.changed', agentId);
    });
  events.on('agent.silent', onMoved('online', 'lost'));
  events.on('agent.heard-again', onMoved('lost', 'online'));
  events.on('judging.lost', () => deps.onFenced());

  const end: HubEnd = {
    onMessage: (topic, payload) => {
      if (!life.alive || !hears) return;
      const parsed = parseAgentTopic(topic);
      if (parsed?.channel === 'telemetry') ingest!.handle(topic, payload);
      else if (parsed?.channel === 'state') onState(parsed.agentId, payload);
    },
    onClosed: () => {
      link = undefined;
    },
  };
  const connect = (): void => {
    link = broker.attachHub(end);
    if (!link) return;
    link.publish(hubTopic(SHARD), JSON.stringify({ run, nowMs: clock.nowMs() }), true);
    for (let agent = 0; agent < plan.agents.length; agent++)
      link.publish(configTopic(agent), JSON.stringify(configOf(deps.devices, agent)), true);
  };

  const start = async (): Promise<void> => {
    directory = createDirectory(plan, deps.devices, await tables.load());
    const metrics = new Registry();
    detection = createRunner({
      store: verdicts.verdicts(life),
      ...{ directory, events, clock, run, log: SILENT, metrics },
    });
    await detection.start();
    const { submit, late, heard, onJudged } = detection;
    const judge: Judge = {
      submit: (batch) => {
        deps.onSubmitted(batch);
        submit(batch);
      },
      ...{ late, heard, onJudged },
    };
    ingest = createIngest({
      rows: deps.rows.client(life),
      tablePrefix: '',
      rawDays: 7,
      streams: verdicts.streams(life),
      deadLetters: { add: (letter) => deps.onLetter(letter) },
      ...{ judge, directory, events, clock, run },
      random: () => random.unit(),
      publishAck: (topic, payload) =>
        life.reach() && link?.publish(topic, payload, false)
          ? Promise.resolve()
          : Promise.reject(new Error('the broker is away')),
      counters: createCounters(metrics),
      log: SILENT,
      limits: { liveBytes: LIVE_BYTES },
    });
    detection.onJudged(deps.onJudged);
    await ingest.start();
    isServing = true;
    deps.onServing();
    connect();
  };

  start().catch(() => {
    // PostgreSQL is away: the process ends, and whoever watches it starts the next.
    life.kill();
  });

  return {
    life,
    clock,
    get isServing() {
      return isServing && !died && hears;
    },
    get ingest() {
      return ingest;
    },
    get detection() {
      return detection;
    },
    reconnect: () => {
      if (life.alive && isServing && hears && !link) connect();
    },
    stop: async () => {
      if (!isServing) return life.kill();
      hears = false;
      await ingest!.stop(5_000);
      await detection!.stop();
      life.kill();
    },
  };
};
