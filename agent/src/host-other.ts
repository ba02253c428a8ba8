import { diskPercent } from './host-linux.js';
import { percent, type HostReader } from './host.js';

/** Systems without /proc, through systeminformation; it may fork, so it is not for what is asked every second. */
export const createOtherHostReader = (directory: string): HostReader => ({
  read: async () => {
    const { currentLoad, mem, time } = await import('systeminformation');
    const [load, memory, disk] = await Promise.all([currentLoad(), mem(), diskPercent(directory)]);
    return {
      cpuPercent: percent(load.currentLoad, 100),
      memoryPercent: percent(memory.total - memory.available, memory.total),
      diskPercent: disk,
      uptimeS: Math.floor(time().uptime),
    };
  },
});
