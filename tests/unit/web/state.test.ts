import {
  HEALTHS,
  type Health,
  type LiveDevice,
  type LiveEvent,
  type LiveSnapshot,
  type TicketSummary,
} from '@siaga/shared';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyEvent,
  countHealth,
  createLiveChange,
  createLiveState,
  rebuildGroups,
  type LiveState,
} from '../../../web/src/live/state.js';
import { createLiveStore } from '../../../web/src/live/store.js';

const AT = '2026-01-15T03:04:05.000Z';
const device = (id: string, site: string, health: Health, name = id): LiveDevice => ({
  id,
  code: id,
  name,
  kind: 'atm',
  address: '10.0.0.1',
  site_id: site,
  agent_id: 'agent',
  health,
  since: AT,
  open_incident_id: null,
  parent_ids: [],
});
const site = (id: string): LiveEvent => ({
  name: 'site',
  data: { id, code: id, name: id, region: null, timezone: 'Asia/Jakarta', latitude: null, longitude: null },
});
const ticket = (id: string, status: TicketSummary['status'], updatedAt = AT): TicketSummary => ({
  id,
  ticket_number: `INC-${id}`,
  ticket_type: 'incident',
  title: id,
  description: '',
  status,
  priority: 'high',
  requester: { id: 'm', name: 'Monitoring', email: 'm@siaga.local' },
  assigned_to: null,
  category: null,
  subcategory: null,
  created_at: AT,
  updated_at: updatedAt,
  resolved_at: null,
  closed_at: null,
  source: 'monitoring',
  device_id: 'd',
  site_id: 's',
  condition: 'unreachable',
  occurrences: 1,
  first_failed_at: AT,
  detected_at: AT,
  acknowledged_at: null,
  acknowledged_by: null,
  acknowledge_reason: null,
});
/** A moment of the tickets, n seconds after the first. */
const after = (n: number): string => new Date(Date.parse(AT) + n * 1000).toISOString();
const snapshot = (devices: LiveDevice[], incidents: TicketSummary[] = []): LiveEvent => ({
  name: 'snapshot',
  data: { now: AT, sites: [], agents: [], devices, incidents },
});
const play = (state: LiveState, events: readonly LiveEvent[]) => {
  const change = createLiveChange();
  for (const event of events) applyEvent(state, change, event);
  rebuildGroups(state, change);
  return change;
};

