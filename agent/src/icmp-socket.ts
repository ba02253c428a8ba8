import type { IpFamily } from './icmp-packet.js';
import type { RawSocket, RawSocketBinding, RawSocketModule } from './net-ping.js';

/** Asked of the kernel; 1,000 devices answer within the same millisecond. */
const SOCKET_BUFFER_BYTES = 4 * 1024 * 1024;

/** Linux numbers that raw-socket does not name. */
const SOL_SOCKET = 1;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const SO_MEMINFO_BYTES = 36;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const SOL_ICMPV6 = 58;
const ICMPV6_FILTER = 1;

/** ICMP types that tell of our requests: echo reply, unreachable, time exceeded, parameter problem. */
const V4_TYPES = [0, 3, 11, 12];
/** The same and "packet too big". */
const V6_TYPES = [1, 2, 3, 4, 129];

const isLinux = process.platform === 'linux';

const tryOption = (set: () => void): boolean => {
  try {
    set();
    return true;
  } catch {
    return false;
  }
};

/** A set bit blocks a type; in words of the machine's own byte order. */
const filterOf = (types: readonly number[], words: number): Buffer => {
  const filter = new Uint32Array(words).fill(0xffff_ffff);
  for (const type of types) (filter[type >> 5] as number) &= ~(1 << (type & 31));
  return Buffer.from(filter.buffer);
};

/** Options that only help: wide buffers, and a filter so that the kernel drops what can tell nothing of our requests. */
export const tuneSocket = (socket: RawSocket, rawSocket: RawSocketModule, family: IpFamily): void => {
  const { SocketLevel, SocketOption } = rawSocket;
  const widen = (forced: number, plain: number): void => {
    const set = (option: number) => socket.setOption(SocketLevel.SOL_SOCKET, option, SOCKET_BUFFER_BYTES);
    if (!isLinux || !tryOption(() => set(forced))) tryOption(() => set(plain));
  };
  widen(SO_RCVBUFFORCE, SocketOption.SO_RCVBUF);
  widen(SO_SNDBUFFORCE, SocketOption.SO_SNDBUF);
  if (!isLinux) return;
  const filter = family === 6 ? filterOf(V6_TYPES, 8) : filterOf(V4_TYPES, 1);
  const [level, option] = family === 6 ? [SOL_ICMPV6, ICMPV6_FILTER] : [SOL_RAW, ICMP_FILTER];
  tryOption(() => socket.setOption(level, option, filter, filter.length));
};

/**
 * Whether a packet waits, by the memory that the kernel holds for it: cheaper than a read that finds nothing, which
 * throws. Where the system does not tell, the answer is no, and each packet is read in its own event.
 */
export const createPendingTest = (binding: RawSocketBinding): (() => boolean) => {
  const figures = new Uint32Array(SO_MEMINFO_BYTES / 4);
  const bytes = Buffer.from(figures.buffer);
  const ask = (): boolean => {
    binding.getOption(SOL_SOCKET, SO_MEMINFO, bytes, SO_MEMINFO_BYTES);
    return figures[0] !== 0;
  };
  return isLinux && tryOption(ask) ? ask : () => false;
};
