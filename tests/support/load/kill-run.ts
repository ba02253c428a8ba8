import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  compareIncidents,
  explainDevice,
  forecastIncidents,
  readIncidents,
  type IncidentVerdict,
} from '../incident-ledger.js';
import { compareLedger, explainVerdict, readLedger, readStoredRows, type LedgerVerdict } from '../ledger.js';
import { startLoadedHub, type LoadedHub } from './loaded-hub.js';
import { makeOutages } from './outages.js';
import { between, createRandom, shuffled } from './random.js';
import { ledgerDirOf, startLoad, type Load } from './start-load.js';

export const VICTIMS = ['hub', 'questdb', 'postgres', 'agents'] as const;
export type Victim = (typeof VICTIMS)[number];

export interface KillRunOptions {
  seed: number;
  killsPerVictim: number;
  agents: number;
  devicesPerAgent: number;
  /** Once, a hub stays away for so long; 0: never. Longer than the live window, so that nobody judges that time. */
  blindMs: number;
  /** Between a restart and the next kill, from … to, ms. */
  pauseMs?: readonly [number, number];
  say: (line: string) => void;
}

export interface KillRunResult {
  /** Every violation in words; empty: nothing was lost, doubled or made up. */
  violations: string[];
  ledger: LedgerVerdict;
  incidents: IncidentVerdict;
  kills: Record<Victim, number>;
  tookMs: number;
  /** From the end of the load until the agents' disks were empty and the hub had judged all, ms. */
  drainedMs: number;
}

const INTERVAL_S = 1;
const PAUSE_MS = [500, 7_000] as const;
/** A supervisor takes this long to start again what died. */
const RESTART_MS = [0, 3_000] as const;
/** One hub in three is killed again while it starts. */
const KILLED_IN_START = 1 / 3;
const IN_START_MS = [200, 6_000] as const;
const CALM_BEFORE_MS = 12_000;
const PATIENCE_MS = 240_000;

const until = async (
  what: string,
  holds: () => Promise<boolean>,
  { patienceMs = PATIENCE_MS, everyMs = 250 } = {},
): Promise<void> => {
  const end = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`waited in vain until ${what}`);
    await sleep(everyMs);
  }
};

const isReady = async (url: string): Promise<boolean> =>
  (await fetch(`${url}/readyz`).catch(() => undefined))?.status === 200;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** kill -9 for hub, stores and agents under load, at moments and in an order that the seed decides. */
