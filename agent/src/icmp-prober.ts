import { SocketAddress, isIPv6 } from 'node:net';
import { OUTCOME } from '@siaga/shared';
import type { Clock } from './clock.js';
import type { IpFamily } from './icmp-packet.js';
import { createEchoSession, type EchoSession } from './icmp-session.js';
import { createLimiter, reasonOf, type Log } from './log.js';
import type { NetPingModules } from './net-ping.js';
import type { CycleListener, Prober } from './prober.js';

/** A session that broke is opened again no sooner than this. */
const REOPEN_MS = 1_000;
/** IPv6 addresses whose canonical form is remembered; as many as a configuration may have checks. */
const MAX_SOURCES = 20_000;

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

/**
 * ICMP over raw sockets: one session an address family for all devices.
 * @throws Error where raw sockets are not permitted.
 */
export const createIcmpProber = ({ modules, clock, random, log }: IcmpProberDeps): Prober => {
  let listener: CycleListener = () => undefined;
  const limited = createLimiter(clock, 60_000);
  const sessions = new Map<IpFamily, EchoSession>();
  const brokenAtMs = new Map<IpFamily, number>();
  const sources = new Map<string, string>();
  let stopped = false;

  const open = (family: IpFamily): EchoSession => {
    const session = createEchoSession({
      modules,
      family,
      clock,
      random,
      onCycle: (token, outcome, minUs, avgUs, maxUs, lost) => {
        if (!stopped) listener(token, outcome, minUs, avgUs, maxUs, lost);
      },
      onFault: (error) => {
        if (sessions.get(family) !== session) return;
        log.warn('the ICMP socket broke', { family, reason: error.message });
        sessions.delete(family);
        brokenAtMs.set(family, clock.monotonicMs());
        session.close();
      },
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

  /** Finding out the canonical form costs more than a probe, so it is kept. */
  const sourceOf = (address: string): string => {
    let source = sources.get(address);
    if (source === undefined) {
      if (sources.size >= MAX_SOURCES) sources.clear();
      source = canonicalAddress(address);
      sources.set(address, source);
    }
    return source;
  };

  open(4);

  return {
    mode: 'raw',
    note: undefined,
    onCycle: (heard) => {
      listener = heard;
    },
    launch: (token, address, timeoutMs) => {
      const family = address.includes(':') ? 6 : 4;
      const session = sessionFor(family);
      if (session) session.launch(token, address, family === 6 ? sourceOf(address) : address, timeoutMs);
      else if (!stopped) listener(token, OUTCOME.skipped, 0, 0, 0, 0);
    },
    stop: () => {
      stopped = true;
      for (const session of sessions.values()) session.close();
      sessions.clear();
    },
  };
};