describe('devices and their sites', () => {
  test('a group has its devices worst first, then by name in number order', () => {
    const state = createLiveState();
    play(state, [
      snapshot([
        device('1', 's', 'up', 'ATM 10'),
        device('2', 's', 'up', 'ATM 2'),
        device('3', 's', 'unknown'),
        device('4', 's', 'down'),
        device('5', 's', 'degraded'),
      ]),
    ]);
    const group = state.groups.get('s');
    expect(group?.devices.map(({ id }) => id)).toEqual(['4', '5', '3', '2', '1']);
    expect(group?.worst).toBe('down');
    expect(group?.counts).toEqual({ up: 2, degraded: 1, down: 1, unknown: 1 });
  });

  test('only touched groups become new objects', () => {
    const state = createLiveState();
    play(state, [snapshot([device('1', 'a', 'up'), device('2', 'b', 'up')])]);
    const [a, b] = [state.groups.get('a'), state.groups.get('b')];
    play(state, [{ name: 'device', data: device('1', 'a', 'down') }]);
    expect(state.groups.get('a')).not.toBe(a);
    expect(state.groups.get('b')).toBe(b);
  });

  test('a device that moves leaves its old site, and an empty site has no group', () => {
    const state = createLiveState();
    play(state, [site('a'), site('b'), snapshot([device('1', 'a', 'up')])]);
    play(state, [{ name: 'device', data: device('1', 'b', 'up') }]);
    expect([...state.groups.keys()]).toEqual(['b']);
  });

  test('a site that comes after its devices gets its name', () => {
    const state = createLiveState();
    play(state, [snapshot([device('1', 'a', 'up')])]);
    expect(state.groups.get('a')?.site).toBeUndefined();
    play(state, [site('a')]);
    expect(state.groups.get('a')?.site?.name).toBe('a');
  });

  test('an acknowledgement is part of the group of the device', () => {
    const state = createLiveState();
    const failing = { ...device('d', 's', 'down'), open_incident_id: '1' };
    play(state, [snapshot([failing, device('e', 's', 'up')], [ticket('1', 'new')])]);
    const before = state.groups.get('s');
    expect([...(before?.acknowledged ?? [])]).toEqual([]);
    play(state, [{ name: 'incident', data: { ...ticket('1', 'assigned'), acknowledged_at: AT } }]);
    expect([...(state.groups.get('s')?.acknowledged ?? [])]).toEqual(['d']);
    play(state, [{ name: 'incident', data: ticket('1', 'resolved') }]);
    expect([...(state.groups.get('s')?.acknowledged ?? [])]).toEqual([]);
    // What a page still holds of the group stays as it was.
    expect(before?.counts).toEqual({ up: 1, degraded: 0, down: 1, unknown: 0 });
  });

  test('the longest standing of equals comes first; what is up stands by name', () => {
    const state = createLiveState();
    const since = (one: LiveDevice, at: string): LiveDevice => ({ ...one, since: at });
    play(state, [
      snapshot([
        since(device('1', 's', 'down', 'A'), '2026-01-15T05:00:00.000Z'),
        since(device('2', 's', 'down', 'B'), '2026-01-15T04:00:00.000Z'),
        since(device('3', 's', 'up', 'D'), '2026-01-15T04:00:00.000Z'),
        since(device('4', 's', 'up', 'C'), '2026-01-15T05:00:00.000Z'),
      ]),
    ]);
    expect(state.groups.get('s')?.devices.map(({ id }) => id)).toEqual(['2', '1', '4', '3']);
  });

  test('piece by piece it comes to the same as all at once', () => {
    const anyDevice = fc.record({
      id: fc.constantFrom('1', '2', '3', '4', '5'),
      site: fc.constantFrom('a', 'b', 'c'),
      health: fc.constantFrom(...HEALTHS),
      incident: fc.constantFrom('i', 'j', null),
    });
    const anyEvent = fc.oneof(
      {
        weight: 5,
        arbitrary: anyDevice.map(({ id, site: at, health, incident }): LiveEvent => ({
          name: 'device',
          data: { ...device(id, at, health), open_incident_id: incident },
        })),
      },
      anyDevice.map(({ id }): LiveEvent => ({ name: 'removed', data: { kind: 'device', id } })),
      anyDevice.map(({ site: id }): LiveEvent => ({ name: 'removed', data: { kind: 'site', id } })),
      anyDevice.map(({ site: at }) => site(at)),
      fc
        .record({
          id: fc.constantFrom('i', 'j'),
          about: fc.constantFrom('1', '2'),
          at: fc.constantFrom(AT, null),
          open: fc.boolean(),
        })
        .map(({ id, about, at, open }): LiveEvent => ({
          name: 'incident',
          data: { ...ticket(id, open ? 'new' : 'resolved'), device_id: about, acknowledged_at: at },
        })),
    );
    fc.assert(
      fc.property(fc.array(fc.array(anyEvent)), (rounds) => {
        const state = createLiveState();
        for (const round of rounds) play(state, round);
        const anew = createLiveState();
        const [sites, devices, incidents] = [state.sites, state.devices, state.incidents].map((map) => [
          ...map.values(),
        ]);
        play(anew, [
          {
            name: 'snapshot',
            data: { now: AT, sites, agents: [], devices, incidents } as LiveSnapshot,
          },
        ]);
        expect(state.counts).toEqual(countHealth(state.devices.values()));
        expect(new Set(state.groups.keys())).toEqual(new Set(anew.groups.keys()));
        expect(new Set(state.members.keys())).toEqual(new Set(anew.members.keys()));
        for (const [id, { site: at, devices: there, counts, worst, acknowledged }] of anew.groups) {
          const group = state.groups.get(id);
          expect(group?.site).toBe(at);
          expect(group?.devices).toEqual(there);
          expect([group?.counts, group?.worst]).toEqual([counts, worst]);
          // An incident tells of its device: one that changed hands unseen is known at the next word of either.
          for (const known of acknowledged) expect(state.devices.get(known)?.open_incident_id).not.toBeNull();
        }
      }),
    );
  });

  test('the groups are what the devices say, after any events', () => {
    const anyDevice = fc.record({
      id: fc.constantFrom('1', '2', '3', '4', '5'),
      site: fc.constantFrom('a', 'b', 'c'),
      health: fc.constantFrom(...HEALTHS),
    });
    const anyEvent = fc.oneof(
      anyDevice.map(({ id, site: at, health }): LiveEvent => ({
        name: 'device',
        data: device(id, at, health),
      })),
      anyDevice.map(({ id }): LiveEvent => ({ name: 'removed', data: { kind: 'device', id } })),
      fc
        .uniqueArray(anyDevice, { selector: ({ id }) => id })
        .map((all) => snapshot(all.map(({ id, site: at, health }) => device(id, at, health)))),
    );
    fc.assert(
      fc.property(fc.array(fc.array(anyEvent)), (rounds) => {
        const state = createLiveState();
        for (const round of rounds) play(state, round);
        const grouped = [...state.groups.values()].flatMap(({ devices }) => devices);
        expect(new Set(grouped)).toEqual(new Set(state.devices.values()));
        expect(grouped).toHaveLength(state.devices.size);
        for (const { siteId, devices, counts } of state.groups.values()) {
          expect(devices.length).toBeGreaterThan(0);
          expect(devices.every(({ site_id }) => site_id === siteId)).toBe(true);
          expect(counts).toEqual(countHealth(devices));
        }
      }),
    );
  });
});

