import { createServer } from 'node:net';
import { StartError } from '../errors.js';

/** Where a part listens, and the settings that say so: `SIAGA_{part}_HOST`, `SIAGA_{part}_PORT`. */
export interface ListeningPlace {
  part: 'HTTP' | 'MQTT';
  host: string;
  port: number;
}

/** A failed listen as a StartError that names the setting to change; any other error as it is. */
export const listeningFault = (error: Error, { part, host, port }: ListeningPlace): Error => {
  const words: Record<string, string> = {
    EADDRINUSE: `SIAGA_${part}_PORT: ${host}:${port} is taken by another program; name another port or end that program`,
    EACCES: `SIAGA_${part}_PORT: this user may not listen on ${host}:${port}; name a port above 1023`,
    EADDRNOTAVAIL: `SIAGA_${part}_HOST: ${host} is no address of this machine`,
    ENOTFOUND: `SIAGA_${part}_HOST: ${host} cannot be resolved; name an address of this machine`,
  };
  const known = words[(error as NodeJS.ErrnoException).code ?? ''];
  return known === undefined ? error : new StartError(known, { cause: error });
};

/** Tells of a port that cannot be had before anything dear is started; throws as `listeningFault` says. */
export const requireListeningPlace = async (place: ListeningPlace): Promise<void> => {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: place.host, port: place.port, exclusive: true }, resolve);
    });
  } catch (error) {
    throw listeningFault(error as Error, place);
  }
  await new Promise((resolve) => server.close(resolve));
};
