import { OUTCOME, PACKETS_PER_CYCLE, type OutcomeCode } from '@siaga/shared';
import type { Clock } from '../../../agent/src/clock.js';
import type { CycleListener, Prober } from '../../../agent/src/prober.js';
import type { LoadAgent, Outage } from './fleet.js';
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
  agent: number;
  checkId: number;
  owner: { listener: CycleListener; stopped: boolean };
  /** In order; those that are over are shifted off. Undefined where it never dies. */
  outages: Outage[] | undefined;
  forced: boolean | undefined;
}

/** Cycles under way in the order of their launch, as columns: an object each would be the dearest part of a cycle. */
interface Flights {
  targets: Target[];
  tokens: number[];
}

interface Dying extends Flights {
  endsMs: number[];
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
  let answering: Flights = { targets: [], tokens: [] };
  let answered: Flights = { targets: [], tokens: [] };
  const dying = new Map<number, Dying>();
  let cycle = 0;
  let hushed = false;
  let armed = false;

  const isDown = ({ forced, outages }: Target): boolean => {
    if (forced !== undefined) return forced;
    if (outages === undefined) return false;
    const nowMs = clock.nowMs();
    while (outages[0] && outages[0].toMs <= nowMs) outages.shift();
    return outages[0] !== undefined && outages[0].fromMs <= nowMs;
  };

  const answer = ({ agent, checkId, owner }: Target, token: number, isAlive: boolean): void => {
    if (hushed || owner.stopped) return;
    const number = numberOf(life, ++cycle);
    if (isAlive) {
      onProduced?.(number, agent, checkId, OUTCOME.ok, 0);
      owner.listener(token, OUTCOME.ok, minUsOf(number), avgUsOf(number), maxUsOf(number), 0);
    } else {
      onProduced?.(number, agent, checkId, OUTCOME.failed, PACKETS_PER_CYCLE);
      owner.listener(token, OUTCOME.failed, 0, 0, 0, PACKETS_PER_CYCLE);
    }
  };

  const underWayDead = (): number => [...dying.values()].reduce((sum, { tokens }) => sum + tokens.length, 0);

  const step = (): void => {
    armed = false;
    const alive = answering;
    answering = answered;
    answered = alive;
    for (let place = 0; place < alive.tokens.length; place++)
      answer(alive.targets[place] as Target, alive.tokens[place] as number, true);
    alive.targets.length = alive.tokens.length = 0;
    const nowMs = clock.monotonicMs();
    for (const flights of dying.values()) {
      let ended = 0;
      while ((flights.endsMs[ended] ?? Infinity) <= nowMs) ended++;
      flights.endsMs.splice(0, ended);
      const tokens = flights.tokens.splice(0, ended);
      for (const [place, target] of flights.targets.splice(0, ended).entries())
        answer(target, tokens[place] as number, false);
    }
    if (answering.tokens.length + underWayDead() > 0) arm();
  };

  const arm = (): void => {
    if (armed) return;
    armed = true;
    clock.after(STEP_MS, step);
  };

  const launch = (target: Target | undefined, token: number, timeoutMs: number): void => {
    if (!target) throw new Error('the agent probes an address that its fleet does not have');
    let flights = answering;
    if (isDown(target)) {
      const others = dying.get(timeoutMs) ?? { targets: [], tokens: [], endsMs: [] };
      dying.set(timeoutMs, others);
      others.endsMs.push(clock.monotonicMs() + timeoutMs);
      flights = others;
    }
    flights.targets.push(target);
    flights.tokens.push(token);
    arm();
  };

  return {
    get produced() {
      return cycle;
    },
    get underWay() {
      return answering.tokens.length + underWayDead();
    },
    of: (agent, about) => {
      const owner: Target['owner'] = { listener: () => undefined, stopped: false };
      const own = about.devices.map(({ checkId }, place): Target => ({
        agent,
        checkId,
        owner,
        outages: scripts.get(`${agent}/${place}`),
        forced: undefined,
      }));
      targets[agent] = own;
      const byAddress = new Map(about.devices.map(({ address }, place) => [address, own[place] as Target]));
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
