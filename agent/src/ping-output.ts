/** Reading of what the system's `ping` prints; iputils, busybox and macOS share the shape of a reply's line. */

/** `64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time=0.04 ms`, busybox `seq=0`, macOS `16 bytes from ::1, icmp_seq=0 hlim=64 …` */
const REPLY = /^\d+ bytes from (\S+?)[:,] .*?seq=(\d+)\b.*?\btime[=<]([\d.]+) ?ms(.*)$/;

export const PING_DIALECTS = ['iputils', 'busybox', 'macos'] as const;
export type PingDialect = (typeof PING_DIALECTS)[number];

/** Round trips in µs of the packets that came back from `source` within `timeoutMs`, each packet once. */
export const parsePing = (
  output: string,
  isSource: (address: string) => boolean,
  timeoutMs: number,
): number[] => {
  const bySeq = new Map<string, number>();
  for (const line of output.split('\n')) {
    const [, address, seq, ms, rest] = REPLY.exec(line.trim()) ?? [];
    if (address === undefined || seq === undefined || ms === undefined) continue;
    if (rest?.includes('DUP') || bySeq.has(seq) || !isSource(address)) continue;
    const rttMs = Number.parseFloat(ms);
    if (rttMs <= timeoutMs) bySeq.set(seq, Math.max(1, Math.round(rttMs * 1000)));
  }
  return [...bySeq.values()];
};

/** What a `ping` says of itself (`-V`, or its usage). */
export const dialectOf = (platform: NodeJS.Platform, about: string): PingDialect => {
  if (platform === 'darwin') return 'macos';
  return /busybox/i.test(about) ? 'busybox' : 'iputils';
};

export interface PingCommand {
  command: string;
  args: string[];
  /** Processes that make one cycle together. */
  processes: number;
}

/** Seconds between the packets of one process: the shortest that every system grants an ordinary user. */
export const PING_GAP_S = 0.2;

/** The command of one cycle of `packets`. busybox may know no `-i`: there one process a packet. */
export const pingCommand = (
  dialect: PingDialect,
  family: 4 | 6,
  address: string,
  timeoutMs: number,
  packets: number,
): PingCommand => {
  const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
  const gap = String(PING_GAP_S);
  const count = String(packets);
  if (dialect === 'busybox')
    return { command: 'ping', args: [`-${family}`, '-c', '1', '-W', seconds, address], processes: packets };
  if (dialect === 'iputils')
    return {
      command: 'ping',
      args: [`-${family}`, '-n', '-c', count, '-i', gap, '-W', seconds, address],
      processes: 1,
    };
  // ping6 of macOS knows no -W; the caller ends it.
  return family === 6
    ? { command: 'ping6', args: ['-n', '-c', count, '-i', gap, address], processes: 1 }
    : {
        command: 'ping',
        args: ['-n', '-c', count, '-i', gap, '-W', String(timeoutMs), address],
        processes: 1,
      };
};

/** What it printed when the fault is this host's and says nothing of the target. */
export const isLocalFault = (stderr: string): boolean =>
  /not permitted|permission denied|address family|unknown host|cannot assign|invalid argument|usage:/i.test(
    stderr,
  );
