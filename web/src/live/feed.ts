import { LIVE_EVENT_NAMES } from './event-names.js';
import type { LiveEvent, LiveEventName } from '@siaga/shared';
import { createObservable, type Observable } from '../app/observable.js';
import { API, USER_HEADER } from '../http/api-client.js';
import { createSseParser, type SseEvent } from './sse.js';

export interface FeedState {
  /**
   * `live`: connected and heard within the last 20 s · `late`: the connection ended less than 20 s after the last sign
   * of life, and is being made anew · `cut`: nothing heard for 20 s · `connecting`: nothing heard yet.
   */
  phase: 'connecting' | 'live' | 'late' | 'cut';
  /** When the last sign of life came, by the feed's own clock (see `ageMs`); undefined before the first. */
  heardAtMs: number | undefined;
}

export interface LiveFeed {
  state: Observable<FeedState>;
  /** How old what the feed told is by now: ms since the last sign of life; undefined before the first. */
  ageMs(): number | undefined;
  start(): void;
  /** Ends the connection; `forget` also drops the place to resume from. */
  stop(options?: { forget?: boolean }): void;
  /** Tries at once: the network came back, or the tab is looked at again. */
  nudge(): void;
}

export interface LiveFeedDeps {
  fetch: typeof globalThis.fetch;
  /** Milliseconds that only run forward; not the time of day. */
  steadyMs(): number;
  /** Whose page this is: what the hub would tell another person is not read. */
  userId?(): string | undefined;
  onEvent(event: LiveEvent): void;
  /** The hub answered 401. The feed waits: whoever signs in again starts it. */
  onSignedOut(): void;
  /**
   * The hub ended the stream of its own accord, refused it (403), or opened it to another person, who signed in in
   * another tab: the rights may be others now. Whoever
   * finds that the right is gone stops the feed; until then it tries on, ever more seldom.
   */
  onRightsInDoubt(): void;
}

/** The hub's heartbeat comes every 15 s: one may be late, not two. */
const SILENT_MS = 20_000;
const GIVE_UP_MS = 40_000;
const FIRST_RETRY_MS = 500;
const LONGEST_RETRY_MS = 10_000;

/**
 * The one connection to GET /api/v1/live. It is read with fetch, not EventSource: that hides the heartbeat and the
 * status of a refused connection, and both decide what the top bar may claim.
 */
export const createLiveFeed = (deps: LiveFeedDeps): LiveFeed => {
  const { fetch, steadyMs, onEvent, onSignedOut, onRightsInDoubt } = deps;
  const state = createObservable<FeedState>({ phase: 'connecting', heardAtMs: undefined });
  let lastEventId = '';
  let wanted = false;
  let connection: AbortController | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let watchdog: ReturnType<typeof setInterval> | undefined;
  let failures = 0;
  /** Last sign of life, or when the present connection was begun. */
  let aliveAtMs = 0;
  /** When the feed was started: what never connects counts as cut from then on. */
  let startedAtMs = 0;

  const ageMs = (): number | undefined => {
    const { heardAtMs } = state.value;
    return heardAtMs === undefined ? undefined : steadyMs() - heardAtMs;
  };
  /** Says how bad it is that nothing is heard: a connection that drops and comes back at once disturbs nobody. */
  const miss = (): void => {
    const { phase, heardAtMs } = state.value;
    const silentMs = ageMs() ?? steadyMs() - startedAtMs;
    const next = silentMs > SILENT_MS ? 'cut' : heardAtMs === undefined ? 'connecting' : 'late';
    if (phase !== next) state.set({ phase: next, heardAtMs });
  };
  const heard = (): void => {
    failures = 0;
    aliveAtMs = steadyMs();
    const { phase, heardAtMs } = state.value;
    // Under load pieces come by the hundred: the top bar need not hear of each.
    if (phase === 'live' && aliveAtMs - (heardAtMs ?? 0) < 1000) return;
    state.set({ phase: 'live', heardAtMs: aliveAtMs });
  };
  const take = (event: SseEvent): void => {
    if (!LIVE_EVENT_NAMES.has(event.name)) return;
    lastEventId = event.id;
    onEvent({ name: event.name as LiveEventName, data: JSON.parse(event.data) as unknown } as LiveEvent);
  };

  const again = (afterMs: number): void => {
    if (!wanted) return;
    clearTimeout(retry);
    retry = setTimeout(connect, afterMs);
  };
  const backoffMs = (): number => {
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** failures);
    failures += 1;
    // Jitter: a hub that comes back is not met by every open page in the same instant.
    return longest / 2 + (Math.random() * longest) / 2;
  };

  const isOtherUser = ({ headers }: Response): boolean => {
    const [pageOf, feedOf] = [deps.userId?.(), headers.get(USER_HEADER)];
    return pageOf !== undefined && feedOf !== null && feedOf !== pageOf;
  };

  const read = async (mine: AbortController): Promise<void> => {
    const headers: Record<string, string> = { accept: 'text/event-stream' };
    if (lastEventId !== '') headers['last-event-id'] = lastEventId;
    const init: RequestInit = { headers, signal: mine.signal, cache: 'no-store', credentials: 'same-origin' };
    const response = await fetch(`${API}/live`, init);
    if (response.status === 401) {
      wanted = false;
      miss();
      onSignedOut();
      return;
    }
    const isOthers = isOtherUser(response);
    if (response.status === 403 || isOthers) onRightsInDoubt();
    if (isOthers) {
      mine.abort();
      throw new Error('the feed of another person');
    }
    if (!response.ok || !response.body) throw new Error(`HTTP ${response.status}`);
    heard();
    const parse = createSseParser();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (connection !== mine) return;
      if (done) {
        onRightsInDoubt();
        return;
      }
      heard();
      for (const event of parse(value)) take(event);
    }
  };

  const connect = (): void => {
    clearTimeout(retry);
    connection?.abort();
    const mine = new AbortController();
    connection = mine;
    aliveAtMs = steadyMs();
    read(mine)
      .catch(() => undefined)
      .finally(() => {
        if (connection !== mine) return;
        connection = undefined;
        miss();
        again(backoffMs());
      });
  };

  const watch = (): void => {
    if (state.value.phase !== 'live' || (ageMs() ?? 0) > SILENT_MS) miss();
    if (connection && steadyMs() - aliveAtMs > GIVE_UP_MS) connect();
  };

  return {
    state,
    ageMs,
    start() {
      if (wanted) return;
      wanted = true;
      failures = 0;
      startedAtMs = steadyMs();
      watchdog ??= setInterval(watch, 1000);
      connect();
    },
    stop(options) {
      wanted = false;
      clearTimeout(retry);
      clearInterval(watchdog);
      watchdog = undefined;
      const open = connection;
      connection = undefined;
      open?.abort();
      if (options?.forget) {
        lastEventId = '';
        state.set({ phase: 'connecting', heardAtMs: undefined });
      } else miss();
    },
    nudge() {
      if (wanted && state.value.phase !== 'live') connect();
    },
  };
};
