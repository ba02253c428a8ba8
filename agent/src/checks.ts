import { OUTCOME, PACKETS_PER_CYCLE, type AgentConfig, type OutcomeCode } from '@siaga/shared';
import type { Clock } from './clock.js';
import { createDueHeap, type Due } from './due-heap.js';
import type { HostReader } from './host.js';
import type { Intake } from './intake.js';
import { createLimiter, reasonOf, type Log } from './log.js';
import type { Prober } from './prober.js';
import { createBeat, type Beat } from './schedule.js';

type CheckConfig = AgentConfig['checks'][number];

/** After alive→dead or dead→alive (detection.md, rule 1): at once, then every second, three times at most. */
const RE_PROBES = 3;
const RE_PROBE_PERIOD_MS = 1_000;
/** "At once" keeps this distance from the cycle before, so that no two stamps of a check are the same. */
const RE_PROBE_GAP_MS = 50;
/** Cycles start on this grid: a timer for each of 1,000 devices would cost as much as probing them. */
const START_GRID_MS = 5;
/** A cycle that is not answered by then is lost: no timeout and no queue of a prober is that long. */
const LOST_CYCLE_MS = 30_000;

/** Packets that re-probes of one agent may cost; a branch on a satellite line must not drown in them. */
export interface PacketBudget {
  packetsPerS: number;
  burstPackets: number;
}

export const DEFAULT_BUDGET: PacketBudget = { packetsPerS: 600, burstPackets: 3_000 };

export interface ChecksDeps {
  clock: Clock;
  prober: Prober;
  hostReader: HostReader;
  intake: Pick<Intake, 'icmp' | 'host' | 'flushSoon'>;
  /** Spreads the cycles; another one a process. */
  seed: number;
  log: Log;
  budget?: PacketBudget;
}

/** Runs the configured checks on a steady schedule. */
export interface Checks {
  /** Takes a configuration; what did not change keeps its schedule and state. */
  apply(config: AgentConfig): void;
  /** Cycles that were due and could not run, since the start. */
  readonly missed: number;
  /** Re-probes left out for the packet budget, since the start. */
  readonly saved: number;
  stop(): void;
}

interface Check extends Due {
  config: CheckConfig;
  beat: Beat;
  beatNumber: number;
  /** Token of the cycle in flight, 0 where there is none. */
  token: number;
  sentMonoMs: number;
  /** Undefined until the first judged cycle. */
  alive: boolean | undefined;
  reProbe: ReProbe;
}

interface ReProbe extends Due {
  left: number;
  /** The cycle in flight is one. */
  running: boolean;
  check: Check;
}

const addressOf = (config: CheckConfig): string => (config.type === 'icmp' ? config.address : '');

