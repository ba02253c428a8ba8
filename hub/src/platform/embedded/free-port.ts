import { createServer } from 'node:net';

const listenOn = (port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : port));
    });
  });

/** A port of loopback that was free a moment ago. Somebody may take it meanwhile: see `isTaken`. */
export const pickFreePort = (): Promise<number> => listenOn(0);

/** Whether somebody listens on that port of loopback. */
export const isTaken = (port: number): Promise<boolean> =>
  listenOn(port).then(
    () => false,
    () => true,
  );

const ATTEMPTS = 5;

/** Runs `start` on a free port; again on another one where that port was taken in between. */
export const onFreePort = async (start: (port: number) => Promise<void>): Promise<void> => {
  for (let attempt = 1; ; attempt++) {
    const port = await pickFreePort();
    try {
      return await start(port);
    } catch (error) {
      if (attempt >= ATTEMPTS || !(await isTaken(port))) throw error;
    }
  }
};
