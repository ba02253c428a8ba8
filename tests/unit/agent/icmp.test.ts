import { describe, expect, it } from 'vitest';
import { createEchoPacket, readIcmp } from '../../../agent/src/icmp-packet.js';
import { createIcmpProber, canonicalAddress } from '../../../agent/src/icmp-prober.js';
import { sendFault } from '../../../agent/src/icmp-session.js';
import type { NetPingModules } from '../../../agent/src/net-ping.js';
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
    // It lies in a longer buffer that still holds what was read before.
    const buffer = Buffer.concat([packet, Buffer.alloc(64, 0x45)]);
    const read = readIcmp(buffer, packet.length, family);
    if (answer) expect(read).toMatchObject(answer);
    else expect(read).toBeUndefined();
  });
});

describe('a packet to send', () => {
  /** RFC 1071: over a packet with a right checksum the sum of all words is all ones. */
  const sumOf = (packet: Buffer): number => {
    let sum = 0;
    for (let place = 0; place < packet.length; place += 2) sum += packet.readUInt16BE(place);
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return sum;
  };
  it.each([
    [1, 0],
    [65_535, 0xffff_ffff],
    [0x1234, 0x89ab_cdef],
    [65_534, 0xffff_0001],
  ])('has number %i, nonce %i and a right checksum', (request, nonce) => {
    for (const session of [1, 0xf7ff, 0xfffe]) {
      const packet = createEchoPacket(4, session).write(request, nonce);
      expect(packet[0]).toBe(8);
      expect([4, 6].map((place) => packet.readUInt16BE(place))).toEqual([session, request]);
      expect(packet.readUInt32BE(8)).toBe(nonce);
      expect(sumOf(packet)).toBe(0xffff);
    }
  });

  it('is of its family', () => expect(createEchoPacket(6, 7).write(1, 1)[0]).toBe(128));
});

