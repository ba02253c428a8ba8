import { createServer, type AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { createMqttNetwork } from '../../../agent/src/mqtt-network.js';
import type { Connection } from '../../../agent/src/network.js';

const CONNACK = Buffer.from([0x20, 2, 0, 0]);
const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

it('leaves a broker that answers no goodbye, and leaves no socket open', { timeout: 20_000 }, async () => {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    ends.push(() => socket.destroy());
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(CONNACK);
      socket.pause();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => server.close());
  const network = createMqttNetwork({
    url: `mqtt://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ clientId: 'agent', username: 'agent', password: 'secret', ca: null },
  });
  let closings = 0;
  const connection = await new Promise<Connection>((resolve) =>
    network.connect({
      will: { topic: 'will', payload: '{}' },
      onOpen: resolve,
      onMessage: () => undefined,
      onClosed: () => (closings += 1),
    }),
  );
  await connection.close();
  // The broker's own end is all that is left of it.
  const sockets = () => process.getActiveResourcesInfo().filter((kind) => kind === 'TCPSocketWrap').length;
  await expect.poll(sockets).toBe(1);
  expect(closings).toBe(1);
});
