import type { Noise } from './broker.js';
import type { DiskTrouble } from './disk.js';
import { createRandom, type Random } from './random.js';
import type { RowTrouble } from './row-store.js';
import type { VerdictTrouble } from './verdict-store.js';

/** One thing that goes wrong. Times are true time from the story's beginning, ms. */
export type Fault = { atMs: number; forMs: number } & (
  | { kind: 'device-down'; device: number }
  /** Its agent cannot run the cycle: no right, no network device. */
  | { kind: 'no-right'; device: number }
  | { kind: 'line'; agent: number; directions: 'both' | 'up' | 'down'; reset: boolean }
  | { kind: 'noise'; noise: Noise }
  /** `calls`: dies before so many further calls of ports instead of at once; `forMs` until it is started again. */
  | { kind: 'agent-kill'; agent: number; calls: number; power: boolean }
  | { kind: 'agent-stop'; agent: number }
  | { kind: 'hub-kill'; calls: number }
  | { kind: 'hub-stop' }
  | { kind: 'broker-kill'; keepsRetained: boolean }
  | { kind: 'rows-kill' }
  | { kind: 'verdicts-kill' }
  | { kind: 'rows-trouble'; trouble: RowTrouble }
  | { kind: 'verdicts-trouble'; trouble: VerdictTrouble }
  /** Healing waits, as for a lock that somebody holds, and at its end the hub is killed. */
  | { kind: 'held-healing' }
  /** One row in `oneIn` is refused for good. */
  | { kind: 'poison'; oneIn: number }
  /** The desk refuses what concerns this device. */
  | { kind: 'refused'; device: number }
  | { kind: 'disk'; agent: number; trouble: DiskTrouble }
  | { kind: 'corrupt'; agent: number }
  /** The disk comes back as it was `backMs` before. */
  | { kind: 'restore'; agent: number; backMs: number }
  /** Agent's wall clock, or the hub's where there is none. */
  | { kind: 'wall-step'; agent: number | undefined; byMs: number }
);