export const createChecks = (deps: ChecksDeps): Checks => {
  const { clock, prober, hostReader, intake, seed, log } = deps;
  const budget = deps.budget ?? DEFAULT_BUDGET;
  const originMs = clock.monotonicMs();
  const checks = new Map<number, Check>();
  const inFlight = new Map<number, Check>();
  const heap = createDueHeap<Check | ReProbe>();
  const limited = createLimiter(clock, 60_000);
  let nextToken = 1;
  let missed = 0;
  let saved = 0;
  let packets = budget.burstPackets;
  let packetsAtMs = originMs;
  let armedForMs = Infinity;
  let cancelTimer: () => void = () => undefined;

  const mayReProbe = (nowMs: number): boolean => {
    packets = Math.min(budget.burstPackets, packets + ((nowMs - packetsAtMs) / 1000) * budget.packetsPerS);
    packetsAtMs = nowMs;
    if (packets < PACKETS_PER_CYCLE) {
      saved++;
      return false;
    }
    packets -= PACKETS_PER_CYCLE;
    return true;
  };

  const readHost = async (check: Check, monoMs: number): Promise<void> => {
    try {
      intake.host(check.config.id, monoMs, await hostReader.read());
    } catch (error) {
      limited('host', () => log.warn('this host does not tell its figures', { reason: reasonOf(error) }));
    }
  };

  const launch = (check: Check, nowMs: number): void => {
    const { config } = check;
    if (config.type === 'host') {
      void readHost(check, nowMs);
      return;
    }
    check.token = nextToken++;
    check.sentMonoMs = nowMs;
    inFlight.set(check.token, check);
    prober.launch(check.token, config.address, config.timeoutMs);
  };

  const scheduleReProbe = (check: Check, dueMs: number): void => {
    check.reProbe.dueMs = dueMs;
    heap.set(check.reProbe);
    arm();
  };

  const finish = (
    check: Check,
    outcome: OutcomeCode,
    minUs: number,
    avgUs: number,
    maxUs: number,
    lost: number,
  ): void => {
    inFlight.delete(check.token);
    check.token = 0;
    const { reProbe } = check;
    const wasReProbe = reProbe.running;
    reProbe.running = false;
    intake.icmp(check.config.id, check.sentMonoMs, outcome, minUs, avgUs, maxUs, lost);
    const before = check.alive;
    if (outcome !== OUTCOME.skipped) check.alive = outcome === OUTCOME.ok;
    const changed = check.alive !== before;
    if (changed || wasReProbe) intake.flushSoon();
    if (changed && before !== undefined && !wasReProbe && reProbe.left === 0) {
      reProbe.left = RE_PROBES;
      scheduleReProbe(check, Math.max(clock.monotonicMs(), check.sentMonoMs + RE_PROBE_GAP_MS));
    } else if (wasReProbe && reProbe.left > 0) {
      scheduleReProbe(check, Math.max(clock.monotonicMs(), check.sentMonoMs + RE_PROBE_PERIOD_MS));
    }
  };

  prober.onCycle((token, outcome, minUs, avgUs, maxUs, lost) => {
    const check = inFlight.get(token);
    if (check) finish(check, outcome, minUs, avgUs, maxUs, lost);
  });

  const regular = (check: Check, nowMs: number): void => {
    const { intervalMs } = check.beat;
    const late = Math.floor((nowMs - check.dueMs) / intervalMs);
    check.beatNumber += 1 + late;
    missed += late;
    check.dueMs = check.beat.at(check.beatNumber);
    heap.set(check);
    const lost = check.token !== 0 && nowMs - check.sentMonoMs > LOST_CYCLE_MS;
    if (lost) finish(check, OUTCOME.skipped, 0, 0, 0, 0);
    if (check.token === 0) launch(check, nowMs);
    else if (!check.reProbe.running) missed++;
  };

  const again = (reProbe: ReProbe, nowMs: number): void => {
    const { check } = reProbe;
    heap.remove(reProbe);
    reProbe.left--;
    if (check.token !== 0 || !mayReProbe(nowMs)) {
      if (reProbe.left > 0) scheduleReProbe(check, nowMs + RE_PROBE_PERIOD_MS);
      return;
    }
    reProbe.running = true;
    launch(check, nowMs);
  };

  const run = (): void => {
    armedForMs = Infinity;
    const nowMs = clock.monotonicMs();
    for (let next = heap.first(); next && next.dueMs <= nowMs; next = heap.first())
      if ('check' in next) again(next, nowMs);
      else regular(next, nowMs);
    arm();
  };

  const arm = (): void => {
    const first = heap.first();
    if (!first) return;
    const startMs = Math.ceil(first.dueMs / START_GRID_MS) * START_GRID_MS;
    if (startMs >= armedForMs) return;
    cancelTimer();
    armedForMs = startMs;
    cancelTimer = clock.after(Math.max(0, Math.ceil(startMs - clock.monotonicMs())), run);
  };

  const remove = (check: Check): void => {
    heap.remove(check);
    heap.remove(check.reProbe);
    inFlight.delete(check.token);
    checks.delete(check.config.id);
  };

  const add = (config: CheckConfig): void => {
    const beat = createBeat(seed, config.id, config.intervalMs, originMs);
    const beatNumber = beat.after(clock.monotonicMs());
    const dueMs = beat.at(beatNumber);
    const check = { config, beat, beatNumber, dueMs, heapIndex: -1, token: 0, sentMonoMs: 0 } as Check;
    check.reProbe = { left: 0, running: false, check, dueMs: 0, heapIndex: -1 };
    checks.set(config.id, check);
    heap.set(check);
  };

  /** The same target in the same way: the check goes on, with whatever else is new. */
  const keep = (check: Check, config: CheckConfig): void => {
    if (check.config.intervalMs !== config.intervalMs) {
      check.beat = createBeat(seed, config.id, config.intervalMs, originMs);
      check.beatNumber = check.beat.after(clock.monotonicMs());
      check.dueMs = check.beat.at(check.beatNumber);
      heap.set(check);
    }
    check.config = config;
  };

  return {
    get missed() {
      return missed;
    },
    get saved() {
      return saved;
    },
    apply: ({ checks: wanted }) => {
      const ids = new Set(wanted.map(({ id }) => id));
      for (const check of [...checks.values()]) if (!ids.has(check.config.id)) remove(check);
      for (const config of wanted) {
        const known = checks.get(config.id);
        const same = known?.config.type === config.type && addressOf(known.config) === addressOf(config);
        if (known && same) keep(known, config);
        else {
          if (known) remove(known);
          add(config);
        }
      }
      arm();
    },
    stop: () => {
      cancelTimer();
      for (const check of [...checks.values()]) remove(check);
    },
  };
};