export const killRun = async (options: KillRunOptions): Promise<KillRunResult> => {
  const { seed, killsPerVictim, agents, devicesPerAgent, say, pauseMs = PAUSE_MS } = options;
  const random = createRandom(seed);
  const beganMs = performance.now();
  const kills: Record<Victim, number> = { hub: 0, questdb: 0, postgres: 0, agents: 0 };
  const violations: string[] = [];
  const elapsed = (): string => `${((performance.now() - beganMs) / 1000).toFixed(1)} s`.padStart(8);
  const world = await startLoadedHub({ agents, devicesPerAgent, intervalS: INTERVAL_S });
  let load: Load | undefined;
  try {
    const directory = join(world.directory, 'load');
    const nowMs = Date.now();
    const outages = makeOutages({
      ...{ random, agents, devicesPerAgent },
      ...{ fromMs: nowMs + CALM_BEFORE_MS, toMs: nowMs + 3_600_000 },
      ...{ cycleMs: INTERVAL_S * 1000, meanCalmMs: 60_000 },
    });
    const start = () => startLoad({ fleet: world.fleet, mqttUrl: world.mqttUrl, directory, outages });
    load = await start();
    await sleep(CALM_BEFORE_MS);

    const order = shuffled(
      random,
      VICTIMS.flatMap((victim) => Array.from({ length: killsPerVictim }, () => victim)),
    );
    const blindAt = options.blindMs > 0 ? order.indexOf('hub', Math.floor(order.length / 2)) : -1;
    for (const [place, victim] of order.entries()) {
      await sleep(between(random, ...pauseMs));
      say(`${new Date().toISOString()} ${elapsed()}  kill -9 ${place + 1}/${order.length}: ${victim}`);
      kills[victim]++;
      if (victim === 'hub') {
        const awayMs = place === blindAt ? options.blindMs : between(random, ...RESTART_MS);
        kills.hub += await killHub(world, awayMs, random, order.length > place + 1);
      } else if (victim === 'agents') {
        await load.kill();
        await sleep(between(random, ...RESTART_MS));
        load = await start();
      } else await killStore(world, victim);
      if (world.hub.child.exitCode !== null || world.hub.child.signalCode !== null) {
        violations.push(
          `the hub ended by itself after ${victim} was killed:\n${world.hub.output().slice(-3_000)}`,
        );
        await world.restart();
      }
    }

    say(`${elapsed()}  quiet`);
    const drainingMs = performance.now();
    await until('hub and stores are well', () => isReady(world.hub.url));
    const running = load;
    await until('every agent is connected', async () => {
      const { connected } = await running.command({ do: 'figures' });
      return connected === agents;
    });
    await load.command({ do: 'quiet' });
    const { postgresUrl, questDb } = await world.stores();
    const compare = async () =>
      compareLedger(await readLedger(ledgerDirOf(directory)), await readStoredRows(questDb));
    let verdict = await compare();
    // Until nothing is missing any more; what stays away until the end of the patience is lost.
    await until(
      'all is stored',
      async () => {
        verdict = await compare();
        return verdict.missing.length + verdict.unwritten.length === 0;
      },
      { everyMs: 2_000 },
    ).catch(() => undefined);
    const drainedMs = performance.now() - drainingMs;
    await sleep(3_000);
    await load.stop();
    load = undefined;
    verdict = await compare();
    violations.push(...explainVerdict(verdict));

    const forecast = forecastIncidents(await readLedger(ledgerDirOf(directory)), world.fleet);
    const judge = async () => {
      const { incidents, late } = await readIncidents(postgresUrl);
      return compareIncidents(forecast, incidents, late);
    };
    let incidents = await judge();
    await until(
      'all is judged',
      async () => {
        incidents = await judge();
        return incidents.equal;
      },
      { patienceMs: 20_000 },
    ).catch(() => undefined);
    for (const kind of ['lost', 'doubled', 'crooked'] as const)
      if (incidents[kind].length > 0)
        violations.push(
          `incidents ${kind}: ${incidents[kind].length}`,
          ...incidents[kind].slice(0, 10).map((line) => `  ${line}`),
        );
    for (const fault of incidents.untold.slice(0, 5)) {
      const span = `${new Date(fault.fromMs).toISOString()} to ${new Date(fault.toMs).toISOString()}`;
      violations.push(
        `device ${fault.deviceId}: ${fault.cycles} failed cycles from ${span} that nobody judged, and no word of them`,
        ...(await explainDevice(postgresUrl, fault.deviceId)).map((line) => `  ${line}`),
      );
    }
    if (violations.length > 0) say(`the hub's last words:\n${world.hub.output().slice(-4_000)}`);
    return { violations, ledger: verdict, incidents, kills, tookMs: performance.now() - beganMs, drainedMs };
  } finally {
    await load?.kill();
    await world.stop();
  }
};

/** Kills the hub and starts it again as a supervisor would; answers how often it was killed in its start as well. */
const killHub = async (
  world: LoadedHub,
  awayMs: number,
  random: () => number,
  mayKillInStart: boolean,
): Promise<number> => {
  const killed = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  await killed(world.hub.child);
  await sleep(awayMs);
  if (!mayKillInStart || random() >= KILLED_IN_START) {
    await world.restart();
    return 0;
  }
  let gone: Promise<void> | undefined;
  const inStart = world.restart((child) => {
    gone = sleep(between(random, ...IN_START_MS)).then(() => killed(child));
  });
  // Whether it was ready by then or not.
  await inStart.catch(() => undefined);
  await gone;
  await sleep(between(random, ...RESTART_MS));
  await world.restart();
  return 1;
};

/** Kills a store and waits until the hub has started it again. */
const killStore = async (world: LoadedHub, victim: 'questdb' | 'postgres'): Promise<void> => {
  const pidOf = async (): Promise<number> => {
    const stores = await world.stores();
    return victim === 'questdb' ? stores.questDbPid : stores.postgresPid;
  };
  const pid = await pidOf();
  process.kill(pid, 'SIGKILL');
  await until(`${victim} runs again`, async () => {
    const next = await pidOf().catch(() => pid);
    return next !== pid && isAlive(next);
  });
};
