import Type from 'typebox';
import { DomainError } from '../../errors.js';
import type { EventBus } from '../../events.js';
import type { Identity, Principal } from '../../identity/index.js';
import type { Live } from '../../live/index.js';
import type { Clock } from '../../platform/clock.js';
import { openEventStream, type EventStream } from '../../platform/http/event-stream.js';
import type { App } from '../../platform/http/types.js';

export interface LiveDeps {
  live: Live;
  identity: Identity;
  events: EventBus;
  clock: Clock;
}

/** Streams of one sign-in; a browser has few tabs, a script that leaks them is told. */
const STREAMS_PER_SIGN_IN = 32;
const RETRY_S = 10;
/** A stream asks at least this often whether its sign-in still stands. */
const RECHECK_MS = 3_600_000;

/** GET /live: server-sent events, a snapshot and then changes (interfaces.md, "Live feed"). */
export const registerLiveRoutes = (app: App, deps: LiveDeps): void => {
  const streams = new Map<string, Set<EventStream>>();
  const endAll = (of: Iterable<EventStream>) => [...of].forEach((stream) => stream.end());

  deps.events.on('sign-in.revoked', (signInId) => endAll(streams.get(signInId) ?? []));
  app.addHook('preClose', async () => {
    for (const held of streams.values()) endAll(held);
  });

  app.get(
    '/live',
    {
      // A HEAD would open a stream that nobody reads.
      exposeHeadRoute: false,
      config: { permission: 'monitoring:read', exempt: true },
      schema: {
        tags: ['live'],
        summary: 'Live feed: a snapshot, then every change, as server-sent events',
        description:
          'Events: `snapshot`, `device`, `site`, `agent`, `removed`, and with `tickets:read` also `incident`. ' +
          'A request with `Last-Event-ID` resumes after that event. A comment every 15 s is the heartbeat.',
        headers: Type.Object({ 'last-event-id': Type.Optional(Type.String({ maxLength: 100 })) }),
        response: {
          200: Type.Unsafe<string>({
            description: 'The stream',
            content: { 'text/event-stream': { schema: { type: 'string' } } },
          }),
        },
      },
    },
    (request, reply) => {
      const { principal } = request;
      const held = streams.get(principal.signInId) ?? new Set();
      if (held.size >= STREAMS_PER_SIGN_IN)
        throw new DomainError('RATE_LIMIT_EXCEEDED', { retryAfterS: RETRY_S });

      const stream = openEventStream(reply, deps.clock, () => {
        unsubscribe();
        stopWatching();
        held.delete(stream);
        if (held.size === 0) streams.delete(principal.signInId);
      });
      streams.set(principal.signInId, held.add(stream));
      const stopWatching = endWithSignIn(deps, principal, stream);
      const unsubscribe = deps.live.subscribe({
        lastEventId: request.headers['last-event-id'],
        withIncidents: principal.permissions.has('tickets:read'),
        sink: { send: (chunk) => stream.write(chunk), end: () => stream.end() },
      });
    },
  );
};

/** Ends the stream when the proof behind it runs out: a token's end is fixed, a session may have been renewed. */
const endWithSignIn = (
  { clock, identity }: LiveDeps,
  principal: Principal,
  stream: EventStream,
): (() => void) => {
  let isOver = false;
  let cancel = () => {};
  const watch = (endMs: number): void => {
    const leftMs = endMs - clock.nowMs();
    if (isOver) return;
    if (leftMs <= 0) stream.end();
    else cancel = clock.after(Math.min(leftMs, RECHECK_MS), () => void recheck(endMs));
  };
  const recheck = async (endMs: number): Promise<void> => {
    try {
      const signInEndMs = (await identity.signInEnd(principal.signInId)) ?? 0;
      watch(principal.kind === 'token' ? Math.min(endMs, signInEndMs) : signInEndMs);
    } catch {
      // PostgreSQL is away: the caller comes back and is asked for his proof then.
      stream.end();
    }
  };
  watch(principal.expiresAtMs);
  return () => {
    isOver = true;
    cancel();
  };
};
