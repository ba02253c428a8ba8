import { OUTCOME, PACKETS_PER_CYCLE, type OutcomeCode } from '@siaga/shared';
import type { Clock } from '../../../agent/src/clock.js';
import type { CycleListener, Prober } from '../../../agent/src/prober.js';
import type { LoadAgent, LoadDevice, Outage } from './fleet.js';
import { avgUsOf, maxUsOf, minUsOf, numberOf } from './numbers.js';

/** Answers are given together, so many ms apart. */
const STEP_MS = 5;

/** Hears of each cycle before the agent does. */
export type ProducedListener = (
  number: number,
  agent: number,
  checkId: number,
  outcome: OutcomeCode,
  lost: number,
) => void;

export interface ScriptedProbers {
  /** The prober of one agent. */
  of(agent: number, about: LoadAgent): Prober;
  /** Kills or revives a device beside what the script says; undefined: as the script says. */
  set(agent: number, device: number, down: boolean | undefined): void;
  /** From now on nothing is answered any more. */
  hush(): void;
  /** Cycles answered so far. */
  readonly produced: number;
  /** Cycles that are under way just now. */
  readonly underWay: number;
}

interface Target {
  device: LoadDevice;
  agent: number;
  owner: { listener: CycleListener; stopped: boolean };
  /** In order; those that are over are shifted off. */
  outages: Outage[];
  forced: boolean | undefined;
}

interface Flight {
  target: Target;
  token: number;
}

/**
 * Devices that answer by a script instead of over a network: no packet, no right, no cost. A living one answers within
 * a few ms, a dead one when its timeout is over.
 */
export const createScriptedProbers = (options: {
  clock: Clock;
  life: number;
  outages: readonly Outage[];
  onProduced?: ProducedListener;
}): ScriptedProbers => {
  const { clock, life, onProduced } = options;
  const scripts = new Map<string, Outage[]>();
  for (const outage of [...options.outages].sort((a, b) => a.fromMs - b.fromMs)) {
    const key = `${outage.agent}/${outage.device}`;
    const list = scripts.get(key);
    if (list) list.push(outage);
    else scripts.set(key, [outage]);
  }
  const targets: Target[][] = [];
  let answering: Flight[] = [];
  /** By timeout, in the order of their ends. */
  const dying = new Map<number, (Flight & { endMs: number })[]>();
  let underWayDead = 0;
  let cycle = 0;
  let hushed = false;
  let armed = false;

  const isDown = (target: Target): boolean => {
    if (target.forced !== undefined) return target.forced;
    const { outages } = target;
    if (outages.length === 0) return false;
    const nowMs = clock.nowMs();
    while (outages[0] && outages[0].toMs <= nowMs) outages.shift();
    return outages[0] !== undefined && outages[0].fromMs <= nowMs;
  };

  const answer = ({ target, token }: Flight, isAlive: boolean): void => {
    const { device, agent, owner } = target;
    if (hushed || owner.stopped) return;
    const number = numberOf(life, ++cycle);
    if (isAlive) {
      onProduced?.(number, agent, device.checkId, OUTCOME.ok, 0);
      owner.listener(token, OUTCOME.ok, minUsOf(number), avgUsOf(number), maxUsOf(number), 0);
    } else {
      onProduced?.(number, agent, device.checkId, OUTCOME.failed, PACKETS_PER_CYCLE);
      owner.listener(token, OUTCOME.failed, 0, 0, 0, PACKETS_PER_CYCLE);
    }
  };

  const step = (): void => {
    armed = false;
    const alive = answering;
    answering = [];
    for (const flight of alive) answer(flight, true);
    const nowMs = clock.monotonicMs();
    for (const flights of dying.values()) {
      let ended = 0;
      while (flights[ended] && (flights[ended] as { endMs: number }).endMs <= nowMs) ended++;
      underWayDead -= ended;
      for (const flight of flights.splice(0, ended)) answer(flight, false);
    }
    if (answering.length + underWayDead > 0) arm();
  };

  const arm = (): void => {
    if (armed) return;
    armed = true;
    clock.after(STEP_MS, step);
  };

  const launch = (target: Target | undefined, token: number, timeoutMs: number): void => {
    if (!target) throw new Error('the agent probes an address that its fleet does not have');
    if (isDown(target)) {
      const flight = { target, token, endMs: clock.monotonicMs() + timeoutMs };
      const others = dying.get(timeoutMs);
      if (others) others.push(flight);
      else dying.set(timeoutMs, [flight]);
      underWayDead++;
    } else answering.push({ target, token });
    arm();
  };

  return {
    get produced() {
      return cycle;
    },
    get underWay() {
      return answering.length + underWayDead;
    },
    of: (agent, about) => {
      const owner: Target['owner'] = { listener: () => undefined, stopped: false };
      const own = about.devices.map((device, place): Target => ({
        device,
        agent,
        owner,
        outages: scripts.get(`${agent}/${place}`) ?? [],
        forced: undefined,
      }));
      targets[agent] = own;
      const byAddress = new Map(own.map((target) => [target.device.address, target]));
      return {
        mode: 'raw',
        note: undefined,
        onCycle: (listener) => {
          owner.listener = listener;
        },
        launch: (token, address, timeoutMs) => launch(byAddress.get(address), token, timeoutMs),
        stop: () => {
          owner.stopped = true;
        },
      };
    },
    set: (agent, device, down) => {
      const target = targets[agent]?.[device];
      if (target) target.forced = down;
    },
    hush: () => {
      hushed = true;
    },
  };
};
