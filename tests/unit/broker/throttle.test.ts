import net from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFrameGuard } from '../../../hub/src/platform/broker/frame-guard.js';
import { createRateLimit, type RateLimit } from '../../../hub/src/platform/broker/rate.js';
import { throttleReads } from '../../../hub/src/platform/broker/throttle.js';
import { createManualClock } from '../../support/manual-clock.js';

/** Two ends of a real connection; the one at the broker is throttled and pulls as aedes does. */
let server: net.Server;
let client: net.Socket;
let atBroker: net.Socket;
let limit: RateLimit | undefined;
let clock: ReturnType<typeof createManualClock>;
let readBytes: number;
let oversized: number;

beforeEach(async () => {
  clock = createManualClock();
  [limit, readBytes, oversized] = [undefined, 0, 0];
  const accepted = new Promise<net.Socket>((resolve) => {
    server = net.createServer(resolve).listen(0, '127.0.0.1');
  });
  await new Promise((resolve) => server.once('listening', resolve));
  client = net.connect((server.address() as net.AddressInfo).port, '127.0.0.1');
  atBroker = await accepted;
  for (const socket of [client, atBroker]) socket.on('error', () => undefined);
  throttleReads(atBroker, {
    guard: createFrameGuard(1_000),
    limitOf: () => limit,
    nowMs: clock.monotonicMs,
    after: clock.after,
    onOversized: () => oversized++,
    onHeldBack: () => undefined,
  });
  atBroker.on('readable', () => {
    for (let chunk = atBroker.read() as Buffer | null; chunk; chunk = atBroker.read() as Buffer | null)
      readBytes += chunk.length;
  });
});
afterEach(async () => {
  client.destroy();
  atBroker.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** Frames of 100 bytes. */
const send = (frames: number): void => {
  const one = Buffer.alloc(100);
  one.set([0x30, 98]);
  for (let i = 0; i < frames; i++) client.write(one);
};
const arrives = (bytes: number) => expect.poll(() => readBytes, { timeout: 10_000 }).toBe(bytes);
/** Once the sender's bytes lie at the broker's end, unread. */
const liesUnread = () => expect.poll(() => atBroker.readableLength, { timeout: 10_000 }).toBeGreaterThan(0);

describe('throttleReads', () => {
  it('reads on once what was sent too much is paid for', async () => {
    limit = createRateLimit({ bytesPerS: 100, burstBytes: 100, messagesPerS: 1e9, burstMessages: 1e9 }, 0);
    send(3);
    await arrives(300);
    send(2);
    await liesUnread();
    clock.advance(1_999);
    expect(readBytes).toBe(300);
    clock.advance(1);
    expect(readBytes).toBe(500);
  });

  it('does not read from a client that does not take its answers, and goes on when it does', async () => {
    send(1);
    await arrives(100);
    client.pause();
    while (atBroker.write(Buffer.alloc(1024 * 1024)));
    send(5);
    await liesUnread();
    expect(readBytes).toBe(100);
    client.resume();
    await arrives(600);
  });

  it('ends the connection of a frame that is too long before it is read', async () => {
    client.write(Buffer.from([0x30, 0xff, 0xff, 0x03]));
    await expect.poll(() => atBroker.destroyed, { timeout: 10_000 }).toBe(true);
    expect({ oversized, readBytes }).toEqual({ oversized: 1, readBytes: 0 });
  });

  it('leaves a client without a limit alone', async () => {
    send(5_000);
    await arrives(500_000);
  });
});
