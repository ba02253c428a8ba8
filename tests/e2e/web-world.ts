import type { HealthCounts, Overview } from '@siaga/shared';
import { failure, ok, type Answer, type Script } from './web-fixture.js';
import { fleetRoutes } from './world/fleet.js';
import { isOpen } from './world/live.js';
import { MINUTE, type World } from './world/things.js';
import { ticketRoutes } from './world/tickets.js';

export * from './world/index.js';

const AUTH = failure(401, 'AUTHENTICATION_REQUIRED', 'Authentication token missing or invalid');

const session = (world: World, method: string, body: unknown): Answer => {
  const answer = ok({ user: world.user, expires_at: new Date(Date.now() + 8 * 60 * MINUTE).toISOString() });
  if (method === 'GET') return world.signedIn ? answer : AUTH;
  if (method === 'DELETE') {
    world.signedIn = false;
    return { status: 204 };
  }
  if ((body as { password?: string }).password !== 'right-password') {
    return failure(401, 'INVALID_CREDENTIALS', 'Unknown account or wrong password');
  }
  world.signedIn = true;
  return answer;
};

const countsOf = (devices: World['devices']): HealthCounts => {
  const counts: HealthCounts = { up: 0, degraded: 0, down: 0, unknown: 0 };
  for (const { health } of devices) counts[health] += 1;
  return counts;
};

const overview = (world: World): Overview => {
  const agents = { pending: 0, online: 0, lost: 0, stopped: 0, revoked: 0 };
  for (const { state } of world.agents) agents[state] += 1;
  return {
    devices: countsOf(world.devices),
    sites: world.sites.map(({ id, code, name, region }) => ({
      site_id: id,
      code,
      name,
      region,
      devices: countsOf(world.devices.filter(({ site_id }) => site_id === id)),
    })),
    agents,
    open_incidents: world.tickets.filter(isOpen).length,
  };
};

/** The hub's answers about this world. Its writes change the world and tell every open feed, as the hub's do. */
export const scriptOf =
  (world: World): Script =>
  (request) => {
    const { method, path, body } = request;
    if (path === '/auth/session') return session(world, method, body);
    if (!world.signedIn) return AUTH;
    if (path === '/live') return undefined;
    if (path === '/monitoring/overview') return ok(overview(world));
    return ticketRoutes(world, request) ?? fleetRoutes(world, request);
  };