export interface Story {
  seed: number;
  broker: 'embedded' | 'external';
  agents: {
    devices: number;
    intervalMs: number;
    driftPpm: number;
    wallOffsetMs: number;
    latencyMs: number;
    /** Knows its configuration from before. */
    hasConfig: boolean;
  }[];
  hubDriftPpm: number;
  faults: Fault[];
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const noiseOf = (random: Random): Noise => ({
  drop: random.pick([0, 0.02, 0.1, 0.4]),
  twice: random.pick([0, 0.1, 0.5]),
  late: random.pick([0, 0.1, 0.5]),
  lateMs: random.spread(100, 8_000),
});

const rowTroubleOf = (random: Random): RowTrouble => ({
  fail: random.pick([0, 0.2, 0.7]),
  ambiguous: random.pick([0, 0.2, 0.7]),
  lands: random.pick([0, 0.2, 0.7]),
  slowMs: random.pick([0, 0, 500, 5_000, 40_000]),
});

const verdictTroubleOf = (random: Random): VerdictTrouble => ({
  fail: random.pick([0, 0.2, 0.7]),
  uncertain: random.pick([0, 0.2, 0.7]),
  slowMs: random.pick([0, 0, 500, 5_000, 25_000]),
});

/** The weights of what goes wrong; a device that falls silent is not listed, every story has some. */
const KINDS: readonly [weight: number, kind: Exclude<Fault['kind'], 'device-down' | 'held-healing'>][] = [
  [14, 'line'],
  [8, 'noise'],
  [10, 'agent-kill'],
  [2, 'agent-stop'],
  [12, 'hub-kill'],
  [2, 'hub-stop'],
  [6, 'broker-kill'],
  [6, 'rows-kill'],
  [6, 'verdicts-kill'],
  [8, 'rows-trouble'],
  [8, 'verdicts-trouble'],
  [3, 'poison'],
  [2, 'refused'],
  [4, 'disk'],
  [2, 'corrupt'],
  [3, 'restore'],
  [5, 'wall-step'],
  [2, 'no-right'],
];
const ALL_WEIGHT = KINDS.reduce((sum, [weight]) => sum + weight, 0);

const kindOf = (random: Random): (typeof KINDS)[number][1] => {
  let left = random.unit() * ALL_WEIGHT;
  for (const [weight, kind] of KINDS) if ((left -= weight) < 0) return kind;
  return 'line';
};

const callsOf = (random: Random): number => (random.chance(0.6) ? random.between(0, 12) : 0);

const faultOf = (random: Random, agents: Story['agents'], devices: number, withinMs: number): Fault => {
  const kind = kindOf(random);
  const agent = random.between(0, agents.length - 1);
  const atMs = random.between(0, withinMs);
  const restart = { atMs, forMs: random.spread(200, 3 * MINUTE) };
  const spell = { atMs, forMs: random.spread(SECOND, 5 * MINUTE) };
  switch (kind) {
    case 'line':
      return {
        ...{ kind, agent, atMs, forMs: random.spread(SECOND, 10 * MINUTE) },
        directions: random.pick(['both', 'both', 'up', 'down']),
        reset: random.chance(0.5),
      };
    case 'noise':
      return { ...spell, kind, noise: noiseOf(random) };
    case 'agent-kill':
      return { ...restart, kind, agent, calls: callsOf(random), power: random.chance(0.3) };
    case 'agent-stop':
      return { ...restart, kind, agent };
    case 'hub-kill':
      return { ...restart, kind, calls: callsOf(random) };
    case 'hub-stop':
      return { ...restart, kind };
    case 'broker-kill':
      return { ...restart, kind, keepsRetained: random.chance(0.5) };
    case 'rows-kill':
    case 'verdicts-kill':
      return { ...restart, kind, forMs: random.spread(200, 10 * MINUTE) };
    case 'rows-trouble':
      return { ...spell, kind, trouble: rowTroubleOf(random) };
    case 'verdicts-trouble':
      return { ...spell, kind, trouble: verdictTroubleOf(random) };
    case 'poison':
      return { ...spell, kind, oneIn: random.pick([3, 20]) };
    case 'refused':
    case 'no-right':
      return { ...spell, kind, device: random.between(0, devices - 1) };
    case 'disk':
      return { ...spell, kind, agent, trouble: random.pick(['full', 'full', 'failing', 'slow']) };
    case 'corrupt':
      return { ...spell, kind, agent };
    case 'restore':
      return { ...restart, kind, agent, backMs: random.spread(SECOND, 5 * MINUTE) };
    case 'wall-step':
      return {
        ...{ kind, atMs, forMs: 0 },
        agent: random.chance(0.6) ? agent : undefined,
        byMs: random.pick([-1, 1]) * random.spread(SECOND, 10 * MINUTE),
      };
  }
};

/**
 * History that comes while its healing waits, and a hub that is killed before it is done. By chance that hardly happens:
 * healing takes less time than an ack. A random stream of its own leaves all other stories as they are.
 */
const heldHealingOf = (seed: number, agents: Story['agents']): Fault[] => {
  const random = createRandom(seed).fork('held healing');
  if (!random.chance(1 / 20)) return [];
  const agent = random.between(0, agents.length - 1);
  const line = {
    atMs: random.between(20 * SECOND, 2 * MINUTE),
    forMs: random.spread(2 * MINUTE, 6 * MINUTE),
  };
  return [
    { ...line, kind: 'line', agent, directions: 'both', reset: random.chance(0.5) },
    // No longer than PostgreSQL lets a statement wait.
    { kind: 'held-healing', atMs: line.atMs + line.forMs, forMs: random.between(5 * SECOND, 25 * SECOND) },
  ];
};

/** One integer, one story: always the same one. */
export const storyOf = (seed: number): Story => {
  const random = createRandom(seed).fork('story');
  // A cut of days costs a second of computing, so there are few; their intervals are long.
  const longMs = random.chance(1 / 500)
    ? random.spread(12 * HOUR, 72 * HOUR)
    : random.chance(1 / 80)
      ? random.spread(15 * MINUTE, 5 * HOUR)
      : 0;
  const count = longMs > 2 * HOUR ? 1 : random.pick([1, 1, 2, 3]);
  const agents = Array.from({ length: count }, () => ({
    devices: longMs > 2 * HOUR ? 1 : random.pick([1, 1, 2, 4]),
    intervalMs: longMs > HOUR ? 60_000 : random.pick([5_000, 5_000, 10_000, 15_000, 30_000]),
    driftPpm: random.between(-200, 200),
    wallOffsetMs: random.chance(0.3) ? random.between(-600_000, 600_000) : random.between(-2_000, 2_000),
    latencyMs: random.spread(1, 300),
    hasConfig: random.chance(0.8),
  }));
  const owners = agents.flatMap(({ devices }, agent) => Array.from({ length: devices }, () => agent));
  const withinMs = random.spread(20 * SECOND, 8 * MINUTE);
  const faults: Fault[] = [];
  for (let left = random.between(1, 7); left > 0; left--)
    faults.push(faultOf(random, agents, owners.length, withinMs));
  if (longMs > 0)
    faults.push({
      ...{ kind: 'line', agent: 0, atMs: random.between(0, withinMs), forMs: longMs },
      ...{ directions: 'both', reset: random.chance(0.5) },
    });
  faults.push(...heldHealingOf(seed, agents));
  const lastMs = Math.max(...faults.map(({ atMs, forMs }) => atMs + forMs));
  for (let left = random.between(1, 5); left > 0; left--) {
    const device = random.between(0, owners.length - 1);
    const { intervalMs } = agents[owners[device]!]!;
    const atMs = random.between(0, Math.min(lastMs, 2 * HOUR));
    faults.push({ kind: 'device-down', device, atMs, forMs: random.spread(intervalMs, 25 * intervalMs) });
  }
  faults.sort((one, other) => one.atMs - other.atMs);
  return {
    ...{ seed, agents, faults },
    broker: random.chance(0.6) ? 'embedded' : 'external',
    hubDriftPpm: random.between(-200, 200),
  };
};
