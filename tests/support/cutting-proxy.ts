import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to PostgreSQL that can break exactly where nobody knows afterwards whether the commit took place. */
export interface CuttingProxy {
  url: string;
  /**
   * The next COMMIT's connection breaks: before PostgreSQL hears of it, or before its answer comes back; `held`: it is
   * on its way to PostgreSQL when the connection breaks, and arrives at `letThrough`.
   */
  cutNextCommit(where: 'before' | 'after' | 'held'): void;
  letThrough(): void;
  /** How many were cut. */
  cuts(): number;
  stop(): Promise<void>;
}

export const createCuttingProxy = async (databaseUrl: string): Promise<CuttingProxy> => {
  const target = new URL(databaseUrl);
  let cut: 'before' | 'after' | 'held' | null = null;
  let held: (() => void) | undefined;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let isDeaf = false;
    let isHeld = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        if (!isHeld) upstream.destroy();
      });
    }
    client.on('data', (chunk) => {
      if (cut !== null && chunk.includes('commit\0')) {
        cuts += 1;
        const where = cut;
        cut = null;
        if (where === 'before') {
          client.destroy();
          return;
        }
        if (where === 'held') {
          isHeld = true;
          held = () => {
            isHeld = false;
            upstream.end(chunk);
          };
          client.destroy();
          return;
        }
        isDeaf = true;
      }
      upstream.write(chunk);
    });
    upstream.on('data', (chunk) => {
      if (isDeaf) client.destroy();
      else client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutNextCommit: (where) => {
      cut = where;
    },
    letThrough: () => held?.(),
    cuts: () => cuts,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
};
