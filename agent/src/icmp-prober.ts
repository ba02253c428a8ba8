import { SocketAddress, isIPv6 } from 'node:net';
import { OUTCOME, PACKETS_PER_CYCLE } from '@siaga/shared';
import type { Clock } from './clock.js';
import type { IpFamily } from './icmp-packet.js';
import { REFUSED, createEchoSession, type EchoOwner, type EchoSession } from './icmp-session.js';
import { createLimiter, reasonOf, type Log } from './log.js';
import type { NetPingModules } from './net-ping.js';
import type { CycleListener, Prober } from './prober.js';

/** A session that broke is opened again no sooner than this. */
const REOPEN_MS = 1_000;

export interface IcmpProberDeps {
  modules: NetPingModules;
  clock: Clock;
  random: () => number;
  log: Log;
}

/** The address as the kernel names it in replies: canonical, without a zone. */
export const canonicalAddress = (address: string): string => {
  if (!isIPv6(address)) return address;
  const [bare = address] = address.split('%');
  return new SocketAddress({ address: bare, family: 'ipv6' }).address;
};

interface Cycle extends EchoOwner {
  token: number;
  answered: number;
  refused: number;
  replies: number;
  sumUs: number;
  minUs: number;
  maxUs: number;
}

/**
 * ICMP over raw sockets: one session an address family for all devices.
 * @throws Error where raw sockets are not permitted.
 */
export const createIcmpProber = ({ modules, clock, random, log }: IcmpProberDeps): Prober => {
  let listener: CycleListener = () => undefined;
  const limited = createLimiter(clock, 60_000);
  const sessions = new Map<IpFamily, EchoSession>();
  const brokenAtMs = new Map<IpFamily, number>();
  const idle: Cycle[] = [];
  let stopped = false;

  const open = (family: IpFamily): EchoSession => {
    const session = createEchoSession(modules, family, random, (error) => {
      log.warn('the ICMP socket broke', { family, reason: error.message });
      sessions.delete(family);
      brokenAtMs.set(family, clock.monotonicMs());
      session.close();
    });
    sessions.set(family, session);
    return session;
  };

  const sessionFor = (family: IpFamily): EchoSession | undefined => {
    const session = sessions.get(family);
    if (session) return session;
    const nowMs = clock.monotonicMs();
    if (nowMs - (brokenAtMs.get(family) ?? -Infinity) < REOPEN_MS) return undefined;
    try {
      return open(family);
    } catch (error) {
      brokenAtMs.set(family, nowMs);
      limited(`open ${family}`, () =>
        log.warn('no ICMP socket; its targets are skipped', { family, reason: reasonOf(error) }),
      );
      return undefined;
    }
  };

  const finish = (cycle: Cycle): void => {
    const { token, replies, refused, minUs, sumUs, maxUs } = cycle;
    idle.push(cycle);
    if (replies > 0)
      listener(token, OUTCOME.ok, minUs, Math.round(sumUs / replies), maxUs, PACKETS_PER_CYCLE - replies);
    else if (refused === PACKETS_PER_CYCLE) listener(token, OUTCOME.skipped, 0, 0, 0, 0);
    else listener(token, OUTCOME.failed, 0, 0, 0, PACKETS_PER_CYCLE);
  };

  /** Called as a method of its cycle. */
  function onEcho(this: Cycle, result: number): void {
    if (stopped) return;
    if (result >= 0) {
      this.replies++;
      this.sumUs += result;
      this.minUs = Math.min(this.minUs, result);
      this.maxUs = Math.max(this.maxUs, result);
    } else if (result === REFUSED) this.refused++;
    if (++this.answered === PACKETS_PER_CYCLE) finish(this);
  }

  const newCycle = (): Cycle => ({
    token: 0,
    target: '',
    source: '',
    answered: 0,
    refused: 0,
    replies: 0,
    sumUs: 0,
    minUs: 0,
    maxUs: 0,
    onEcho,
  });

  open(4);

  return {
    mode: 'raw',
    note: undefined,
    onCycle: (heard) => {
      listener = heard;
    },
    launch: (token, address, timeoutMs) => {
      const session = sessionFor(isIPv6(address) ? 6 : 4);
      if (!session) {
        queueMicrotask(() => {
          if (!stopped) listener(token, OUTCOME.skipped, 0, 0, 0, 0);
        });
        return;
      }
      const cycle = idle.pop() ?? newCycle();
      cycle.token = token;
      if (cycle.target !== address) {
        cycle.target = address;
        cycle.source = canonicalAddress(address);
      }
      cycle.answered = cycle.refused = cycle.replies = cycle.sumUs = cycle.maxUs = 0;
      cycle.minUs = Infinity;
      for (let packet = 0; packet < PACKETS_PER_CYCLE; packet++) session.send(cycle, timeoutMs);
    },
    stop: () => {
      stopped = true;
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
};