describe('incidents', () => {
  test.each([
    // what comes, what is open after it, newly opened, resolved
    ['opened', [ticket('1', 'new')], ['1'], ['1'], []],
    ['opened, then changed', [ticket('1', 'new'), ticket('1', 'assigned')], ['1'], ['1'], []],
    ['opened and resolved', [ticket('1', 'new'), ticket('1', 'resolved')], [], ['1'], ['1']],
    ['resolved, never known', [ticket('1', 'resolved')], [], [], []],
    [
      'resolved and reopened',
      [ticket('1', 'new'), ticket('1', 'resolved'), ticket('1', 'new', after(1))],
      ['1'],
      ['1', '1'],
      ['1'],
    ],
  ])('%s', (_name, tickets, open, opened, resolved) => {
    const state = createLiveState();
    const change = play(
      state,
      tickets.map((data): LiveEvent => ({ name: 'incident', data })),
    );
    expect([...state.incidents.keys()]).toEqual(open);
    expect(change.opened.map(({ id }) => id)).toEqual(opened);
    expect(change.resolved.map(({ id }) => id)).toEqual(resolved);
  });

  test.each([
    [
      'resolved, then an answer from before it',
      [ticket('1', 'new'), ticket('1', 'resolved', after(2)), ticket('1', 'assigned', after(1))],
      [],
      ['1'],
    ],
    [
      'resolved, then an answer of the same moment',
      [ticket('1', 'new'), ticket('1', 'resolved', after(1)), ticket('1', 'assigned', after(1))],
      [],
      ['1'],
    ],
    [
      'never known, resolved, then an answer from before it',
      [ticket('1', 'resolved', after(2)), ticket('1', 'assigned', after(1))],
      [],
      [],
    ],
    [
      'reopened, then the old end once more',
      [ticket('1', 'new', after(2)), ticket('1', 'resolved', after(1))],
      ['new'],
      ['1'],
    ],
    [
      'changed, then what was before the change',
      [ticket('1', 'assigned', after(2)), ticket('1', 'new', after(1))],
      ['assigned'],
      ['1'],
    ],
  ])('what comes late changes nothing: %s', (_name, tickets, statuses, opened) => {
    const state = createLiveState();
    const change = play(
      state,
      tickets.map((data): LiveEvent => ({ name: 'incident', data })),
    );
    expect([...state.incidents.values()].map(({ status }) => status)).toEqual(statuses);
    expect(change.opened.map(({ id }) => id)).toEqual(opened);
  });

  test('what a snapshot no longer holds is not put back by a late answer', () => {
    const state = createLiveState();
    play(state, [snapshot([], [ticket('1', 'new', after(1))]), snapshot([])]);
    const change = play(state, [{ name: 'incident', data: ticket('1', 'new', after(1)) }]);
    expect([state.incidents.size, change.opened]).toEqual([0, []]);
    play(state, [snapshot([], [ticket('1', 'new')])]);
    expect(state.incidents.size).toBe(1);
  });

  test('a comment on a resolved one is noted as a change, and the memory of ends is bounded', () => {
    const state = createLiveState();
    play(state, [{ name: 'incident', data: ticket('1', 'resolved') }]);
    const change = play(state, [{ name: 'incident', data: ticket('1', 'resolved', after(1)) }]);
    expect([...change.incidents]).toEqual(['1']);
    expect(change.resolved).toEqual([]);
    for (let n = 0; n < 2000; n += 1) play(state, [{ name: 'incident', data: ticket(`n${n}`, 'closed') }]);
    expect(state.ended.size).toBe(500);
  });

  test('in whichever order its states come, and however often, the newest stands', () => {
    const statuses = fc.array(fc.constantFrom('new', 'assigned', 'resolved', 'closed'), {
      minLength: 1,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        statuses.chain((all) => {
          const states = all.map((status, n) => ticket('1', status, after(n)));
          const [last] = states.slice(-1) as [TicketSummary];
          return fc.record({
            last: fc.constant(last),
            told: fc
              .array(fc.constantFrom(...states), { maxLength: 10 })
              .chain((more) =>
                fc.shuffledSubarray([...states, ...more], { minLength: states.length + more.length }),
              ),
          });
        }),
        ({ last, told }) => {
          const state = createLiveState();
          for (const data of told) play(state, [{ name: 'incident', data }]);
          const open = last.status === 'new' || last.status === 'assigned';
          expect([...state.incidents.values()]).toEqual(open ? [last] : []);
        },
      ),
    );
  });

  test('a snapshot opens nothing anew: who looks has seen no incident begin', () => {
    expect(play(createLiveState(), [snapshot([], [ticket('1', 'new')])]).opened).toEqual([]);
  });
});

