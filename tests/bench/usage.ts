import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const TICKS_PER_S = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const PAGE_BYTES = Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }));

/** What a group of processes took so far. */
export interface Usage {
  cpuS: number;
  rssMb: number;
}

/** Processor time and memory of these processes together; one that is gone counts nothing. */
export const usageOf = (pids: readonly number[]): Usage => {
  const total: Usage = { cpuS: 0, rssMb: 0 };
  for (const pid of pids) {
    try {
      const fields = statOf(pid);
      total.cpuS += (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
      total.rssMb += (Number(fields[21]) * PAGE_BYTES) / 2 ** 20;
    } catch {
      // Gone.
    }
  }
  return total;
};

/** The children of a process, and theirs. */
export const descendantsOf = (pid: number): number[] => {
  const parents = new Map<number, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      parents.set(Number(entry), Number(statOf(Number(entry))[1]));
    } catch {
      // Gone.
    }
  }
  const found: number[] = [];
  for (let open = [pid]; open.length > 0;) {
    const next = [...parents].filter(([, parent]) => open.includes(parent)).map(([child]) => child);
    found.push(...next);
    open = next;
  }
  return found;
};

/** Fields of /proc/PID/stat from the third on: the second may hold spaces. */
const statOf = (pid: number): string[] => {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
};