describe('a packet that the system does not send', () => {
  it.each([
    ['Network is unreachable', 'lost'],
    ['No route to host', 'lost'],
    ['Operation not permitted', 'refused'],
    ['Permission denied', 'refused'],
    ['No buffer space available', 'refused'],
    ['Resource temporarily unavailable', 'refused'],
    ['Invalid argument', 'refused'],
  ])('%s', (message, fault) => {
    expect(sendFault(message)).toBe(fault);
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

/** What a packet left as, and where to. */
interface Sent {
  packet: Buffer;
  address: string;
}

/** raw-socket with the network taken away: packets that are sent are kept, those that come in are the test's. */
const fakeModules = () => {
  const sent: Sent[] = [];
  const waiting: Sent[] = [];
  let onReady: () => void = () => undefined;
  let onError: (error: Error) => void = () => undefined;
  const socket = {
    sent,
    sessionIds: [] as number[],
    closed: 0,
    /** Thrown by the sends from now on. */
    fault: undefined as string | undefined,
    /** Waits in the socket until it is read. */
    arrive: (packet: Buffer, address: string): void => void waiting.push({ packet, address }),
    receive: (packet: Buffer, address: string): void => {
      socket.arrive(packet, address);
      onReady();
    },
    break: (): void => onError(new Error('Network is down')),
    reply: ({ packet }: Sent, address: string, change?: (packet: Buffer) => void): Buffer => {
      const reply = Buffer.from(packet);
      reply[0] = 0;
      change?.(reply);
      socket.receive(v4(reply), address);
      return reply;
    },
  };
  const modules: NetPingModules = {
    netPing: {
      createSession: ({ sessionId }) => {
        socket.sessionIds.push(sessionId);
        return {
          sessionId,
          on: (_event, listener) => {
            onError = listener;
          },
          close: () => {
            socket.closed++;
          },
          socket: {
            setOption: () => undefined,
            wrap: {
              send: (packet, offset, length, address, done) => {
                if (socket.fault !== undefined) throw new Error(socket.fault);
                sent.push({ packet: Buffer.from(packet.subarray(offset, offset + length)), address });
                done(length);
              },
              recv: (buffer, take) => {
                const next = waiting.shift();
                if (!next) throw new Error('Resource temporarily unavailable');
                take(buffer, next.packet.copy(buffer), next.address);
              },
              getOption: (_level, _option, value) => {
                value.fill(0);
                value[0] = waiting.length > 0 ? 1 : 0;
                return value.length;
              },
              removeAllListeners: () => undefined,
              on: (_event, listener) => {
                onReady = listener;
              },
            },
          },
        };
      },
      NetworkProtocol: { IPv4: 1, IPv6: 2 },
    },
    rawSocket: { SocketLevel: { SOL_SOCKET: 1 }, SocketOption: { SO_RCVBUF: 8, SO_SNDBUF: 7 } },
  };
  return { modules, socket };
};

const TARGET = '10.0.0.1';
const TIMEOUT_MS = 500;

const bench = () => {
  const { modules, socket } = fakeModules();
  const silent = (): void => undefined;
  const manual = createManualClock();
  let stoodStillMs = 0;
  const clock = {
    ...manual,
    monotonicMs: () => manual.monotonicMs() + stoodStillMs,
    /** Time goes by and no timer fires, as for a process that is stopped. */
    jump: (ms: number): void => void (stoodStillMs += ms),
  };
  const log = { info: silent, warn: silent, error: silent };
  const prober = createIcmpProber({ modules, clock, random: Math.random, log });
  const results: number[][] = [];
  prober.onCycle((...result) => results.push(result));
  /** The three packets of a new cycle. */
  const launch = (token: number, address = TARGET): [Sent, Sent, Sent] => {
    const before = socket.sent.length;
    prober.launch(token, address, TIMEOUT_MS);
    return socket.sent.slice(before) as [Sent, Sent, Sent];
  };
  return { prober, socket, clock, results, launch };
};

describe('a cycle', () => {
  const cycle = () => {
    const made = bench();
    const [first, second, third] = made.launch(1);
    return { ...made, first, second, third };
  };
  /** What a router sends back of a packet: `bytes` of its ICMP part behind its IP header. */
  const unreachable = ({ packet, address }: Sent, bytes: number): Buffer => {
    const inner = v4(packet.subarray(0, bytes));
    address.split('.').forEach((part, place) => (inner[16 + place] = Number(part)));
    return v4(icmp(3, 0, 0, inner));
  };

  it('is three packets at once under a chance session id', () => {
    const { socket } = cycle();
    const [session = 0] = socket.sessionIds;
    expect(session).toBeGreaterThan(0);
    expect(session).toBeLessThan(65_535);
    expect(socket.sent.map(({ address }) => address)).toEqual([TARGET, TARGET, TARGET]);
    expect(socket.sent.map(({ packet }) => packet.readUInt16BE(4))).toEqual([session, session, session]);
    expect(new Set(socket.sent.map(({ packet }) => packet.readUInt16BE(6))).size).toBe(3);
  });

  it('tells least, mean and most of its round trips as soon as the last is there', () => {
    const { socket, clock, results, first, second, third } = cycle();
    [second, first, third].forEach((packet) => {
      clock.advance(10);
      socket.reply(packet, TARGET);
    });
    expect(results).toEqual([[1, 0, 10_000, 20_000, 30_000, 0]]);
  });

  it('is good when one packet comes back; the others are its loss', () => {
    const { socket, clock, results, second } = cycle();
    clock.advance(7);
    socket.reply(second, TARGET);
    expect(results).toEqual([]);
    clock.advance(TIMEOUT_MS);
    expect(results).toEqual([[1, 0, 7_000, 7_000, 7_000, 2]]);
  });

  it('fails when nothing came back within its timeout, and not before', () => {
    const { clock, results } = cycle();
    clock.advance(TIMEOUT_MS - 1);
    expect(results).toEqual([]);
    clock.advance(25);
    expect(results).toEqual([[1, 1, 0, 0, 0, 3]]);
  });

  it.each([
    // what the system says at each send, and what becomes of the cycle
    { fault: 'No route to host', result: [1, 1, 0, 0, 0, 3] },
    { fault: 'Operation not permitted', result: [1, 2, 0, 0, 0, 0] },
  ])('that cannot be sent ($fault) ends at once', ({ fault, result }) => {
    const { socket, results, launch } = bench();
    socket.fault = fault;
    launch(1);
    expect(results).toEqual([result]);
  });

  it('takes no reply from another address, with another nonce, or twice', () => {
    const { socket, clock, results, first } = cycle();
    socket.reply(first, '10.0.0.2');
    socket.reply(first, TARGET, (packet) => packet.writeUInt32BE((packet.readUInt32BE(8) ^ 1) >>> 0, 8));
    clock.advance(1);
    socket.reply(first, TARGET);
    socket.reply(first, TARGET);
    clock.advance(TIMEOUT_MS + 25);
    expect(results).toEqual([[1, 0, 1_000, 1_000, 1_000, 2]]);
  });

  it.each([
    { name: 'the whole packet', bytes: 32 },
    { name: 'eight bytes of it', bytes: 8 },
  ])('ends early where a router sends back $name as undeliverable', ({ bytes }) => {
    const { socket, results, first, second, third } = cycle();
    for (const packet of [first, second, third]) socket.receive(unreachable(packet, bytes), '10.9.9.9');
    expect(results).toEqual([[1, 1, 0, 0, 0, 3]]);
  });

  it.each([
    { name: 'the whole packet', bytes: 32 },
    { name: 'eight bytes of it', bytes: 8 },
  ])('is not ended by a late error about the cycle before, with $name', ({ bytes }) => {
    const { socket, clock, results, launch, ...before } = cycle();
    clock.advance(TIMEOUT_MS + 25);
    const now = launch(2, '10.0.0.7');
    expect(now[0].packet.readUInt16BE(6)).toBe(before.first.packet.readUInt16BE(6));
    for (const packet of [before.first, before.second, before.third])
      socket.receive(unreachable(packet, bytes), '10.9.9.9');
    expect(results.length).toBe(1);
    for (const packet of now) socket.reply(packet, '10.0.0.7');
    expect(results[1]?.slice(0, 2)).toEqual([2, 0]);
  });

  it('takes a late reply to the cycle before for none of its own', () => {
    const { socket, clock, results, launch, first } = cycle();
    clock.advance(TIMEOUT_MS + 25);
    launch(2);
    socket.reply(first, TARGET);
    clock.advance(TIMEOUT_MS + 25);
    expect(results.map(([token, outcome]) => [token, outcome])).toEqual([
      [1, 1],
      [2, 1],
    ]);
  });

  it('reads what waits before it gives up: a busy agent does not call a device dead', () => {
    const { socket, clock, results, first } = cycle();
    const reply = Buffer.from(first.packet);
    reply[0] = 0;
    socket.arrive(v4(reply), TARGET);
    clock.advance(TIMEOUT_MS + 25);
    expect(results).toEqual([[1, 0, TIMEOUT_MS * 1_000, TIMEOUT_MS * 1_000, TIMEOUT_MS * 1_000, 2]]);
  });

  it('tells nothing any more after the stop', () => {
    const { prober, clock, results, socket } = cycle();
    prober.stop();
    clock.advance(10_000);
    expect(results).toEqual([]);
    expect(socket.closed).toBe(1);
  });

  it('is skipped where the socket breaks under it; a second later there is another socket', () => {
    const { socket, clock, results, launch } = cycle();
    socket.break();
    expect(results).toEqual([[1, 2, 0, 0, 0, 0]]);
    launch(2);
    expect(results[1]).toEqual([2, 2, 0, 0, 0, 0]);
    clock.advance(1_000);
    for (const packet of launch(3)) socket.reply(packet, TARGET);
    expect(results[2]?.slice(0, 2)).toEqual([3, 0]);
    expect(new Set(socket.sessionIds).size).toBe(2);
  });
});

describe('many cycles', () => {
  it('are told apart, more than there are request numbers', () => {
    const { socket, clock, results, launch } = bench();
    const answered = new Set<number>();
    for (let token = 0; token < 30_000; token++) {
      const packets = launch(token, `10.1.${token >> 8}.${token & 255}`);
      if (token % 3 === 0) for (const packet of packets) socket.reply(packet, packet.address);
      if (token % 100 === 0) clock.advance(10);
    }
    clock.advance(TIMEOUT_MS + 25);
    for (const [token = -1, outcome = -1] of results) {
      expect(answered.has(token)).toBe(false);
      answered.add(token);
      if (outcome !== (token % 3 === 0 ? 0 : 1)) throw new Error(`cycle ${token} ended as ${outcome}`);
    }
    expect(answered.size).toBe(30_000);
  });

  it('are skipped where all request numbers are in flight', () => {
    const { results, launch } = bench();
    for (let token = 0; token < 21_845; token++) launch(token);
    expect(results).toEqual([]);
    launch(30_000);
    expect(results).toEqual([[30_000, 2, 0, 0, 0, 0]]);
  });

  it('of all timeouts end in time, also after the process stood still', () => {
    const { prober, clock, results } = bench();
    for (const timeoutMs of [10_000, 50, 2_000, 500, 50]) prober.launch(timeoutMs, TARGET, timeoutMs);
    clock.advance(75);
    expect(results.map(([token]) => token)).toEqual([50, 50]);
    clock.jump(60_000);
    prober.launch(1, TARGET, 10_000);
    clock.advance(1);
    expect(results.map(([token]) => token).slice(2)).toEqual([500, 2_000, 10_000]);
    clock.advance(10_025);
    expect(results.at(-1)?.slice(0, 2)).toEqual([1, 1]);
    expect(results.length).toBe(6);
  });
});
