import type { TicketSummary } from '@siaga/shared';
import type { EventBus, HubEvents } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import { createProjection, SUBJECTS, type Change, type Subject, type Verdict } from './projection.js';
import { createRing, type Frame } from './ring.js';

/** Where a subscriber's events go. `send` gets whole server-sent events, in order, and must not throw. */
export interface LiveSink {
  send(chunk: string | Buffer): void;
  /** The feed ends; nothing is sent after it. */
  end(): void;
}

export interface Subscription {
  /** The last event the subscriber has, if it says so. */
  lastEventId: string | undefined;
  /** Whether incidents are for this subscriber's eyes. */
  withIncidents: boolean;
  sink: LiveSink;
}

/** The feed of what the board shows: a snapshot, then every change after it, each once and in order. */
export interface Live {
  /** Begins to listen; call it once directory and verdicts are loaded. */
  start(): Promise<void>;
  /** Ends every subscription. */
  stop(): void;
  /**
   * Sends what came after `lastEventId`, or a snapshot where that is unknown, then each change as it comes, until
   * the answered function is called.
   */
  subscribe(subscription: Subscription): () => void;
}

/** Changes within this time go out together: a burst costs a device one event. */
const COALESCE_MS = 50;
const RING_CAPACITY = 10_000;

export const createLive = (deps: {
  directory: FleetDirectory;
  verdict: (deviceId: string) => Verdict | undefined;
  openIncidents: () => Promise<readonly TicketSummary[]>;
  events: EventBus;
  clock: Clock;
  run: string;
}): Live => {
  const { events, clock } = deps;
  const ring = createRing(deps.run, RING_CAPACITY);
  const projection = createProjection(deps.directory, deps.verdict);
  const subscriptions = new Set<Subscription>();
  const dirty: Record<Subject, Set<string>> = { site: new Set(), agent: new Set(), device: new Set() };
  let dirtyTickets: TicketSummary[] = [];
  let cancelFlush: (() => void) | undefined;
  let isStarted = false;
  // The snapshot's members by audience, until the next event.
  const snapshots = new Map<boolean, Buffer>();

  const flush = (): void => {
    cancelFlush = undefined;
    const changes: Change[] = [];
    const note = (change: Change | undefined) => void (change && changes.push(change));
    for (const subject of SUBJECTS) {
      for (const id of dirty[subject]) note(projection.refresh(subject, id));
      dirty[subject].clear();
    }
    for (const ticket of dirtyTickets) note(projection.incident(ticket));
    dirtyTickets = [];
    if (changes.length === 0) return;
    // A site comes before what stands on it, and goes after it.
    const removals = changes.filter((change) => change.name === 'removed').reverse();
    const ordered = [...changes.filter((change) => change.name !== 'removed'), ...removals];
    const frames = ordered.map((change) => ring.push(change.name, change.data, change.isTicket));
    snapshots.clear();
    broadcast(frames);
  };

  const broadcast = (frames: readonly Frame[]): void => {
    // One buffer for all subscribers of an audience.
    const chunks = new Map<boolean, Buffer>();
    for (const { withIncidents, sink } of subscriptions) {
      let chunk = chunks.get(withIncidents);
      if (!chunk) chunks.set(withIncidents, (chunk = Buffer.from(textOf(frames, withIncidents))));
      if (chunk.length > 0) sink.send(chunk);
    }
  };

  const soon = (): void => {
    if (isStarted) cancelFlush ??= clock.after(COALESCE_MS, flush);
  };
  const touch = (subject: Subject) => (id: string) => {
    dirty[subject].add(id);
    soon();
  };
  const listeners = {
    'site.changed': touch('site'),
    'site.removed': touch('site'),
    'agent.changed': touch('agent'),
    'agent.removed': touch('agent'),
    'device.changed': touch('device'),
    'device.removed': touch('device'),
    'health.changed': (ids: readonly string[]) => ids.forEach(touch('device')),
    'incident.changed': (ticket: TicketSummary) => {
      dirtyTickets.push(ticket);
      soon();
    },
  } satisfies { [Name in keyof HubEvents]?: (...args: HubEvents[Name]) => void };
  const names = Object.keys(listeners) as (keyof typeof listeners)[];

  const sendSnapshot = ({ sink, withIncidents }: Subscription): void => {
    let members = snapshots.get(withIncidents);
    if (!members)
      snapshots.set(withIncidents, (members = Buffer.from(`${projection.members(withIncidents)}}\n\n`)));
    const now = new Date(clock.nowMs()).toISOString();
    sink.send(`id: ${ring.idOf(ring.newest())}\nevent: snapshot\ndata: {"now":"${now}",`);
    sink.send(members);
  };

  return {
    start: async () => {
      for (const name of names) events.on(name, listeners[name]);
      projection.fill();
      for (const ticket of await deps.openIncidents()) projection.incident(ticket);
      isStarted = true;
      // What changed while the incidents were read.
      flush();
    },
    stop: () => {
      for (const name of names) events.off(name, listeners[name]);
      cancelFlush?.();
      cancelFlush = undefined;
      isStarted = false;
      for (const { sink } of subscriptions) sink.end();
      subscriptions.clear();
    },
    subscribe: (subscription) => {
      const { lastEventId, sink, withIncidents } = subscription;
      const missed = lastEventId === undefined ? undefined : ring.after(lastEventId);
      if (missed) {
        const text = textOf(missed, withIncidents);
        if (text !== '') sink.send(text);
      } else sendSnapshot(subscription);
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
  };
};

const textOf = (frames: readonly Frame[], withIncidents: boolean): string =>
  frames
    .filter((frame) => withIncidents || !frame.isTicket)
    .map((frame) => frame.text)
    .join('');
