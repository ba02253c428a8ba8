import type { Pagination } from '@siaga/shared';
import { ApiError, errorOfAnswer, toApiError, UNREADABLE } from './api-error.js';

export type Query = Readonly<Record<string, string | number | undefined>>;

export interface Page<T> {
  items: T[];
  pagination: Pagination;
}

export interface ApiClient {
  get<T>(path: string, query?: Query, signal?: AbortSignal): Promise<T>;
  list<T>(path: string, query?: Query, signal?: AbortSignal): Promise<Page<T>>;
  /** Answers the data of the envelope; undefined where the hub answers 204. */
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T>;
}

export interface ApiClientDeps {
  fetch: typeof globalThis.fetch;
  /** Called on a 401: resolves when somebody is signed in again, and the request is then made once more. */
  signInAgain(): Promise<void>;
}

/** Where v1 is mounted. */
export const API = '/api/v1';

const addressOf = (path: string, query: Query): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return `${API}${path}${text === '' ? '' : `?${text}`}`;
};

/** One request and its answer's JSON; throws ApiError for everything but success. */
export const requestJson = async (
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
): Promise<unknown> => {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { credentials: 'same-origin', cache: 'no-store', ...init });
    text = await response.text();
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === 'AbortError') throw thrown;
    throw toApiError(thrown);
  }
  let body: unknown;
  try {
    body = text === '' ? undefined : JSON.parse(text);
  } catch {
    throw response.ok
      ? new ApiError(UNREADABLE, response.status, '')
      : errorOfAnswer(response.status, undefined);
  }
  if (!response.ok) throw errorOfAnswer(response.status, body);
  return body;
};

/** Requests to v1 with the session's cookie. */
export const createApiClient = ({ fetch, signInAgain }: ApiClientDeps): ApiClient => {
  const request = async (url: string, init: RequestInit): Promise<unknown> => {
    try {
      return await requestJson(fetch, url, init);
    } catch (thrown) {
      if (!(thrown instanceof ApiError) || thrown.status !== 401) throw thrown;
      await signInAgain();
      return requestJson(fetch, url, init);
    }
  };
  const read = (path: string, query: Query = {}, signal?: AbortSignal): Promise<unknown> =>
    request(addressOf(path, query), signal ? { signal } : {});

  return {
    get: async <T>(path: string, query?: Query, signal?: AbortSignal) =>
      ((await read(path, query, signal)) as { data: T }).data,
    list: async <T>(path: string, query?: Query, signal?: AbortSignal) => {
      const answer = (await read(path, query, signal)) as { data: T[]; pagination: Pagination };
      return { items: answer.data, pagination: answer.pagination };
    },
    send: async <T>(method: string, path: string, body?: object) => {
      const init: RequestInit = { method };
      if (body !== undefined) {
        init.headers = { 'content-type': 'application/json' };
        init.body = JSON.stringify(body);
      }
      return ((await request(addressOf(path, {}), init)) as { data: T } | undefined)?.data as T;
    },
  };
};
