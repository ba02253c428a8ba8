import type { Agent, Device, Site } from '@siaga/shared';
import { failure, ok, type Answer, type ScriptRequest } from '../web-fixture.js';
import { historyOf } from './history.js';
import { holds, list, placeIn, single, staleOf } from './lists.js';
import { liveAgent, liveDevice, liveSite } from './live.js';
import { agent, ago, DAY, device, site, type World } from './things.js';
import { BANK_PLACES } from './places.js';

const HEALTHS = placeIn(['down', 'degraded', 'unknown', 'up']);
const DEVICE_SORT = {
  name: (one: Device) => one.name.toLowerCase(),
  code: (one: Device) => one.code.toLowerCase(),
  health: (one: Device) => HEALTHS(one.health),
  since: (one: Device) => one.since,
  address: (one: Device) =>
    one.address
      .split('.')
      .map((octet) => octet.padStart(3, '0'))
      .join('.'),
};
const SITE_SORT = {
  name: (one: Site) => one.name.toLowerCase(),
  code: (one: Site) => one.code.toLowerCase(),
  region: (one: Site) => one.region?.toLowerCase() ?? '',
};
const AGENT_SORT = {
  name: (one: Agent) => one.name.toLowerCase(),
  state: (one: Agent) => one.state,
  last_seen_at: (one: Agent) => one.last_seen_at ?? '',
};

const NO_RIGHT = failure(403, 'INSUFFICIENT_PERMISSIONS', 'You lack the permission monitoring:write');
const conflict = (field: string, message: string): Answer =>
  failure(409, 'RESOURCE_CONFLICT', message, { details: [{ field, message, code: 'in_use' }] });
const unknownThing = (field: string): Answer =>
  failure(422, 'VALIDATION_ERROR', 'Invalid input data', {
    details: [{ field, message: `there is no such ${field.replace('_id', '')}`, code: 'not_found' }],
  });
const created = (row: object): Answer => ({ ...ok(row), status: 201 });

type Kind = 'sites' | 'agents' | 'devices';
type Thing = Site | Agent | Device;

/** What an object collides with, or needs and lacks, as the hub would refuse it. */
const refusalOf = (world: World, kind: Kind, wanted: Thing): Answer | undefined => {
  const others = world[kind].filter(({ id }) => id !== wanted.id);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const site_ = 'site_id' in wanted ? wanted.site_id : undefined;
  if (site_ !== undefined && !world.sites.some(({ id }) => id === site_)) return unknownThing('site_id');
  if (kind === 'agents') {
    const { name } = wanted;
    return others.some((one) => same(one.name, name))
      ? conflict('name', `The name "${name}" is in use`)
      : undefined;
  }
  const { code } = wanted as Site | Device;
  const other = (others as (Site | Device)[]).find((one) => same(one.code, code));
  if (other) return conflict('code', `The code ${code} is in use by "${other.name}"`);
  if (kind === 'sites') return undefined;
  const { address, agent_id } = wanted as Device;
  if (!world.agents.some(({ id }) => id === agent_id)) return unknownThing('agent_id');
  return (others as Device[]).some((one) => one.address === address && one.agent_id === agent_id)
    ? conflict('address', 'this agent already watches that address')
    : undefined;
};

const told = ({ push }: ScriptRequest, kind: Kind, thing: Thing): void => {
  if (kind === 'sites') push({ name: 'site', data: liveSite(thing as Site) });
  if (kind === 'agents') push({ name: 'agent', data: liveAgent(thing as Agent) });
  if (kind === 'devices') push({ name: 'device', data: liveDevice(thing as Device) });
};

const change = (world: World, request: ScriptRequest, kind: Kind, thing: Thing): Answer => {
  const wanted = { ...thing, ...(request.body as Partial<Thing>) };
  const refusal = staleOf(request, thing) ?? refusalOf(world, kind, wanted);
  if (refusal) return refusal;
  wanted.updated_at = new Date(Math.max(Date.now(), Date.parse(thing.updated_at) + 1)).toISOString();
  Object.assign(thing, wanted);
  told(request, kind, thing);
  return single(request, thing);
};

const remove = (world: World, request: ScriptRequest, kind: Kind, thing: Thing): Answer => {
  const stale = staleOf(request, thing);
  if (stale) return stale;
  const holder = kind === 'sites' ? 'site_id' : kind === 'agents' ? 'agent_id' : undefined;
  const held = holder === undefined ? 0 : world.devices.filter((one) => one[holder] === thing.id).length;
  if (held > 0) return failure(409, 'RESOURCE_CONFLICT', `It still has ${held} devices`);
  (world[kind] as Thing[]) = world[kind].filter(({ id }) => id !== thing.id);
  (world.deleted[kind] as Thing[]).push(thing);
  request.push({ name: 'removed', data: { kind: kind.slice(0, -1) as 'site', id: thing.id } });
  return { status: 204 };
};

