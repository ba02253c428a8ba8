import { readFile, statfs } from 'node:fs/promises';
import { percent, type HostReader } from './host.js';

interface CpuTimes {
  busy: number;
  all: number;
}

/** Between the two readings that the very first answer needs. */
const FIRST_SPAN_MS = 250;

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal. */
export const parseCpuTimes = (stat: string): CpuTimes => {
  const fields = /^cpu\s+(.+)$/m.exec(stat)?.[1]?.trim().split(/\s+/).slice(0, 8).map(Number) ?? [];
  const all = fields.reduce((sum, value) => sum + value, 0);
  return { busy: all - (fields[3] ?? 0) - (fields[4] ?? 0), all };
};

/** Share of the memory that no program could have, from /proc/meminfo. */
export const parseMemoryPercent = (meminfo: string): number => {
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(meminfo)?.[1] ?? 0);
  const total = kilobytes('MemTotal');
  return percent(total - kilobytes('MemAvailable'), total);
};

/** Share of a file system that is used, as `df` counts it. */
export const diskPercent = async (directory: string): Promise<number> => {
  const { blocks, bfree, bavail } = await statfs(directory);
  const used = blocks - bfree;
  return percent(used, used + bavail);
};

/** Reads /proc: no process is forked for it. `directory` names the file system that is watched. */
export const createLinuxHostReader = (directory: string): HostReader => {
  let before: CpuTimes | undefined;
  const cpuTimes = async (): Promise<CpuTimes> => parseCpuTimes(await readFile('/proc/stat', 'utf8'));
  return {
    read: async () => {
      if (!before) {
        before = await cpuTimes();
        await new Promise((resolve) => setTimeout(resolve, FIRST_SPAN_MS));
      }
      const [now, meminfo, uptime, disk] = await Promise.all([
        cpuTimes(),
        readFile('/proc/meminfo', 'utf8'),
        readFile('/proc/uptime', 'utf8'),
        diskPercent(directory),
      ]);
      const cpuPercent = percent(now.busy - before.busy, now.all - before.all);
      before = now;
      return {
        cpuPercent,
        memoryPercent: parseMemoryPercent(meminfo),
        diskPercent: disk,
        uptimeS: Math.floor(Number.parseFloat(uptime)),
      };
    },
  };
};
