import type { AgentConfig, AgentStateMessage } from '@siaga/shared';
import { createBatcher } from './batcher.js';
import { createChecks, type Checks, type PacketBudget } from './checks.js';
import { every, type Clock } from './clock.js';
import { createConversation, type Conversation } from './conversation.js';
import { createHistory, type History, type HistoryPace } from './history.js';
import type { HostReader } from './host.js';
import { checkConfig } from './inbound.js';
import { createIntake, type Intake } from './intake.js';
import { createLive, type Live } from './live.js';
import { reasonOf, type Log } from './log.js';
import type { Network } from './network.js';
import { createOutbox, type OutboxLimits } from './outbox.js';
import type { Prober } from './prober.js';
import type { ConfigFile, OutboxStore, StreamFile } from './store.js';
import { createRivalry } from './rivalry.js';
import { createAgentTime, type AgentTime } from './time.js';

const TICK_MS = 1_000;
const TIDY_MS = 10_000;
/** The offset to the hub is kept for the next process when it moved by this, at most once a minute. */
const OFFSET_NEWS_MS = 50;
const OFFSET_PERIOD_MS = 60_000;

/** Everything an agent touches; the simulation hands in its own. */
export interface AgentDeps {
  identity: { agentId: string; shard: string };
  /** Machine and state directory, so that two copies of one identity are told apart. */
  instance: string;
  version: string;
  /** Random id of this process, 16 hex digits. */
  process: string;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  network: Network;
  store: OutboxStore;
  streamFile: StreamFile;
  configFile: ConfigFile;
  prober: Prober;
  hostReader: HostReader;
  log: Log;
  limits?: OutboxLimits;
  pace?: HistoryPace;
  budget?: PacketBudget;
}

export interface Agent {
  /** Rejects with a StoreError where the state directory cannot be used. */
  start(): Promise<void>;
  /** Writes what is open, says `stopped` to the hub and disconnects. */
  stop(): Promise<void>;
}

interface Parts {
  checks: Checks;
  conversation: Conversation;
  intake: Intake;
  live: Live;
  history: History;
  time: AgentTime;
}

