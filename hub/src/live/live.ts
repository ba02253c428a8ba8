import type { TicketSummary } from '@siaga/shared';
import type { EventBus, HubEvents } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import { createProjection, SUBJECTS, type Change, type Subject, type Verdict } from './projection.js';
import { createRing, type Audience, type Frame } from './ring.js';

/** Where a subscriber's events go. `send` gets server-sent text in order and must not throw. */
export interface LiveSink {
  send(chunk: string | Buffer): void;
  /**
   * Calls `next` later, once what was sent has left and there is room for more; never where the reader is gone. Without
   * it a snapshot is sent in one go.
   */
  pace?(next: () => void): void;
  /** The feed ends; nothing is sent after it. */
  end(): void;
}

export interface Subscription {
  /** The last event the subscriber has, if it says so. */
  lastEventId: string | undefined;
  /** Whether incidents are for this subscriber's eyes; without it no device has an open one either. */
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
/** Missed events that are sent in one go. */
const CATCH_UP_FRAMES = 500;

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
  const readers = new Set<Reader>();
  const dirty: Record<Subject, Set<string>> = { site: new Set(), agent: new Set(), device: new Set() };
  let dirtyTickets: TicketSummary[] = [];
  let cancelFlush: (() => void) | undefined;
  let isStarted = false;

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
    broadcast(ordered.map((change) => ring.push(change.name, change.data, change.plain)));
  };

  const broadcast = (frames: readonly Frame[]): void => {
    // One buffer for all readers of an audience.
    const chunks = new Map<Audience, Buffer>();
    for (const { audience, sink, isLevel } of readers) {
      if (!isLevel) continue;
      let chunk = chunks.get(audience);
      if (!chunk) chunks.set(audience, (chunk = Buffer.from(ring.textOf(frames, audience))));
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

  /** Goes on with `next` when the reader has room for more, and is still there. */
  const pace = (reader: Reader, next: () => void): void => {
    const goOn = (): void => {
      if (readers.has(reader)) next();
    };
    if (reader.sink.pace) reader.sink.pace(goOn);
    else goOn();
  };

  /**
   * The state of this moment, in pieces, and then what came after it: neither a slow reader nor a large fleet holds
   * anybody else up, and no more than a piece waits for the one who reads.
   */
  const sendSnapshot = (reader: Reader): void => {
    const { audience, sink } = reader;
    reader.place = ring.newest();
    const members = projection.members(audience);
    const now = new Date(clock.nowMs()).toISOString();
    let piece = `id: ${ring.idOf(reader.place, audience)}\nevent: snapshot\ndata: {"now":"${now}",`;
    const sendPiece = (): void => {
      const next = members.next();
      sink.send(piece + (next.done ? '}\n\n' : next.value));
      piece = '';
      pace(reader, next.done ? () => catchUp(reader) : sendPiece);
    };
    sendPiece();
  };

  /** Sends what the reader missed until it stands where the ring stands. */
  const catchUp = (reader: Reader): void => {
    const missed = ring.after(reader.place, CATCH_UP_FRAMES);
    // More has happened than is held while it read: it begins anew.
    if (!missed) return sendSnapshot(reader);
    const newest = missed.at(-1);
    if (!newest) {
      reader.isLevel = true;
      return;
    }
    reader.place = newest.n;
    const text = ring.textOf(missed, reader.audience);
    if (text !== '') reader.sink.send(text);
    pace(reader, () => catchUp(reader));
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
      for (const { sink } of readers) sink.end();
      readers.clear();
    },
    subscribe: ({ lastEventId, sink, withIncidents }) => {
      const audience = withIncidents ? 'all' : 'no-tickets';
      const place = lastEventId === undefined ? undefined : ring.placeOf(lastEventId, audience);
      const reader: Reader = { audience, sink, place: place ?? 0, isLevel: false };
      readers.add(reader);
      if (place === undefined) sendSnapshot(reader);
      else catchUp(reader);
      return () => void readers.delete(reader);
    },
  };
};

interface Reader {
  audience: Audience;
  sink: LiveSink;
  /** The newest event it was sent, as long as it is not level. */
  place: number;
  /** It has had all there is, and gets what comes. */
  isLevel: boolean;
}
