import type { LoginBody, V1User, WebSession } from '@siaga/shared';
import { createObservable, type Observable } from '../app/observable.js';
import { API, requestJson, USER_HEADER } from './api-client.js';
import { ApiError, SESSION_CHANGED, toApiError } from './api-error.js';

export type SessionState =
  | { phase: 'checking' }
  /** The hub could not be asked who is signed in. */
  | { phase: 'unreachable'; error: ApiError }
  | { phase: 'signed-out' }
  | { phase: 'signed-in'; user: V1User }
  /** It ended while the app was in use: the page stays as it is until the same person signs in again. */
  | { phase: 'expired'; user: V1User };

export interface Session {
  state: Observable<SessionState>;
  /** Whose page this is, also while their session has ended; undefined where nobody is signed in. */
  userId(): string | undefined;
  /** Asks the hub who is signed in. */
  check(): Promise<void>;
  /**
   * Asks again who is signed in and what that person may do, behind the page's back: where the hub is away all stays as
   * it is, and a session that has ended is ended as by a 401. One that another tab began anew or as another person is
   * taken over here.
   */
  renew(): Promise<void>;
  /** Throws ApiError (wrong password, locked, too many tries, away). */
  signIn(login: LoginBody): Promise<void>;
  /** Ends it at the hub. Throws ApiError where that could not be done: the sign-in is then still good. */
  signOut(): Promise<void>;
  /**
   * After a 401: marks the session as ended and waits until the same person is signed in again. Throws ApiError
   * (SESSION_CHANGED) where another person signs in, or nobody: what was asked for was not theirs.
   */
  signInAgain(): Promise<void>;
  /** Leaves a session that has ended: on to the door. */
  leave(): void;
}

const ADDRESS = `${API}/auth/session`;

/**
 * Who is signed in, by the HttpOnly cookie that only the hub can read. All tabs have the one cookie: `onTurn` is called
 * when this one changed it, so that the others can be told.
 */
export const createSession = (fetch: typeof globalThis.fetch, onTurn?: () => void): Session => {
  const state = createObservable<SessionState>({ phase: 'checking' });
  let waiting: { resolve: () => void; reject: (error: ApiError) => void }[] = [];

  const settle = (isSame: boolean): void => {
    const settled = waiting;
    waiting = [];
    for (const { resolve, reject } of settled) {
      if (isSame) resolve();
      else reject(new ApiError(SESSION_CHANGED, 401, ''));
    }
  };
  const signedIn = (answer: unknown): void => {
    const { user } = (answer as { data: WebSession }).data;
    const before = state.value;
    state.set({ phase: 'signed-in', user });
    settle(!('user' in before) || before.user.id === user.id);
  };
  const signedOut = (): void => {
    state.set({ phase: 'signed-out' });
    settle(false);
  };

  const userId = (): string | undefined => ('user' in state.value ? state.value.user.id : undefined);

  return {
    state,
    userId,
    async check() {
      try {
        signedIn(await requestJson(fetch, ADDRESS, {}));
      } catch (thrown) {
        const error = toApiError(thrown);
        state.set(error.status === 401 ? { phase: 'signed-out' } : { phase: 'unreachable', error });
      }
    },
    async renew() {
      if (userId() === undefined) return;
      try {
        const answer = await requestJson(fetch, ADDRESS, {});
        // Who signed out meanwhile stays so.
        if (userId() !== undefined) signedIn(answer);
      } catch (thrown) {
        const now = state.value;
        if (toApiError(thrown).status === 401 && now.phase === 'signed-in')
          state.set({ phase: 'expired', user: now.user });
      }
    },
    async signIn(login) {
      const headers = { 'content-type': 'application/json' };
      signedIn(await requestJson(fetch, ADDRESS, { method: 'POST', headers, body: JSON.stringify(login) }));
      onTurn?.();
    },
    async signOut() {
      try {
        // Another person's session, begun in another tab, is not this page's to end.
        const mine = userId();
        const headers: Record<string, string> = mine === undefined ? {} : { [USER_HEADER]: mine };
        await requestJson(fetch, ADDRESS, { method: 'DELETE', headers });
      } catch (thrown) {
        if (toApiError(thrown).status !== 401) throw thrown;
      }
      signedOut();
      onTurn?.();
    },
    signInAgain() {
      const now = state.value;
      if (now.phase === 'signed-in') state.set({ phase: 'expired', user: now.user });
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        if (now.phase === 'signed-out') settle(false);
      });
    },
    leave: signedOut,
  };
};
