import { describe, expect, it } from 'vitest';
import { readIcmp } from '../../../agent/src/icmp-packet.js';
import { createIcmpProber, canonicalAddress } from '../../../agent/src/icmp-prober.js';
import { LOST, REFUSED, resultOfError } from '../../../agent/src/icmp-session.js';
import type { EchoRequest, NetPingModules, NetPingSession } from '../../../agent/src/net-ping.js';
import { createManualClock } from '../../support/manual-clock.js';

const v4 = (icmp: Buffer): Buffer<ArrayBuffer> => {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  return Buffer.concat([header, icmp]);
};
const icmp = (
  type: number,
  session: number,
  request: number,
  payload: Buffer = Buffer.alloc(4),
): Buffer<ArrayBuffer> => {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt16BE(session, 4);
  header.writeUInt16BE(request, 6);
  return Buffer.concat([header, payload]);
};
const v6Header = (protocol: number): Buffer => {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = protocol;
  return header;
};

describe('reading a packet', () => {
  const reply = { kind: 'reply', session: 7, request: 9 };
  const unreachable = { kind: 'unreachable', session: 7, request: 9 };
  it.each([
    { name: 'an IPv4 reply', family: 4, packet: v4(icmp(0, 7, 9)), answer: reply },
    { name: 'an IPv6 reply', family: 6, packet: icmp(129, 7, 9), answer: reply },
    { name: 'our own request on loopback', family: 4, packet: v4(icmp(8, 7, 9)), answer: undefined },
    { name: 'our own IPv6 request', family: 6, packet: icmp(128, 7, 9), answer: undefined },
    {
      name: 'host unreachable',
      family: 4,
      packet: v4(icmp(3, 0, 0, v4(icmp(8, 7, 9))).subarray(0)),
      answer: unreachable,
    },
    { name: 'time exceeded', family: 4, packet: v4(icmp(11, 0, 0, v4(icmp(8, 7, 9)))), answer: unreachable },
    {
      name: 'a redirect: no failure',
      family: 4,
      packet: v4(icmp(5, 0, 0, v4(icmp(8, 7, 9)))),
      answer: undefined,
    },
    { name: 'source quench', family: 4, packet: v4(icmp(4, 0, 0, v4(icmp(8, 7, 9)))), answer: undefined },
    {
      name: 'IPv6 unreachable',
      family: 6,
      packet: icmp(1, 0, 0, Buffer.concat([v6Header(58), icmp(128, 7, 9)])),
      answer: unreachable,
    },
    {
      name: 'IPv6 unreachable of another protocol',
      family: 6,
      packet: icmp(1, 0, 0, Buffer.concat([v6Header(17), icmp(128, 7, 9)])),
      answer: undefined,
    },
    { name: 'an IPv6 redirect', family: 6, packet: icmp(137, 7, 9), answer: undefined },
    { name: 'a stub', family: 4, packet: v4(icmp(0, 7, 9)).subarray(0, 24), answer: undefined },
    { name: 'nothing', family: 6, packet: Buffer.alloc(0), answer: undefined },
    { name: 'another version', family: 4, packet: Buffer.alloc(64, 0x60), answer: undefined },
  ] as const)('$name', ({ family, packet, answer }) => {
    const read = readIcmp(packet, family);
    if (answer) expect(read).toMatchObject(answer);
    else expect(read).toBeUndefined();
  });
});

describe('a packet that could not be sent or was not answered', () => {
  it.each([
    ['Request timed out', LOST],
    ['Network is unreachable', LOST],
    ['No route to host', LOST],
    ['Operation not permitted', REFUSED],
    ['Permission denied', REFUSED],
    ['No buffer space available', REFUSED],
    ['Resource temporarily unavailable', REFUSED],
    ['Invalid argument', REFUSED],
    ['Socket forcibly closed', REFUSED],
  ])('%s', (message, result) => {
    expect(resultOfError(new Error(message))).toBe(result);
  });
});

describe('addresses as replies name them', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['FE80::00a1%eth0', 'fe80::a1'],
    ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ])('%s', (address, canonical) => {
    expect(canonicalAddress(address)).toBe(canonical);
  });
});

interface FakeSocket {
  requests: EchoRequest[];
  /** Delivers a packet as if it came from `source`. */
  receive(packet: Buffer, source: string): void;
  options: { retries: number; sessionId: number };
  reply(request: EchoRequest, source: string, change?: (packet: Buffer) => void): void;
}

