import { execFileSync, spawn } from 'node:child_process';
import { createPendingTest } from '../../../agent/src/icmp-socket.js';
import { loadNetPing } from '../../../agent/src/net-ping.js';

/**
 * A line whose far end answers late: on loopback a reply is there before the send returns, which hides how late it is
 * read. This kernel has no netem, so a process in a network namespace of its own answers instead of the kernel, each
 * address after a time of its own from 1 to 9.1 ms, kept to the microsecond by looking at the clock all the time.
 */
const ROLE = 'SIAGA_BENCH_FAR_END';
const NEAR = '198.18.0.1/24';
const FAR = '198.18.0.2/24';
const TARGETS = '10.51.0.0/16';

/** Address of target `number`, from 0 to 65,000, behind the late line. */
export const lateAddress = (number: number): string => `10.51.${number >> 8}.${number & 255}`;

/** Targets of one group answer after the same time. */
export const lateGroup = (address: string): string => address.slice(-1);

const delayMs = (lastByte: number): number => 1 + (lastByte % 10) * 0.9;

const IPPROTO_IP = 0;
const IP_HDRINCL = 3;
const SOL_RAW = 255;
const ICMP_FILTER = 1;
const ECHO_REQUEST = 8;
const SOURCE = 12;
const DESTINATION = 16;

/** Turns an echo request, IP header included, into its reply. */
const turn = (packet: Buffer): void => {
  const source = packet.readUInt32BE(SOURCE);
  packet.writeUInt32BE(packet.readUInt32BE(DESTINATION), SOURCE);
  packet.writeUInt32BE(source, DESTINATION);
  const icmp = ((packet[0] as number) & 15) * 4;
  packet[icmp] = 0;
  // RFC 1624: what the type lost, the checksum gains.
  const sum = packet.readUInt16BE(icmp + 2) + (ECHO_REQUEST << 8);
  packet.writeUInt16BE((sum & 0xffff) + (sum >>> 16), icmp + 2);
};

const answerLate = async (): Promise<void> => {
  const { netPing } = await loadNetPing();
  const { socket } = netPing.createSession({
    networkProtocol: netPing.NetworkProtocol.IPv4,
    sessionId: 1,
    ttl: 64,
  });
  socket.setOption(IPPROTO_IP, IP_HDRINCL, 1);
  const filter = Buffer.from(Uint32Array.of(~(1 << ECHO_REQUEST)).buffer);
  socket.setOption(SOL_RAW, ICMP_FILTER, filter, filter.length);
  const { wrap } = socket;
  const isPending = createPendingTest(wrap);
  const received = Buffer.alloc(512);
  const waiting = Array.from({ length: 10 }, (): { dueMs: number; packet: Buffer }[] => []);
  wrap.removeAllListeners('recvReady');
  wrap.on('recvReady', () => {
    do
      wrap.recv(received, (_buffer, bytes) => {
        const lastByte = received[DESTINATION + 3] as number;
        const dueMs = performance.now() + delayMs(lastByte);
        waiting[lastByte % 10]?.push({ dueMs, packet: Buffer.from(received.subarray(0, bytes)) });
      });
    while (isPending());
  });
  const look = (): void => {
    for (const queue of waiting)
      for (let first = queue[0]; first && first.dueMs <= performance.now(); first = queue[0]) {
        queue.shift();
        turn(first.packet);
        const to = first.packet.subarray(DESTINATION, DESTINATION + 4).join('.');
        wrap.send(first.packet, 0, first.packet.length, to, () => undefined);
      }
    setImmediate(look);
  };
  look();
  process.stdin.resume().on('end', () => process.exit(0));
  process.stdout.write('ready\n');
};

/** Call first: in the process of the far end it never returns. */
export const beFarEndIfAsked = async (): Promise<void> => {
  if (process.env[ROLE] !== '1') return;
  execFileSync('sysctl', ['-qw', 'net.ipv4.icmp_echo_ignore_all=1']);
  await answerLate();
  await new Promise(() => undefined);
};

/** Lays the line; the answer takes it away. */
export const layLateLine = async (): Promise<() => Promise<void>> => {
  const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const child = spawn('unshare', ['--net', process.execPath, process.argv[1] as string], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, [ROLE]: '1' },
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const ready = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
  await Promise.race([
    ready,
    ended.then(() => {
      throw new Error('the far end of the late line ended at its start');
    }),
  ]);
  const inside = ['-t', String(child.pid), '-n', 'ip'];
  const there = (...args: string[]) => execFileSync('nsenter', [...inside, ...args], { stdio: 'ignore' });
  ip('link', 'add', 'late0', 'type', 'veth', 'peer', 'name', 'late1');
  ip('link', 'set', 'late1', 'netns', String(child.pid));
  ip('addr', 'add', NEAR, 'dev', 'late0');
  ip('link', 'set', 'late0', 'up');
  there('link', 'set', 'lo', 'up');
  there('addr', 'add', FAR, 'dev', 'late1');
  there('link', 'set', 'late1', 'up');
  there('route', 'add', 'local', TARGETS, 'dev', 'lo');
  ip('route', 'add', TARGETS, 'via', FAR.split('/')[0] as string);
  return async () => {
    child.stdin.end();
    await ended;
  };
};