const restore = (world: World, request: ScriptRequest, kind: Kind, id: string): Answer => {
  const gone = world.deleted[kind] as Thing[];
  const thing = gone.find((one) => one.id === id);
  if (!thing) return failure(404, 'RESOURCE_NOT_FOUND', `There is no such ${kind.slice(0, -1)}`);
  const refusal = refusalOf(world, kind, thing);
  // What it needs is gone: a conflict here, not a fault of the request, and it is named.
  if (refusal) {
    const { error } = refusal.body as {
      error: { details?: { field: string; message: string }[] };
    };
    const [fault] = error.details ?? [];
    const needed = fault?.field === 'site_id' || fault?.field === 'agent_id' ? fault.field : undefined;
    if (needed === undefined)
      return conflict(fault?.field ?? 'code', fault?.message ?? 'It cannot be restored');
    const message = `It was deleted; restore it first (${String((thing as Device)[needed])})`;
    return failure(409, 'RESOURCE_CONFLICT', message, {
      details: [{ field: needed, message, code: 'not_found' }],
    });
  }
  (world.deleted[kind] as Thing[]) = gone.filter((one) => one !== thing);
  (world[kind] as Thing[]).push(thing);
  told(request, kind, thing);
  return single(request, thing);
};

const add = (world: World, request: ScriptRequest, kind: Kind): Answer => {
  const asked = request.body as Partial<Device & Site & Agent>;
  const place = 5000 + world[kind].length + world.deleted[kind].length;
  const at = world.sites.find(({ id }) => id === asked.site_id);
  if (kind !== 'sites' && !at) return unknownThing('site_id');
  const base = BANK_PLACES[3];
  if (!base || (kind !== 'sites' && !at)) return unknownThing('site_id');
  const name = asked.name ?? asked.address ?? 'unnamed';
  const made: Thing =
    kind === 'sites'
      ? {
          ...site(place, base, name),
          region: null,
          latitude: null,
          longitude: null,
          ...asked,
          id: site(place, base, name).id,
        }
      : kind === 'agents'
        ? agent(place, name, at as Site, {
            state: 'pending',
            version: null,
            probe: null,
            last_seen_at: null,
            device_count: 0,
          })
        : device(place, at as Site, 'unknown', { code: asked.address ?? `D-${place}`, ...asked, name });
  const refusal = refusalOf(world, kind, made);
  if (refusal) return refusal;
  (world[kind] as Thing[]).push(made);
  told(request, kind, made);
  return created(made);
};

const listOf = (world: World, request: ScriptRequest, kind: Kind): Answer => {
  const { query } = request;
  const search = query.get('search');
  const is = (name: string, value: string | null): boolean => [null, value].includes(query.get(name));
  if (kind === 'sites') {
    const rows = world.sites.filter(
      (one) => is('region', one.region) && holds(search, one.name, one.code, one.region),
    );
    return list(request, rows, SITE_SORT, 'name');
  }
  if (kind === 'agents') {
    const rows = world.agents.filter(
      (one) => is('site_id', one.site_id) && is('state', one.state) && holds(search, one.name),
    );
    return list(request, rows, AGENT_SORT, 'name');
  }
  const rows = world.devices.filter(
    (one) =>
      is('health', one.health) &&
      is('site_id', one.site_id) &&
      is('agent_id', one.agent_id) &&
      is('kind', one.kind) &&
      holds(search, one.name, one.code, one.address, one.model),
  );
  return list(request, rows, DEVICE_SORT, 'name');
};

/** /monitoring/{sites|agents|devices} and what is under it. */
export const fleetRoutes = (world: World, request: ScriptRequest): Answer | undefined => {
  const { path, method } = request;
  const match = /^\/monitoring\/(sites|agents|devices)(?:\/([^/]+)(?:\/([a-z-]+))?)?$/.exec(path);
  if (!match) return undefined;
  const [, kind, id, part] = match as unknown as [string, Kind, string?, string?];
  if (method !== 'GET' && !world.user.permissions.includes('monitoring:write')) return NO_RIGHT;
  if (id === undefined) {
    if (method === 'GET') return listOf(world, request, kind);
    return method === 'POST' ? add(world, request, kind) : undefined;
  }
  if (part === 'restore' && method === 'POST') return restore(world, request, kind, id);
  const thing = (world[kind] as Thing[]).find((one) => one.id === id);
  if (!thing) return undefined;
  if (part === 'enrolment') return ok({ token: 'sgt_8f3kq2v7x1m5c9d0w4', expires_at: ago(-DAY) });
  if (part === 'revoke') return change(world, { ...request, body: { state: 'revoked' } }, kind, thing);
  if (part !== undefined)
    return kind === 'devices' ? historyOf(world, request, thing as Device, part) : undefined;
  if (method === 'GET') return single(request, thing);
  if (method === 'PATCH') return change(world, request, kind, thing);
  return method === 'DELETE' ? remove(world, request, kind, thing) : undefined;
};
