import { OUTCOME } from '@siaga/shared';
import type { Clock } from './clock.js';
import { createIcmpProber } from './icmp-prober.js';
import { reasonOf, type Log } from './log.js';
import { loadNetPing } from './net-ping.js';
import type { CycleListener, Prober } from './prober.js';
import { createSystemPing, findPing } from './system-ping.js';

const withoutPermission = 'raw sockets are not permitted (give Node CAP_NET_RAW)';
const withoutModule = 'net-ping is not installed (it needs a C toolchain when the agent is installed)';

/** Neither way is there: every cycle is answered as skipped, which is stored and never judged. */
export const createNoProber = (reason: string): Prober => {
  let listener: CycleListener = () => undefined;
  let stopped = false;
  return {
    mode: 'none',
    note: `${reason}; the system's ping does not work either: nothing is probed`,
    onCycle: (heard) => {
      listener = heard;
    },
    launch: (token) => {
      queueMicrotask(() => {
        if (!stopped) listener(token, OUTCOME.skipped, 0, 0, 0, 0);
      });
    },
    stop: () => {
      stopped = true;
    },
  };
};

export interface FindProberDeps {
  clock: Clock;
  random: () => number;
  log: Log;
  load?: typeof loadNetPing;
  ping?: typeof findPing;
}

/** The best prober this host allows: raw sockets, the system's ping, or none. */
export const findProber = async (deps: FindProberDeps): Promise<Prober> => {
  const { clock, random, log } = deps;
  let reason: string;
  try {
    const modules = await (deps.load ?? loadNetPing)();
    try {
      return createIcmpProber({ modules, clock, random, log });
    } catch (error) {
      reason = withoutPermission;
      log.warn(reason, { reason: reasonOf(error) });
    }
  } catch (error) {
    reason = withoutModule;
    log.warn(reason, { reason: reasonOf(error) });
  }
  const dialect = await (deps.ping ?? findPing)();
  return dialect ? createSystemPing({ dialect, reason }) : createNoProber(reason);
};
