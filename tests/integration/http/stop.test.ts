import { Ok } from '@siaga/shared';
import { createConnection } from 'node:net';
import Type from 'typebox';
import { expect, test } from 'vitest';
import { ok } from '../../../hub/src/platform/http/envelope.js';
import { startHttp } from './http-harness.js';

/** A client that keeps its line open, as browsers do, with a request that is answered once `answer` is called. */
const startWithRequestUnderWay = async () => {
  let answer!: () => void;
  const asked = new Promise<void>((resolve) => (answer = resolve));
  let reached!: () => void;
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const hub = await startHttp({
    routes: (app) => {
      const schema = { response: { 200: Ok(Type.Object({})) } };
      app.get('/slow', { config: { permission: 'open' }, schema }, async (request) => {
        reached();
        await asked;
        return ok(request, {});
      });
    },
  });
  const { url } = await hub.http.start();
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  let heard = '';
  socket.on('data', (chunk) => (heard += String(chunk)));
  socket.on('error', () => undefined);
  socket.write(`GET /api/v1/slow HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`);
  await isReached;
  return { hub, answer, heard: () => heard, leave: () => socket.destroy() };
};

// [what becomes of the request under way when the hub stops, whether it is answered in time]
test.each([
  ['is answered, and the line it came by, which its client keeps open, does not hold the hub up', true],
  ['is cut off where its answer takes longer than five seconds', false],
])('a request under way %s', { timeout: 20_000 }, async (_what, inTime) => {
  const { hub, answer, heard, leave } = await startWithRequestUnderWay();
  if (inTime) setTimeout(answer, 300);
  await hub.stop();
  expect(heard().includes('200 OK')).toBe(inTime);
  answer();
  leave();
});