/** net-ping's session with the network taken away: requests are kept, packets come from the test. */
const fakeModules = (): { modules: NetPingModules; socket: FakeSocket } => {
  let onMessage: (packet: Buffer, source: string) => void = () => undefined;
  let nextId = 0;
  const socket: FakeSocket = {
    requests: [],
    receive: (packet, source) => onMessage(packet, source),
    options: { retries: -1, sessionId: -1 },
    reply: (request, source, change) => {
      const packet = Buffer.from(session.toBuffer(request));
      packet[0] = 0;
      change?.(packet);
      onMessage(v4(packet), source);
    },
  };
  const session: NetPingSession = {
    reqs: {},
    sessionId: 0,
    socket: {
      on: (_event, listener) => {
        onMessage = listener;
      },
      removeAllListeners: () => undefined,
      setOption: () => undefined,
    },
    toBuffer: () => Buffer.alloc(0),
    onBeforeSocketSend: () => undefined,
    _generateId: () => ++nextId,
    reqQueue: (request) => {
      session.reqs[request.id] = request;
      socket.requests.push(request);
      session.onBeforeSocketSend(request);
    },
    reqRemove: (id) => {
      const request = session.reqs[id];
      delete session.reqs[id];
      return request;
    },
    on: () => undefined,
    close: () => undefined,
  };
  const modules: NetPingModules = {
    netPing: {
      createSession: (options) => {
        socket.options = options;
        session.sessionId = options.sessionId;
        return session;
      },
      NetworkProtocol: { IPv4: 1, IPv6: 2 },
    },
    rawSocket: {
      createChecksum: () => 0,
      writeChecksum: (packet) => packet,
      SocketLevel: { SOL_SOCKET: 1 },
      SocketOption: { SO_RCVBUF: 8, SO_SNDBUF: 7 },
    },
  };
  return { modules, socket };
};

describe('a cycle', () => {
  const TARGET = '10.0.0.1';
  const cycle = () => {
    const { modules, socket } = fakeModules();
    const silent = (): void => undefined;
    const prober = createIcmpProber({
      modules,
      clock: createManualClock(),
      random: Math.random,
      log: { info: silent, warn: silent, error: silent },
    });
    const results: number[][] = [];
    prober.onCycle((...result) => results.push(result));
    prober.launch(1, TARGET, 500);
    const [first, second, third] = socket.requests as [EchoRequest, EchoRequest, EchoRequest];
    return { prober, socket, results, first, second, third };
  };
  const timedOut = (request: EchoRequest): void => request.callback(new Error('Request timed out'));

  it('is three packets at once, without retries, under a chance session id', () => {
    const { socket } = cycle();
    expect(socket.requests.map(({ retries, timeout, target }) => ({ retries, timeout, target }))).toEqual(
      Array.from({ length: 3 }, () => ({ retries: 0, timeout: 500, target: TARGET })),
    );
    expect(socket.options.retries).toBe(0);
    expect(socket.options.sessionId).toBeGreaterThan(0);
    expect(socket.options.sessionId).toBeLessThan(65_535);
  });

  it('is good when one packet comes back; the others are its loss', () => {
    const { socket, results, first, second, third } = cycle();
    timedOut(first);
    socket.reply(second, TARGET);
    expect(results).toEqual([]);
    timedOut(third);
    const [[token, outcome, min, avg, max, lost] = []] = results;
    expect([token, outcome, lost]).toEqual([1, 0, 2]);
    expect(min).toBeGreaterThan(0);
    expect(avg).toBe(min);
    expect(max).toBe(min);
  });

  it('fails when all are lost or refused on the way', () => {
    const { results, first, second, third } = cycle();
    timedOut(first);
    second.callback(new Error('No route to host'));
    timedOut(third);
    expect(results).toEqual([[1, 1, 0, 0, 0, 3]]);
  });

  it('is skipped when this host let none of them out', () => {
    const { results, first, second, third } = cycle();
    for (const request of [first, second, third]) request.callback(new Error('Operation not permitted'));
    expect(results).toEqual([[1, 2, 0, 0, 0, 0]]);
  });

  it('takes no reply from another address, with another nonce, or twice', () => {
    const { socket, results, first, second, third } = cycle();
    socket.reply(first, '10.0.0.2');
    socket.reply(first, TARGET, (packet) => packet.writeUInt32BE((packet.readUInt32BE(8) ^ 1) >>> 0, 8));
    expect(results).toEqual([]);
    socket.reply(first, TARGET);
    socket.reply(first, TARGET);
    timedOut(second);
    timedOut(third);
    expect(results.length).toBe(1);
    expect(results[0]?.[5]).toBe(2);
  });

  it('ends early where a router says that the target cannot be reached', () => {
    const { socket, results, first, second, third } = cycle();
    for (const request of [first, second, third])
      socket.receive(v4(icmp(3, 0, 0, v4(icmp(8, socket.options.sessionId, request.id)))), '10.9.9.9');
    expect(results).toEqual([[1, 1, 0, 0, 0, 3]]);
  });

  it('tells nothing any more after the stop', () => {
    const { prober, results, first, second, third } = cycle();
    prober.stop();
    for (const request of [first, second, third]) request.callback(new Error('Socket closed'));
    expect(results).toEqual([]);
  });
});
