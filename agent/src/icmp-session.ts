import { readIcmp, type IpFamily } from './icmp-packet.js';
import type { EchoRequest, NetPingModules, NetPingSession } from './net-ping.js';

/** ICMP header, then the nonce; a lean packet, since a satellite line pays for each. */
const PACKET_BYTES = 32;
const NONCE_OFFSET = 8;
const TTL = 128;
/** Asked of the kernel; 1,000 devices answer within the same millisecond. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;
/** Linux numbers that raw-socket does not name. */
const SO_RCVBUFFORCE = 33;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
/** Lets through echo reply, unreachable, time exceeded and parameter problem only (a set bit blocks). */
const V4_FILTER = ~((1 << 0) | (1 << 3) | (1 << 11) | (1 << 12)) >>> 0;

/** What becomes of a packet: its round trip in µs, LOST, or REFUSED by this very host. */
export type EchoResult = number;
export const LOST: EchoResult = -1;
export const REFUSED: EchoResult = -2;

/** Whose packet it is; one for a cycle of three, so that a packet costs no closure. */
export interface EchoOwner {
  /** Address to send to (it may name a zone), and the canonical one that replies must come from. */
  target: string;
  source: string;
  onEcho(result: EchoResult): void;
}

/** One packet; net-ping keeps it by its id while it is in flight. */
interface Echo extends EchoRequest {
  owner: EchoOwner;
  /** Chance number that the reply must bring back. */
  nonce: number;
  /** Moment of the real send, ms; NaN before. */
  sentMs: number;
}

export interface EchoSession {
  /** Sends one echo request; the owner hears of it exactly once, unless the session is closed. */
  send(owner: EchoOwner, timeoutMs: number): void;
  close(): void;
}

/** The system's word for a local fault that says nothing about the target. */
const LOCAL_FAULT =
  /not permitted|permission denied|no buffer space|temporarily unavailable|cannot allocate|socket|invalid|family|assign requested/i;

/** How a packet without a reply ended: unreachable networks and hosts count as lost, our own faults do not. */
export const resultOfError = (error: Error): EchoResult => (LOCAL_FAULT.test(error.message) ? REFUSED : LOST);

const tryOption = (set: () => void): boolean => {
  try {
    set();
    return true;
  } catch {
    return false;
  }
};

/** net-ping calls it as a method of the request: timed out, refused by the system, or the session was closed. */
function onEnd(this: EchoRequest, error: Error | null): void {
  (this as Echo).owner.onEcho(error ? resultOfError(error) : LOST);
}

/** Options that only help: a wide buffer, and a filter so that the kernel drops what is not for us. */
const tune = (session: NetPingSession, { rawSocket }: NetPingModules, family: IpFamily): void => {
  const { SocketLevel, SocketOption } = rawSocket;
  const { socket } = session;
  const linux = process.platform === 'linux';
  const forced =
    linux && tryOption(() => socket.setOption(SocketLevel.SOL_SOCKET, SO_RCVBUFFORCE, SOCKET_BUFFER_BYTES));
  if (!forced)
    tryOption(() => socket.setOption(SocketLevel.SOL_SOCKET, SocketOption.SO_RCVBUF, SOCKET_BUFFER_BYTES));
  tryOption(() => socket.setOption(SocketLevel.SOL_SOCKET, SocketOption.SO_SNDBUF, SOCKET_BUFFER_BYTES));
  if (linux && family === 4) tryOption(() => socket.setOption(SOL_RAW, ICMP_FILTER, V4_FILTER));
};

/**
 * One net-ping session for all targets of an address family. Numbers, queue and time-outs are net-ping's; the stamps
 * (its own are whole milliseconds), the nonce and the match of a reply to its source are ours.
 * @throws Error where raw sockets are not permitted or the family is not there.
 */
export const createEchoSession = (
  modules: NetPingModules,
  family: IpFamily,
  random: () => number,
  onFault: (error: Error) => void,
): EchoSession => {
  const { netPing, rawSocket } = modules;
  const session = netPing.createSession({
    networkProtocol: family === 6 ? netPing.NetworkProtocol.IPv6 : netPing.NetworkProtocol.IPv4,
    packetSize: PACKET_BYTES,
    retries: 0,
    // Never the process id (net-ping's choice): two sessions would read each other's replies.
    sessionId: 1 + Math.floor(random() * 65_534),
    ttl: TTL,
  });
  tune(session, modules, family);

  session.toBuffer = (request) => {
    const packet = Buffer.alloc(PACKET_BYTES);
    packet[0] = family === 6 ? 128 : 8;
    packet.writeUInt16BE(session.sessionId, 4);
    packet.writeUInt16BE(request.id, 6);
    packet.writeUInt32BE((request as Echo).nonce, NONCE_OFFSET);
    return rawSocket.writeChecksum(packet, 2, rawSocket.createChecksum(packet));
  };
  session.onBeforeSocketSend = (request) => {
    (request as Echo).sentMs = performance.now();
  };

  session.socket.removeAllListeners('message');
  session.socket.on('message', (packet, source) => {
    const receivedMs = performance.now();
    const answer = readIcmp(packet, family);
    if (!answer || answer.session !== session.sessionId) return;
    const echo = session.reqs[answer.request] as Echo | undefined;
    if (!echo) return;
    if (answer.kind === 'unreachable') {
      session.reqRemove(echo.id);
      echo.owner.onEcho(LOST);
      return;
    }
    const { payloadOffset } = answer;
    if (source !== echo.owner.source || packet.length < payloadOffset + 4) return;
    if (packet.readUInt32BE(payloadOffset) !== echo.nonce) return;
    session.reqRemove(echo.id);
    echo.owner.onEcho(Math.max(1, Math.round((receivedMs - echo.sentMs) * 1000)));
  });
  session.on('error', onFault);

  return {
    send: (owner, timeoutMs) => {
      const id = session._generateId();
      if (id === undefined) {
        owner.onEcho(REFUSED);
        return;
      }
      const echo: Echo = {
        id,
        retries: 0,
        timeout: timeoutMs,
        target: owner.target,
        owner,
        nonce: Math.floor(random() * 2 ** 32),
        sentMs: NaN,
        callback: onEnd,
      };
      session.reqQueue(echo);
    },
    close: () => session.close(),
  };
};
