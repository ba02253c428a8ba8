import net from 'node:net';
import type { TestAgent } from './harness.js';

/** A string as MQTT writes it: two bytes of length, then UTF-8 (or whatever bytes are given). */
export const field = (value: string | Buffer): Buffer => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
};
export const frame = (firstByte: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const length: number[] = [];
  let left = body.length;
  do {
    length.push((left % 128) | (left > 127 ? 0x80 : 0));
    left = Math.floor(left / 128);
  } while (left > 0);
  return Buffer.concat([Buffer.from([firstByte, ...length]), body]);
};
export const connectFrame = (agent: TestAgent, keepAliveS = 60): Buffer =>
  frame(
    0x10,
    field('MQTT'),
    Buffer.from([4, 0xc2, keepAliveS >> 8, keepAliveS & 0xff]),
    ...[agent.id, agent.id, agent.password].map(field),
  );
export const publishFrame = (topic: string | Buffer, payload: Buffer | string, qos = 0, id = 1): Buffer =>
  frame(
    0x30 | (qos << 1),
    field(topic),
    qos === 0 ? Buffer.alloc(0) : Buffer.from([id >> 8, id & 0xff]),
    Buffer.from(payload as string),
  );
export const subscribeFrame = (filter: string | Buffer, qos = 1): Buffer =>
  frame(0x82, Buffer.from([0, 1]), field(filter), Buffer.from([qos]));

export interface RawClient {
  socket: net.Socket;
  /** All that came back so far. */
  received(): Buffer;
}

/** A signed-in client that writes what the test says, byte by byte if need be. */
export const connectRaw = async (port: number, agent: TestAgent, keepAliveS?: number): Promise<RawClient> => {
  const socket = net.connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  const answered = new Promise<void>((resolve, reject) => {
    socket.once('data', () => resolve());
    socket.once('close', () => reject(new Error('the broker closed the connection')));
  });
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(connectFrame(agent, keepAliveS));
  await answered;
  return { socket, received: () => Buffer.concat(chunks) };
};
