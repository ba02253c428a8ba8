import { OUTCOME, PACKETS_PER_CYCLE } from '@siaga/shared';
import type { Clock } from './clock.js';
import {
  createEchoPacket,
  readIcmp,
  readV4Destination,
  type IcmpAnswer,
  type IpFamily,
} from './icmp-packet.js';
import { createPendingTest, tuneSocket } from './icmp-socket.js';
import type { NetPingModules } from './net-ping.js';
import type { CycleListener } from './prober.js';
import { createTimeoutWheel, type Expiring } from './timeout-wheel.js';

const TTL = 128;
/** Longest timeout that a configuration may ask for. */
const MAX_TIMEOUT_MS = 10_000;
/** Three request numbers a cycle, 1 to 65,535. */
const MAX_CYCLES = Math.floor(65_535 / PACKETS_PER_CYCLE);
/** Packets read in one go; a flood must not keep the rest of the agent from its work. */
const READ_AT_ONCE = 256;
/** Our replies have 52 bytes; an error brings a little more of the packet it is about. */
const READ_BYTES = 512;
const NONCE_BYTES = 4;

/** What the system says of a local fault that tells nothing about the target. */
const LOCAL_FAULT =
  /not permitted|permission denied|no buffer space|temporarily unavailable|cannot allocate|socket|invalid|family|assign requested/i;
const NOTHING_THERE = /temporarily unavailable|would block/i;

/** How a packet that could not be sent ends: unreachable networks and hosts count as lost, our own faults do not. */
export const sendFault = (message: string): 'lost' | 'refused' =>
  LOCAL_FAULT.test(message) ? 'refused' : 'lost';

/** Three packets to one target. Kept for the next cycle once it is answered: a steady agent allocates none. */
interface Cycle extends Expiring {
  /** Its packets bear the numbers first, first + 1 and first + 2. */
  readonly first: number;
  token: number;
  /** The canonical address that replies must come from. */
  source: string;
  /** Chance number that each reply must bring back; another one each time, so that no late reply fits. */
  nonce: number;
  timeoutMs: number;
  /** Moments of the real sends, ms. */
  readonly sentMs: Float64Array;
  /** A bit for each packet whose end is not known. */
  open: number;
  refused: number;
  replies: number;
  sumUs: number;
  minUs: number;
  maxUs: number;
}

export interface EchoSessionDeps {
  modules: NetPingModules;
  family: IpFamily;
  clock: Clock;
  random: () => number;
  onCycle: CycleListener;
  /** The socket broke; the session is of no use any more. */
  onFault: (error: Error) => void;
}

export interface EchoSession {
  /**
   * Sends three echo requests in one go. Answered once through `onCycle`, within this call where the replies are there
   * already or nothing could be sent. `source` is the target as replies name it.
   */
  launch(token: number, target: string, source: string, timeoutMs: number): void;
  /** What is in flight is answered as skipped. */
  close(): void;
}

/**
 * All targets of an address family over one raw socket of net-ping's. Requests do not pass through net-ping: a packet
 * goes out with one system call, all that waits is read in one go, and a cycle costs no timer and no object.
 * @throws Error where raw sockets are not permitted or the family is not there.
 */
