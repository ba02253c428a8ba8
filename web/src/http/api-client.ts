import type { Pagination } from '@siaga/shared';
import { ApiError, errorOfAnswer, SESSION_CHANGED, toApiError, UNREADABLE } from './api-error.js';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Page<T> {
  items: T[];
  pagination: Pagination;
}

/** Something with the mark of its version, to be named when it is changed. */
export interface Tagged<T> {
  value: T;
  etag: string | undefined;
}

export interface SendOptions {
  /** The version that the change was made from: where it is another by now the hub answers 412. */
  ifMatch?: string | undefined;
}

export interface ApiClient {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  /** As `get`, with the version. */
  getTagged<T>(path: string, signal?: AbortSignal): Promise<Tagged<T>>;
  list<T>(path: string, query?: Query, signal?: AbortSignal): Promise<Page<T>>;
  /** Answers the data of the envelope; undefined where the hub answers 204. */
  send<T>(
    method: 'POST' | 'PATCH' | 'DELETE',
    path: string,
    body?: object,
    options?: SendOptions,
  ): Promise<T>;
}

export interface ApiClientDeps {
  fetch: typeof globalThis.fetch;
  /**
   * Called on a 401: resolves when the same person is signed in again, and the request is then made once more; rejects
   * when that will not come to be.
   */
  signInAgain(): Promise<void>;
  /** Whose page this is; undefined where nobody is signed in. */
  userId?(): string | undefined;
  /** An answer was another person's, who has signed in in another tab: resolves when it is known who it is now. */
  onOtherUser?(): Promise<void>;
  /** The hub's epoch ms as an answer told it that came without delay. */
  onHubTime?(hubNowMs: number): void;
}

/** Where v1 is mounted. */
export const API = '/api/v1';
/** Who the hub takes the caller for (answers), and who the page does (writes: the hub refuses those of another). */
export const USER_HEADER = 'x-siaga-user';
/** An answer that was longer on its way tells too little of what time it is. */
const PROMPT_MS = 1000;
/** A date header tells no less than the second: by the half it is wrong at most. */
const HALF_A_SECOND_MS = 500;

const addressOf = (path: string, query: Query): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `${API}${path}${text === '' ? '' : `?${text}`}`;
};

const isRead = ({ method = 'GET' }: RequestInit): boolean => method === 'GET';

/** What is read is kept where the hub allows it, and asked for anew each time: unchanged it comes as a 304. */
const cacheFor = (init: RequestInit): RequestCache => (isRead(init) ? 'no-cache' : 'no-store');

interface Exchange {
  body: unknown;
  etag: string | undefined;
  /** The answer's own time, to the second; of one that the browser had kept it is that of its confirmation. */
  date: string | null;
  /** Whose answer it is, where the hub knew the caller. */
  userId: string | undefined;
}

/** An answer that was for another person than the page's. */
class OthersAnswer extends Error {}

const exchange = async (
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
  askerId?: string,
): Promise<Exchange> => {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: cacheFor(init), ...init });
    text = await response.text();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw toApiError(thrown);
  }
  const userId = response.headers.get(USER_HEADER) ?? undefined;
  const isOthers = askerId !== undefined && userId !== undefined && userId !== askerId;
  // What was written is written: that is told even where it was done in another's name.
  if (isOthers && (isRead(init) || !response.ok)) throw new OthersAnswer();
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw response.ok
      ? new ApiError(UNREADABLE, response.status, '')
      : errorOfAnswer(response.status, undefined);
  }
  if (!response.ok) throw errorOfAnswer(response.status, body);
  const { headers } = response;
  return { body, etag: headers.get('etag') ?? undefined, date: headers.get('date'), userId };
};

/** One request and its answer's JSON; throws ApiError for everything but success. */
export const requestJson = async (
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
): Promise<unknown> => (await exchange(fetch, url, init)).body;

/**
 * What time it is at the hub. An answer with a version may be one that the browser had kept and the hub confirmed: the
 * time within it is then of the past.
 */
const hubTimeOf = ({ body, etag, date }: Exchange): number => {
  if (etag !== undefined) return Date.parse(date ?? '') + HALF_A_SECOND_MS;
  const { meta } = (body ?? {}) as { meta?: { timestamp?: string } };
  return Date.parse(meta?.timestamp ?? '');
};

/** Requests to v1 with the session's cookie. */
export const createApiClient = (deps: ApiClientDeps): ApiClient => {
  const { fetch, signInAgain, onHubTime, onOtherUser } = deps;
  const userId = (): string | undefined => deps.userId?.();
  const once = async (url: string, init: RequestInit): Promise<Exchange> => {
    const startedMs = performance.now();
    const askerId = userId();
    const headers = new Headers(init.headers);
    if (askerId !== undefined && !isRead(init)) headers.set(USER_HEADER, askerId);
    const answer = await exchange(fetch, url, { ...init, headers }, askerId);
    if (askerId !== undefined && answer.userId !== undefined && answer.userId !== askerId)
      void onOtherUser?.();
    const hubNowMs = hubTimeOf(answer);
    if (!Number.isNaN(hubNowMs) && performance.now() - startedMs < PROMPT_MS) onHubTime?.(hubNowMs);
    return answer;
  };
  const mine = async (url: string, init: RequestInit): Promise<Exchange> => {
    const askerId = userId();
    try {
      return await once(url, init);
    } catch (thrown) {
      if (!(thrown instanceof OthersAnswer)) throw thrown;
      await onOtherUser?.();
      if (!isRead(init) || userId() !== askerId) throw new ApiError(SESSION_CHANGED, 401, '');
    }
    // It is the page's person after all: the browser may have kept an answer of the one before.
    try {
      return await once(url, { ...init, cache: 'reload' });
    } catch (thrown) {
      throw thrown instanceof OthersAnswer ? new ApiError(SESSION_CHANGED, 401, '') : thrown;
    }
  };
  const request = async (url: string, init: RequestInit): Promise<Exchange> => {
    try {
      return await mine(url, init);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 401 || thrown.code === SESSION_CHANGED)
        throw thrown;
      await signInAgain();
      return mine(url, init);
    }
  };
  const read = (path: string, query: Query = {}, signal?: AbortSignal): Promise<Exchange> =>
    request(addressOf(path, query), signal ? { signal } : {});

  return {
    get: async <T>(path: string, query?: Query, signal?: AbortSignal) =>
      ((await read(path, query, signal)).body as { data: T }).data,
    getTagged: async <T>(path: string, signal?: AbortSignal) => {
      const { body, etag } = await read(path, {}, signal);
      return { value: (body as { data: T }).data, etag };
    },
    list: async <T>(path: string, query?: Query, signal?: AbortSignal) => {
      const { body } = await read(path, query, signal);
      const answer = body as { data: T[]; pagination: Pagination };
      return { items: answer.data, pagination: answer.pagination };
    },
    send: async <T>(method: string, path: string, body?: object, { ifMatch }: SendOptions = {}) => {
      const headers: Record<string, string> = {};
      if (ifMatch !== undefined) headers['if-match'] = ifMatch;
      const init: RequestInit = { method, headers };
      if (body !== undefined) {
        headers['content-type'] = 'application/json';
        init.body = JSON.stringify(body);
      }
      const answer = await request(addressOf(path, {}), init).catch((thrown: unknown) => {
        throw thrown instanceof ApiError ? thrown.ofChange() : thrown;
      });
      return (answer.body as { data: T } | undefined)?.data as T;
    },
  };
};