describe('the store', () => {
  test('applies what was queued at the next frame, once, and tells each listener once', () => {
    const frames: (() => void)[] = [];
    const store = createLiveStore((callback) => frames.push(callback));
    const told: number[] = [];
    store.subscribe(({ devices }) => told.push(devices.size));
    store.push(snapshot([]));
    store.push({ name: 'device', data: device('1', 's', 'up') });
    store.push({ name: 'device', data: device('1', 's', 'down') });
    store.push({ name: 'device', data: device('2', 's', 'up') });
    expect(frames).toHaveLength(1);
    expect(store.state.ready).toBe(false);
    frames[0]?.();
    expect(told).toEqual([2]);
    expect(store.state.groups.get('s')?.counts).toMatchObject({ up: 1, down: 1 });
    store.push({ name: 'device', data: device('2', 's', 'down') });
    expect(frames).toHaveLength(2);
  });

  test('tells everybody, also when one of them fails', () => {
    const faults: unknown[] = [];
    const store = createLiveStore(
      (callback) => callback(),
      (error) => faults.push(error),
    );
    const told: number[] = [];
    const broken = new Error('broken');
    store.subscribe(() => {
      throw broken;
    });
    store.subscribe(({ devices }) => told.push(devices.size));
    store.push({ name: 'device', data: device('1', 's', 'up') });
    expect(told).toEqual([1]);
    store.clear();
    expect(faults).toEqual([broken, broken]);
  });

  test('forgets everything when another person signs in', () => {
    const store = createLiveStore((callback) => callback());
    store.push(snapshot([device('1', 's', 'up')]));
    store.clear();
    expect(store.state).toMatchObject({ ready: false });
    expect(store.state.devices.size).toBe(0);
  });
});