export const createEchoSession = (deps: EchoSessionDeps): EchoSession => {
  const { modules, family, clock, random, onCycle, onFault } = deps;
  const { netPing } = modules;
  const session = netPing.createSession({
    networkProtocol: family === 6 ? netPing.NetworkProtocol.IPv6 : netPing.NetworkProtocol.IPv4,
    // Never the process id (net-ping's choice): two sessions would read each other's replies.
    sessionId: 1 + Math.floor(random() * 65_534),
    ttl: TTL,
  });
  tuneSocket(session.socket, modules.rawSocket, family);
  const { wrap } = session.socket;
  const isPending = createPendingTest(wrap);
  const packet = createEchoPacket(family, session.sessionId);
  const received = Buffer.alloc(READ_BYTES);
  const cycles: Cycle[] = [];
  const idle: Cycle[] = [];
  let inFlight = 0;
  /** When it was known that the packet that is read now is there. */
  let receivedMs = 0;
  let closed = false;

  const newCycle = (): Cycle | undefined => {
    if (cycles.length >= MAX_CYCLES) return undefined;
    const cycle: Cycle = {
      first: 1 + cycles.length * PACKETS_PER_CYCLE,
      deadlineMs: Infinity,
      token: 0,
      source: '',
      nonce: 0,
      timeoutMs: 0,
      sentMs: new Float64Array(PACKETS_PER_CYCLE),
      open: 0,
      refused: 0,
      replies: 0,
      sumUs: 0,
      minUs: 0,
      maxUs: 0,
    };
    cycles.push(cycle);
    return cycle;
  };

  const finish = (cycle: Cycle): void => {
    const { token, replies, refused, minUs, sumUs, maxUs } = cycle;
    cycle.open = 0;
    cycle.deadlineMs = Infinity;
    inFlight--;
    idle.push(cycle);
    if (replies > 0)
      onCycle(token, OUTCOME.ok, minUs, Math.round(sumUs / replies), maxUs, PACKETS_PER_CYCLE - replies);
    else if (refused === PACKETS_PER_CYCLE) onCycle(token, OUTCOME.skipped, 0, 0, 0, 0);
    else onCycle(token, OUTCOME.failed, 0, 0, 0, PACKETS_PER_CYCLE);
  };

  const settle = (cycle: Cycle, bit: number): void => {
    cycle.open &= ~bit;
    if (cycle.open === 0) finish(cycle);
  };

  const isOfCycle = (cycle: Cycle, answer: IcmpAnswer, bytes: number, source: string): boolean => {
    const { kind, payloadOffset, innerOffset } = answer;
    const hasNonce = bytes >= payloadOffset + NONCE_BYTES;
    if (hasNonce && received.readUInt32BE(payloadOffset) !== cycle.nonce) return false;
    if (kind === 'reply') return hasNonce && source === cycle.source;
    // Old routers bring back eight bytes of a packet, and may be slow: the number may be another cycle's by now.
    return hasNonce || (family === 4 && readV4Destination(received, innerOffset) === cycle.source);
  };

  /** A packet that was read: a reply, whole and from its target, or a router that tells it cannot be delivered. */
  const take = (_buffer: Buffer, bytes: number, source: string): void => {
    const answer = readIcmp(received, bytes, family);
    if (!answer || answer.session !== session.sessionId) return;
    const place = answer.request - 1;
    const cycle = cycles[Math.floor(place / PACKETS_PER_CYCLE)];
    if (!cycle) return;
    const index = place % PACKETS_PER_CYCLE;
    const bit = 1 << index;
    if ((cycle.open & bit) === 0 || !isOfCycle(cycle, answer, bytes, source)) return;
    if (answer.kind === 'unreachable') return settle(cycle, bit);
    // A reply that was read late (the process stood still) took no longer than it may.
    const rttMs = Math.min(receivedMs - (cycle.sentMs[index] as number), cycle.timeoutMs);
    const rttUs = Math.max(1, Math.round(rttMs * 1000));
    cycle.replies++;
    cycle.sumUs += rttUs;
    cycle.minUs = Math.min(cycle.minUs, rttUs);
    cycle.maxUs = Math.max(cycle.maxUs, rttUs);
    settle(cycle, bit);
  };

  /** Reads what waits, or the first of it where nothing of ours is in flight; `sure` where the system said that it does. */
  const drain = (sure: boolean): void => {
    try {
      receivedMs = clock.monotonicMs();
      for (let packets = 0; packets < READ_AT_ONCE && !closed; packets++) {
        if (!(sure && packets === 0)) {
          if (inFlight === 0 || !isPending()) return;
          receivedMs = clock.monotonicMs();
        }
        wrap.recv(received, take);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      if (!NOTHING_THERE.test(error.message)) onFault(error);
    }
  };

  const wheel = createTimeoutWheel<Cycle>(clock, MAX_TIMEOUT_MS, () => drain(false), finish);

  const nothing = (): void => undefined;
  const send = (cycle: Cycle, index: number, target: string): void => {
    const bytes = packet.write(cycle.first + index, cycle.nonce);
    cycle.sentMs[index] = clock.monotonicMs();
    try {
      wrap.send(bytes, 0, bytes.length, target, nothing);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      cycle.open &= ~(1 << index);
      if (sendFault(error.message) === 'refused') cycle.refused++;
    }
  };

  wrap.removeAllListeners('recvReady');
  wrap.on('recvReady', () => drain(true));
  session.on('error', onFault);

  return {
    launch: (token, target, source, timeoutMs) => {
      const cycle = idle.pop() ?? newCycle();
      if (!cycle) return onCycle(token, OUTCOME.skipped, 0, 0, 0, 0);
      inFlight++;
      cycle.token = token;
      cycle.source = source;
      cycle.nonce = Math.floor(random() * 2 ** 32);
      cycle.timeoutMs = timeoutMs;
      cycle.refused = cycle.replies = cycle.sumUs = cycle.maxUs = 0;
      cycle.minUs = Infinity;
      cycle.open = 2 ** PACKETS_PER_CYCLE - 1;
      for (let index = 0; index < PACKETS_PER_CYCLE; index++) send(cycle, index, target);
      if (cycle.open === 0) return finish(cycle);
      cycle.deadlineMs = (cycle.sentMs[PACKETS_PER_CYCLE - 1] as number) + timeoutMs;
      wheel.watch(cycle);
      // The next cycle's sends would make these replies look slower than they were.
      drain(false);
    },
    close: () => {
      closed = true;
      wheel.stop();
      session.close();
      for (const cycle of cycles) {
        if (cycle.open === 0) continue;
        for (let index = 0; index < PACKETS_PER_CYCLE; index++)
          if ((cycle.open & (1 << index)) !== 0) cycle.refused++;
        finish(cycle);
      }
    },
  };
};
