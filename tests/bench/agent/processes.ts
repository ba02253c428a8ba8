import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PASSWORD, SHARD } from './hub.js';

/** Linux counts processor time in hundredths of a second (sysconf(_SC_CLK_TCK) on every machine in use). */
const TICKS_PER_S = 100;

/** Processor time of a process so far, its threads included; ms, in steps of 10. */
export const cpuMs = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_S) * 1000;
};

/** Resident memory now, MB (1,048,576 bytes). */
export const rssMb = (pid: number): number => {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
};

export interface AgentProcess {
  pid: number;
  /** Ends it cleanly; answers the fields of its last log line. */
  stop(): Promise<{ missedCycles: number }>;
}

export interface AgentProcessOptions {
  bundle: string;
  dir: string;
  agentId: string;
  mqttUrl: string;
  ca: string | null;
  /** Arguments for Node itself, as a packager would give them. */
  nodeArgs?: readonly string[];
}

/** The agent's bundle, as it is shipped, enrolled by hand. */
export const startAgentProcess = (options: AgentProcessOptions): AgentProcess => {
  const { bundle, dir, agentId, mqttUrl, ca, nodeArgs = [] } = options;
  if (!existsSync(bundle)) throw new Error(`${bundle} is not built: run "npm run build"`);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const settings = { agentId, shard: SHARD, mqttUrl, username: agentId, password: PASSWORD, ca };
  writeFileSync(join(dir, 'agent.json'), JSON.stringify(settings), { mode: 0o600 });
  const child = spawn(process.execPath, [...nodeArgs, bundle, 'run', '--dir', dir], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const { pid } = child;
  if (pid === undefined) throw new Error('the agent could not be started');
  return {
    pid,
    stop: async () => {
      child.kill('SIGTERM');
      const code = await exited;
      const lines = text.trimEnd().split('\n');
      for (const line of lines)
        if (line.includes('"level":"warn"') || line.includes('"level":"error"') || !line.startsWith('{'))
          process.stderr.write(`${line}\n`);
      if (code !== 0) throw new Error(`the agent ended with ${code}`);
      const { missedCycles } = JSON.parse(lines.at(-1) ?? '{}') as { missedCycles?: number };
      if (missedCycles === undefined) throw new Error('the agent did not tell what it missed');
      return { missedCycles };
    },
  };
};

export interface FpingResult {
  /** Share of a core, percent. */
  cpuPercent: number;
  /** Round trips by target, µs; lost ones are left out. */
  rttUs: Map<string, number[]>;
}

/** fping over the same targets with packets of the same size, `perTarget` packets each, one every `periodMs`. */
export const runFping = async (
  addresses: readonly string[],
  perTarget: number,
  periodMs: number,
): Promise<FpingResult> => {
  const intervalMs = Math.max(0.01, Math.floor((periodMs / addresses.length) * 100) / 100);
  const args = [
    '-q',
    '-C',
    `${perTarget}`,
    '-p',
    `${periodMs}`,
    '-i',
    `${intervalMs}`,
    '-b',
    '24',
    '-B',
    '1',
    '-f',
    '-',
  ];
  const child = spawn('fping', args, { stdio: ['pipe', 'ignore', 'pipe'] });
  child.stdin.end(addresses.join('\n'));
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  const beganAtMs = performance.now();
  let usedMs = 0;
  let usedAtMs = beganAtMs;
  const timer = setInterval(() => {
    if (child.pid === undefined) return;
    try {
      usedMs = cpuMs(child.pid);
      usedAtMs = performance.now();
    } catch {
      // It has ended; the figure of a moment ago stands.
    }
  }, 200);
  await new Promise((resolve) => child.once('close', resolve));
  clearInterval(timer);
  const rttUs = new Map<string, number[]>();
  for (const line of text.split('\n')) {
    const [address, times] = line.split(' : ');
    if (address === undefined || times === undefined) continue;
    const values = times
      .trim()
      .split(' ')
      .filter((time) => time !== '-');
    rttUs.set(
      address.trim(),
      values.map((time) => Number(time) * 1000),
    );
  }
  if (rttUs.size === 0) throw new Error(`fping answered nothing: ${text.slice(0, 500)}`);
  return { cpuPercent: (usedMs / (usedAtMs - beganAtMs)) * 100, rttUs };
};
