import { execFileSync, spawnSync } from 'node:child_process';

/** 65,000 addresses that this machine's own loopback answers for, inside the benchmark's namespace only. */
const TARGETS = '10.50.0.0/16';
const INSIDE = 'SIAGA_BENCH_INSIDE';

const ip = (...args: string[]) => execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
const nft = (...args: string[]): string =>
  execFileSync('nft', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/** What the benchmark lacks on this machine; undefined where it can run. */
const lack = (): string | undefined => {
  if (process.platform !== 'linux') return 'Linux with network namespaces';
  if (process.geteuid?.() !== 0) return 'root, for a network namespace and raw ICMP sockets';
  for (const program of ['unshare', 'nsenter', 'ip', 'nft', 'sysctl', 'fping', 'openssl'])
    if (spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0) return `the program ${program}`;
  return undefined;
};

/**
 * Runs the benchmark again inside a network namespace of its own and ends with its exit code; returns where it is
 * inside already. Nothing it sends can reach another machine.
 */
export const enterNamespace = (): void => {
  if (process.env[INSIDE] === '1') {
    ip('link', 'set', 'lo', 'up');
    ip('route', 'add', 'local', TARGETS, 'dev', 'lo');
    return;
  }
  const lacks = lack();
  if (lacks !== undefined) {
    process.stderr.write(`SKIPPED: the agent's benchmark needs ${lacks}\n`);
    process.exit(process.env.CI === 'true' ? 1 : 0);
  }
  const { status } = spawnSync(
    'unshare',
    ['--net', process.execPath, ...process.execArgv, ...process.argv.slice(1)],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, [INSIDE]: '1' },
    },
  );
  process.exit(status ?? 1);
};

/** Address of target `number`, from 0 to 65,000. */
export const targetAddress = (number: number): string => `10.50.${number >> 8}.${number & 255}`;

export interface Traffic {
  bytes: number;
  packets: number;
}

/** Counts IP packets of the TCP connections to these ports, both directions, each packet once. */
export const countTraffic = (ports: readonly number[]): ((port: number) => Traffic) => {
  const counters = ports.map((port) => `counter port${port} {}`).join('\n');
  const rules = ports
    .flatMap((port) => ['dport', 'sport'].map((side) => `tcp ${side} ${port} counter name port${port}`))
    .join('\n');
  execFileSync('nft', ['-f', '-'], {
    input: `table inet bench {\n${counters}\nchain out {\ntype filter hook output priority 0;\n${rules}\n}\n}\n`,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  return (port) => {
    const listed = JSON.parse(nft('-j', 'list', 'counter', 'inet', 'bench', `port${port}`)) as {
      nftables: { counter?: Traffic }[];
    };
    const counter = listed.nftables.find((entry) => entry.counter)?.counter;
    if (!counter) throw new Error(`no counter of port ${port}`);
    return { bytes: counter.bytes, packets: counter.packets };
  };
};