export const createAgent = (deps: AgentDeps): Agent => {
  const { clock, log, prober, configFile } = deps;
  let parts: Parts | undefined;
  let config: AgentConfig = { v: 1, version: 1, checks: [] };
  let configVersion = 0;
  let cancelTicks: (() => void)[] = [];
  let savedOffsetMs = 0;
  let savedOffsetAtMs = -Infinity;
  let refusing: Promise<void> | undefined;

  const rivalry = createRivalry(clock, deps.random);
  const outbox = createOutbox({
    store: deps.store,
    streamFile: deps.streamFile,
    log,
    onRenewed: () => parts?.live.rewrite(),
    ...(deps.limits ? { limits: deps.limits } : {}),
  });

  const useConfig = (next: AgentConfig): void => {
    config = next;
    configVersion = next.version;
    parts?.intake.useConfig(next.version);
    parts?.checks.apply(next);
    log.info('configuration taken', { version: next.version, checks: next.checks.length });
  };

  const takeConfig = (next: AgentConfig): void => {
    if (next.version <= configVersion) return;
    useConfig(next);
    configFile.write(JSON.stringify(config)).catch((error: unknown) => {
      log.warn('the configuration could not be kept on the disk', { reason: reasonOf(error) });
    });
  };

  const loadConfig = async (): Promise<void> => {
    const kept = await configFile.read();
    if (kept === undefined) return;
    const checked = checkConfig(kept);
    if (checked.ok) useConfig(checked.value);
    else log.warn('the kept configuration is damaged; waiting for the hub', { reason: checked.reason });
  };

  const saveOffset = (time: AgentTime): void => {
    const nowMs = clock.monotonicMs();
    const offsetMs = Math.round(time.wallOffsetMs());
    if (!time.synced || nowMs - savedOffsetAtMs < OFFSET_PERIOD_MS) return;
    if (Math.abs(offsetMs - savedOffsetMs) < OFFSET_NEWS_MS) return;
    savedOffsetMs = offsetMs;
    savedOffsetAtMs = nowMs;
    // A refusal was logged by the outbox; the next minute tries again.
    outbox.saveOffset(offsetMs).catch(() => undefined);
  };

  const tick = (): void => {
    if (!parts) return;
    parts.time.tick();
    parts.live.tick();
    parts.history.tick();
    saveOffset(parts.time);
  };

  const tidy = (): void => {
    outbox.tidy().catch((error: unknown) => {
      log.warn('the outbox could not be tidied', { reason: reasonOf(error) });
    });
  };

  /** The stream is taken: everything sent under it goes to history, and the next begins. */
  const changeStream = async (next: number): Promise<void> => {
    if (!parts) return;
    const { intake, live, history, conversation } = parts;
    const awayMs = rivalry.refused();
    if (awayMs === 0) log.warn('the hub knows a newer stream of this agent (a restored disk?)', { next });
    else
      log.error(
        "another agent uses this agent's identity; enrol it as one of its own. This one measures on and comes back later",
        { next, awayS: Math.round(awayMs / 1000) },
      );
    await intake.whileHeld(async () => {
      await live.retire();
      await outbox.takeStream(next);
      history.begin();
    });
    await conversation.renew(awayMs);
  };

  const about = (): Pick<AgentStateMessage, 'instance' | 'version' | 'probe' | 'probeNote'> => ({
    instance: deps.instance,
    version: deps.version,
    probe: prober.mode,
    ...(prober.note === undefined ? {} : { probeNote: prober.note.slice(0, 300) }),
  });

  const build = (): Parts => {
    const time = createAgentTime(clock, outbox.state.offsetMs);
    const conversation = createConversation({
      clock,
      network: deps.network,
      random: deps.random,
      identity: deps.identity,
      process: deps.process,
      stream: () => outbox.stream,
      configVersion: () => configVersion,
      about,
      time,
      log,
      onForgotten: () => {
        live.forget();
        history.forget();
      },
      onSynced: () => {
        log.info('the hub’s time is known', { offsetToWallMs: Math.round(time.wallOffsetMs()) });
        void intake.adopt();
      },
      onAck: (ack) => {
        live.ack(ack.live);
        history.ack(ack.history);
      },
      onConfig: takeConfig,
      onRefused: (next) => {
        refusing ??= changeStream(next)
          .catch((error: unknown) => {
            log.error('the next stream could not be begun', { reason: reasonOf(error) });
          })
          .finally(() => {
            refusing = undefined;
          });
      },
    });
    const { sender } = conversation;
    const live = createLive({ clock, outbox, sender, log, onMoved: () => history.pump() });
    const history = createHistory({
      clock,
      outbox,
      sender,
      flowing: () => live.flowing,
      nowMs: () => time.nowMs(),
      ...(deps.pace ? { pace: deps.pace } : {}),
    });
    const intake = createIntake({ clock, time, batcher: createBatcher(time), outbox, live, log });
    const checks = createChecks({
      clock,
      prober,
      hostReader: deps.hostReader,
      intake,
      seed: Math.floor(deps.random() * 2 ** 32),
      log,
      ...(deps.budget ? { budget: deps.budget } : {}),
    });
    return { checks, conversation, intake, live, history, time };
  };

  return {
    start: async () => {
      await outbox.open(deps.process);
      savedOffsetMs = outbox.state.offsetMs;
      parts = build();
      parts.history.begin();
      parts.intake.start();
      await loadConfig();
      cancelTicks = [every(clock, TICK_MS, tick), every(clock, TIDY_MS, tidy)];
      parts.conversation.start();
      log.info('started', { stream: outbox.stream, probe: prober.mode, probeNote: prober.note });
    },
    stop: async () => {
      if (!parts) return;
      const { checks, conversation, intake, history } = parts;
      for (const cancel of cancelTicks) cancel();
      checks.stop();
      prober.stop();
      history.stop();
      await refusing;
      await intake.stop();
      await conversation.stop();
      await outbox.close();
      log.info('stopped', { missedCycles: checks.missed, savedReProbes: checks.saved });
    },
  };
};
