import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';

/** What names this machine: systemd's id, or where there is none its name and hardware addresses. */
const machineId = async (): Promise<string> => {
  for (const path of ['/etc/machine-id', '/var/lib/dbus/machine-id'])
    try {
      const text = (await readFile(path, 'utf8')).trim();
      if (text !== '') return text;
    } catch {
      // Not every system has one.
    }
  const macs = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ mac }) => mac));
  return [hostname(), ...new Set(macs)].sort().join(' ');
};

/** Names this copy of the agent: a hash of machine and state directory, which must exist. */
export const instanceOf = async (directory: string): Promise<string> =>
  createHash('sha256')
    .update(`${await machineId()}\n${await realpath(directory)}`)
    .digest('hex')
    .slice(0, 32);
