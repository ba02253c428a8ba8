import type { Evidence } from '@siaga/shared';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, startFleet, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

let world: TestFleet;
let api: TestApi;
let siteId: string;
let count = 0;
const SINCE = new Date(Date.now() - 60_000);
beforeAll(async () => {
  world = await startFleet();
  api = await startApi(world);
  const { sites, agents } = world.fleet;
  siteId = (await sites.create(world.actor, { code: 'S', name: 'Site' })).id;
  await agents.create(world.actor, { name: 'agent', site_id: siteId });
});
afterAll(async () => {
  await api.stop();
  await world.stop();
});

/** A device of that health since a minute ago. */
const judged = async (health: 'up' | 'down' | 'unknown') => {
  count += 1;
  const name = `device ${count}`;
  const body = { address: `10.0.0.${count}`, name, site_id: siteId };
  const device = await world.fleet.devices.create(world.actor, body);
  await world.db
    .insertInto('device_verdicts')
    .values({ device_id: device.id, health, since: SINCE, state: JSON.stringify({ goods: 2 }) })
    .execute();
  return device;
};
const raise = async ({ id, code, name, address }: Awaited<ReturnType<typeof judged>>): Promise<void> => {
  const evidence: Evidence = {
    device: { id, code, name, address },
    site: { id: siteId, code: 'S', name: 'Site' },
    reason: 'three-cycles-failed',
    cycles: [],
  };
  const times = { firstFailedAtMs: SINCE.getTime(), detectedAtMs: SINCE.getTime() };
  await world.db.transaction().execute((trx) =>
    api.desk.incidents.applyAll(trx, [
      {
        ...{ kind: 'open', subjectKind: 'device', subjectId: id, siteId, deviceId: id, deviceKind: 'atm' },
        ...{ condition: 'unreachable', reason: 'three-cycles-failed', evidence, ...times },
      },
    ]),
  );
};

it.each([
  ['up', 'recovering', 'healthy'],
  ['down', 'incident-open', 'no-incident'],
  ['unknown', 'unobserved', 'unobserved'],
] as const)(
  'who may read monitoring only cannot tell from the explanation of what is %s whether there is an incident',
  async (health, forReaders, forWatchers) => {
    const [one, other] = [await judged(health), await judged(health)];
    await raise(one);
    const told = async ({ id, name }: { id: string; name: string }, as: 'reader' | 'watcher') => {
      const { status, body } = await api.call('GET', `/monitoring/devices/${id}/explain`, undefined, as);
      expect(status).toBe(200);
      return JSON.parse(
        JSON.stringify(body.data)
          .replaceAll(name, 'it')
          .replaceAll(/\(\d[^)]*\)/g, '(so long)')
          .replaceAll(/"at":"[^"]*"/g, '"at":""'),
      ) as Record<string, unknown>;
    };
    expect(await told(one, 'reader')).toMatchObject({ verdict: forReaders });
    const seen = await told(one, 'watcher');
    expect(seen).toMatchObject({ verdict: forWatchers });
    expect(seen).toEqual(await told(other, 'watcher'));
    expect(JSON.stringify([seen['text'], seen['reasons']])).not.toMatch(/incident|ticket/i);
  },
);
