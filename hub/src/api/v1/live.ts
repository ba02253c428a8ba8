import Type from 'typebox';
import { DomainError } from '../../errors.js';
import type { EventBus } from '../../events.js';
import type { Identity, Principal } from '../../identity/index.js';
import type { Live } from '../../live/index.js';
import type { Clock } from '../../platform/clock.js';
import { openEventStream, takesGzip, type EventStream } from '../../platform/http/event-stream.js';
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
/**
 * A stream asks this often whether its sign-in still stands and what its user may do: a deactivated user, or another role,
 * takes effect within twice that and the 5 s for which a sign-in is believed.
 */
const RECHECK_MS = 20_000;
/** PostgreSQL may be away so long, in which nobody's rights change, before the stream ends all the same. */
const UNCHECKED_MS = 300_000;

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
          'Without it no device has an `open_incident_id` either. A request with `Last-Event-ID` resumes after that event. ' +
          'The stream ends when the caller is signed out or his rights change. A comment every 15 s is the heartbeat.',
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

      const onClose = (): void => {
        unsubscribe();
        stopWatching();
        held.delete(stream);
        if (held.size === 0) streams.delete(principal.signInId);
      };
      const gzip = takesGzip(request.headers['accept-encoding']);
      const stream = openEventStream(reply, deps.clock, onClose, { gzip });
      streams.set(principal.signInId, held.add(stream));
      const stopWatching = endWithSignIn(deps, principal, stream);
      const unsubscribe = deps.live.subscribe({
        lastEventId: request.headers['last-event-id'],
        withIncidents: principal.permissions.has('tickets:read'),
        sink: { send: stream.write, pace: stream.pace, end: stream.end },
      });
    },
  );
};

/**
 * Ends the stream when the proof behind it runs out (a token's end is fixed, a session may have been renewed), or when its
 * user may see more or less than when it began: he comes back, and gets a snapshot of what is for his eyes now.
 */
const endWithSignIn = (
  { clock, identity }: LiveDeps,
  principal: Principal,
  stream: EventStream,
): (() => void) => {
  let isOver = false;
  let cancel = () => {};
  let checkedMs = clock.monotonicMs();
  const watch = (endMs: number): void => {
    const leftMs = endMs - clock.nowMs();
    if (isOver) return;
    if (leftMs <= 0) stream.end();
    else cancel = clock.after(Math.min(leftMs, RECHECK_MS), () => void recheck(endMs));
  };
  const recheck = async (endMs: number): Promise<void> => {
    try {
      const standing = await identity.standing(principal.signInId);
      checkedMs = clock.monotonicMs();
      if (!standing || !seesTheSame(principal.permissions, standing.permissions)) stream.end();
      else watch(principal.kind === 'token' ? Math.min(endMs, standing.endMs) : standing.endMs);
    } catch {
      if (clock.monotonicMs() - checkedMs >= UNCHECKED_MS) stream.end();
      else watch(endMs);
    }
  };
  watch(principal.expiresAtMs);
  return () => {
    isOver = true;
    cancel();
  };
};

const seesTheSame = (before: Principal['permissions'], now: Principal['permissions']): boolean =>
  now.has('monitoring:read') && before.has('tickets:read') === now.has('tickets:read');
