import { expect, test } from 'vitest';
import { listIncidents, type ListedIncident } from '../../../web/src/devices/listed-incidents.js';
import type { ApiClient } from '../../../web/src/http/api-client.js';

const incident = (n: number): ListedIncident => ({ id: `i${n}` }) as ListedIncident;

/** A hub with the incidents `count` down to 1, newest first, and the pages that were asked for. */
const hub = (count: number) => {
  const world = { count, pages: [] as number[] };
  const list = async (_path: string, query: Record<string, number>) => {
    const [page = 1, size = 1] = [query['page'], query['per_page']];
    world.pages.push(page);
    const items = Array.from({ length: world.count }, (_, n) => incident(world.count - n));
    const from = (page - 1) * size;
    return {
      items: items.slice(from, from + size),
      pagination: { has_next: from + size < world.count },
    };
  };
  const ask = (known?: ListedIncident[]): Promise<ListedIncident[]> =>
    listIncidents({ list } as unknown as ApiClient, 'd', known, new AbortController().signal);
  return { world, ask };
};

test('all are asked for at first, then the newest page', async () => {
  const { world, ask } = hub(450);
  const first = await ask();
  expect(first).toHaveLength(450);
  expect(world.pages).toEqual([1, 2, 3]);
  world.pages = [];
  world.count = 452;
  const second = await ask(first);
  expect(world.pages).toEqual([1]);
  expect(second.map(({ id }) => id)).toEqual(Array.from({ length: 452 }, (_, n) => `i${452 - n}`));
});

test('where more are new than a page holds, no hole is left', async () => {
  const { world, ask } = hub(450);
  const first = await ask();
  world.count = 800;
  world.pages = [];
  expect((await ask(first)).map(({ id }) => id)).toEqual(
    Array.from({ length: 800 }, (_, n) => `i${800 - n}`),
  );
  expect(world.pages).toEqual([1, 2]);
});

test('of very many the newest thousand are kept', async () => {
  const { world, ask } = hub(1300);
  const first = await ask();
  expect(first).toHaveLength(1000);
  world.count = 1301;
  const second = await ask(first);
  expect(second).toHaveLength(1000);
  expect(second[0]?.id).toBe('i1301');
});
