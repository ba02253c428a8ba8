import { OUTCOME } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { createNoProber, findProber } from '../../../agent/src/find-prober.js';
import { canonicalAddress } from '../../../agent/src/icmp-prober.js';
import { dialectOf, isLocalFault, parsePing, pingCommand } from '../../../agent/src/ping-output.js';
import { createSystemPing, findPing, runCommand, type RunCommand } from '../../../agent/src/system-ping.js';
import { createManualClock } from '../../support/manual-clock.js';

const IPUTILS = `PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.038 ms
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=1.5 ms
64 bytes from 127.0.0.1: icmp_seq=3 ttl=64 time=12 ms

--- 127.0.0.1 ping statistics ---
3 packets transmitted, 3 received, 0% packet loss, time 402ms
rtt min/avg/max/mdev = 0.038/4.512/12.000/5.341 ms
`;
const BUSYBOX = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: seq=0 ttl=64 time=0.047 ms

--- 127.0.0.1 ping statistics ---
1 packets transmitted, 1 packets received, 0% packet loss
round-trip min/avg/max = 0.047/0.047/0.047 ms
`;
const MACOS = `PING 127.0.0.1 (127.0.0.1): 56 data bytes
64 bytes from 127.0.0.1: icmp_seq=0 ttl=64 time=0.045 ms
64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.126 ms (DUP!)
Request timeout for icmp_seq 1
64 bytes from 127.0.0.1: icmp_seq=2 ttl=64 time=0.099 ms
`;
const MACOS_V6 = `PING6(56=40+8+8 bytes) ::1 --> ::1
16 bytes from ::1, icmp_seq=0 hlim=64 time=0.089 ms
16 bytes from ::1, icmp_seq=1 hlim=64 time=0.131 ms
`;
const IPUTILS_V6 = `PING ::1(::1) 56 data bytes
64 bytes from ::1: icmp_seq=1 ttl=64 time=0.055 ms
`;
const FOREIGN = `64 bytes from 10.0.0.2: icmp_seq=1 ttl=64 time=0.055 ms
From 10.0.0.254 icmp_seq=2 Destination Host Unreachable
64 bytes from 10.0.0.1: icmp_seq=3 ttl=64 time=600 ms
`;

describe('reading ping’s output', () => {
  it.each([
    { name: 'iputils', output: IPUTILS, address: '127.0.0.1', rtts: [38, 1_500, 12_000] },
    { name: 'busybox', output: BUSYBOX, address: '127.0.0.1', rtts: [47] },
    { name: 'macOS, a duplicate left out', output: MACOS, address: '127.0.0.1', rtts: [45, 99] },
    { name: 'macOS ping6', output: MACOS_V6, address: '::1', rtts: [89, 131] },
    { name: 'iputils over IPv6', output: IPUTILS_V6, address: '0:0::1', rtts: [55] },
    { name: 'another source, an error, a late reply', output: FOREIGN, address: '10.0.0.1', rtts: [] },
    { name: 'nothing', output: '', address: '10.0.0.1', rtts: [] },
  ])('$name', ({ output, address, rtts }) => {
    const isSource = (text: string): boolean => canonicalAddress(text) === canonicalAddress(address);
    expect(parsePing(output, isSource, 500)).toEqual(rtts);
  });

  it.each([
    ['linux', 'ping from iputils 20221126', 'iputils'],
    ['linux', 'BusyBox v1.36.1 () multi-call binary.', 'busybox'],
    ['darwin', 'usage: ping [-AaDdfnoQqRrv]', 'macos'],
  ] as const)('%s: %s', (platform, about, dialect) => {
    expect(dialectOf(platform, about)).toBe(dialect);
  });

  it.each([
    ['iputils', 4, 'ping -4 -n -c 3 -i 0.2 -W 1 A', 1],
    ['iputils', 6, 'ping -6 -n -c 3 -i 0.2 -W 1 A', 1],
    ['busybox', 4, 'ping -4 -c 1 -W 1 A', 3],
    ['macos', 4, 'ping -n -c 3 -i 0.2 -W 500 A', 1],
    ['macos', 6, 'ping6 -n -c 3 -i 0.2 A', 1],
  ] as const)('asks %s over IPv%i', (dialect, family, line, processes) => {
    const { command, args, processes: count } = pingCommand(dialect, family, 'A', 500, 3);
    expect([command, ...args].join(' ')).toBe(line);
    expect(count).toBe(processes);
  });

  it.each([
    ['ping: socket: Operation not permitted', true],
    ['ping: connect: Network is unreachable', false],
    ['', false],
  ])('%j is a fault of this host: %s', (stderr, local) => {
    expect(isLocalFault(stderr)).toBe(local);
  });
});

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the prober over it', () => {
  const launched = async (run: RunCommand, cycles = 1) => {
    const prober = createSystemPing({ dialect: 'iputils', reason: 'no right', run });
    const results: number[][] = [];
    prober.onCycle((...result) => results.push(result));
    for (let token = 1; token <= cycles; token++) prober.launch(token, '127.0.0.1', 500);
    await settled();
    return { prober, results };
  };

  it('reports the round trips', async () => {
    const { results } = await launched(() => Promise.resolve({ code: 0, stdout: IPUTILS, stderr: '' }));
    expect(results).toEqual([[1, OUTCOME.ok, 38, Math.round(13_538 / 3), 12_000, 0]]);
  });

  it('fails without a reply, and skips where the fault is this host’s', async () => {
    const silent = await launched(() => Promise.resolve({ code: 1, stdout: '', stderr: '' }));
    expect(silent.results).toEqual([[1, OUTCOME.failed, 0, 0, 0, 3]]);
    const refused = await launched(() =>
      Promise.resolve({ code: 2, stdout: '', stderr: 'ping: socket: Operation not permitted' }),
    );
    expect(refused.results).toEqual([[1, OUTCOME.skipped, 0, 0, 0, 0]]);
  });

  it('skips where this host had no room for one more process: no device is down for that', async () => {
    const { results } = await launched(() => Promise.resolve({ code: 'not-run', stdout: '', stderr: '' }));
    expect(results).toEqual([[1, OUTCOME.skipped, 0, 0, 0, 0]]);
  });

  it('tells a command that cannot be run from one that failed', async () => {
    expect((await runCommand('no-such-command-anywhere', [], 1_000)).code).toBe('missing');
    // Longer than any system takes: E2BIG.
    expect((await runCommand('true', ['x'.repeat(4_000_000)], 1_000)).code).toBe('not-run');
    expect((await runCommand('sh', ['-c', 'exit 3'], 1_000)).code).toBe(3);
    expect((await runCommand('sleep', ['5'], 50)).code).toBe(1);
  });

  it('runs 16 at once, lets 64 wait and skips the rest', async () => {
    const pending: (() => void)[] = [];
    let running = 0;
    const { results } = await launched(() => {
      running++;
      return new Promise((resolve) => {
        pending.push(() => resolve({ code: 0, stdout: IPUTILS, stderr: '' }));
      });
    }, 100);
    expect(running).toBe(16);
    expect(results.length).toBe(20);
    expect(results.every(([, outcome]) => outcome === OUTCOME.skipped)).toBe(true);
    while (pending.length > 0) {
      pending.shift()?.();
      await settled();
    }
    expect(results.length).toBe(100);
  });
});

describe('choosing a prober', () => {
  const silent = (): void => undefined;
  const deps = {
    clock: createManualClock(),
    random: Math.random,
    log: { info: silent, warn: silent, error: silent },
  };
  const missing = (): Promise<never> => Promise.reject(new Error('Cannot find package net-ping'));

  it('says why it falls back to the system’s ping and what that costs', async () => {
    const prober = await findProber({ ...deps, load: missing, ping: () => Promise.resolve('iputils') });
    expect(prober.mode).toBe('system-ping');
    expect(prober.note).toMatch(/net-ping is not installed.*process of the system's ping/);
    expect(prober.note?.length).toBeLessThanOrEqual(300);
  });

  it('names the missing right where the module is there', async () => {
    const refusing = {
      netPing: {
        createSession: (): never => {
          throw new Error('Operation not permitted');
        },
        NetworkProtocol: { IPv4: 1, IPv6: 2 },
      },
      rawSocket: {
        createChecksum: () => 0,
        writeChecksum: (packet: Buffer) => packet,
        SocketLevel: { SOL_SOCKET: 1 },
        SocketOption: { SO_RCVBUF: 8, SO_SNDBUF: 7 },
      },
    };
    const prober = await findProber({
      ...deps,
      load: () => Promise.resolve(refusing),
      ping: () => Promise.resolve(undefined),
    });
    expect(prober.mode).toBe('none');
    expect(prober.note).toMatch(/CAP_NET_RAW.*nothing is probed/);
  });

  it('answers every cycle as skipped where nothing works', async () => {
    const prober = createNoProber('no reason');
    const results: number[][] = [];
    prober.onCycle((...result) => results.push(result));
    prober.launch(5, '10.0.0.1', 500);
    await settled();
    expect(results).toEqual([[5, OUTCOME.skipped, 0, 0, 0, 0]]);
  });

  it('finds no ping where there is none', async () => {
    expect(
      await findPing(() => Promise.resolve({ code: 'missing', stdout: '', stderr: '' })),
    ).toBeUndefined();
    expect(
      await findPing((_command, [flag]) =>
        Promise.resolve({ code: flag === '-V' ? 0 : 2, stdout: '', stderr: 'Operation not permitted' }),
      ),
    ).toBeUndefined();
  });
});
