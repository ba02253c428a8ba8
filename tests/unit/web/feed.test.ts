import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLiveFeed } from '../../../web/src/live/feed.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A hub whose connections can be ended, kept silent and refused. */
const harness = () => {
  const hub = {
    refuses: false,
    status: 200,
    userId: 'dewi',
    controllers: [] as ReadableStreamDefaultController<unknown>[],
  };
  let signedOut = 0;
  let inDoubt = 0;
  const fetch = (async () => {
    if (hub.refuses) throw new TypeError('away');
    if (hub.status !== 200) return new Response(null, { status: hub.status });
    return new Response(
      new ReadableStream({
        start: (controller: ReadableStreamDefaultController<unknown>) =>
          void hub.controllers.push(controller),
      }),
      { headers: { 'x-siaga-user': hub.userId } },
    );
  }) as unknown as typeof globalThis.fetch;
  const feed = createLiveFeed({
    fetch,
    steadyMs: () => performance.now(),
    userId: () => 'dewi',
    onEvent: () => undefined,
    onSignedOut: () => (signedOut += 1),
    onRightsInDoubt: () => (inDoubt += 1),
  });
  const phases: string[] = [];
  feed.state.subscribe(({ phase }) => phases.at(-1) !== phase && phases.push(phase));
  const beat = (): void => hub.controllers.at(-1)?.enqueue(new TextEncoder().encode(': here\n\n'));
  const drop = (): void => hub.controllers.at(-1)?.error(new TypeError('dropped'));
  const end = (): void => hub.controllers.at(-1)?.close();
  const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
  return { feed, hub, phases, beat, drop, end, pass, signedOut: () => signedOut, inDoubt: () => inDoubt };
};

test('a connection that drops and comes back is never called cut', async () => {
  const { feed, phases, drop, pass } = harness();
  feed.start();
  await pass(10);
  for (let n = 0; n < 10; n += 1) {
    await pass(3000);
    drop();
    await pass(1000);
    expect(feed.state.value.phase).toBe('live');
  }
  expect(phases).not.toContain('cut');
  feed.stop();
});

test('the feed of another person is not read, and who is signed in is asked', async () => {
  const { feed, hub, inDoubt, pass } = harness();
  hub.userId = 'bayu';
  feed.start();
  await pass(10);
  expect(feed.state.value.phase).toBe('connecting');
  expect(inDoubt()).toBe(1);
  hub.userId = 'dewi';
  await pass(1000);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});

test('is cut when nothing was heard for 20 s, whichever way', async () => {
  const { feed, hub, drop, pass } = harness();
  feed.start();
  await pass(10);
  hub.refuses = true;
  drop();
  await pass(19_000);
  expect(feed.state.value.phase).toBe('late');
  await pass(3000);
  expect(feed.state.value.phase).toBe('cut');
  expect(feed.ageMs()).toBeGreaterThan(20_000);
  hub.refuses = false;
  await pass(11_000);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});

test('an open connection that is silent is cut too, and made anew', async () => {
  const { feed, hub, beat, pass } = harness();
  feed.start();
  await pass(15_000);
  beat();
  await pass(15_000);
  expect(feed.state.value.phase).toBe('live');
  await pass(8000);
  expect(feed.state.value.phase).toBe('cut');
  await pass(20_000);
  expect(hub.controllers).toHaveLength(2);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});

test('what never connects is cut after 20 s as well', async () => {
  const { feed, hub, pass } = harness();
  hub.refuses = true;
  feed.start();
  await pass(15_000);
  expect(feed.state.value.phase).toBe('connecting');
  await pass(8000);
  expect(feed.state.value).toEqual({ phase: 'cut', heardAtMs: undefined });
  feed.stop();
});

test('a refused session ends the tries until it is started again', async () => {
  const { feed, hub, drop, pass, signedOut } = harness();
  feed.start();
  await pass(10);
  hub.status = 401;
  drop();
  await pass(60_000);
  expect(signedOut()).toBe(1);
  hub.status = 200;
  feed.start();
  await pass(1000);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});

test('a refusal for want of a right asks what the person may do, and whoever finds it gone ends the tries', async () => {
  const { feed, hub, drop, pass, inDoubt, signedOut } = harness();
  feed.start();
  await pass(10);
  hub.status = 403;
  drop();
  await pass(60_000);
  // Where the right is there all the same, nobody is stormed.
  expect(inDoubt()).toBeGreaterThan(1);
  expect(inDoubt()).toBeLessThan(20);
  feed.stop();
  const before = inDoubt();
  await pass(60_000);
  expect([inDoubt(), signedOut()]).toEqual([before, 0]);
  hub.status = 200;
  feed.start();
  await pass(1000);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});

test('where the hub ends the stream, the rights are asked for and it is opened anew', async () => {
  const { feed, hub, drop, end, pass, inDoubt } = harness();
  feed.start();
  await pass(10);
  drop();
  await pass(1000);
  expect(inDoubt()).toBe(0);
  end();
  await pass(1000);
  expect(inDoubt()).toBe(1);
  expect(hub.controllers).toHaveLength(3);
  expect(feed.state.value.phase).toBe('live');
  feed.stop();
});
