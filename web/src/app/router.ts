import { createObservable, type Observable } from './observable.js';
import { address, matchRoute, type Route } from './routes.js';

export interface Location {
  route: Route;
  path: string;
  query: URLSearchParams;
}

export interface Router {
  location: Observable<Location>;
  /** Goes to an address of this app; `replace` leaves no step to go back to. */
  go(to: string, options?: { replace?: boolean }): void;
  /** Changes the query only (undefined or empty: taken out), without a step in the history. */
  setQuery(changes: Readonly<Record<string, string | undefined>>): void;
  /** The present path with other query values: for links. */
  withQuery(changes: Readonly<Record<string, string | undefined>>): string;
  start(): void;
  stop(): void;
}

const read = (): Location => ({
  route: matchRoute(window.location.pathname),
  path: window.location.pathname,
  query: new URLSearchParams(window.location.search),
});

/** Client-side navigation over the History API: plain links work, modified clicks stay the browser's. */
export const createRouter = (): Router => {
  const location = createObservable<Location>(read());

  const show = (to: string, replace: boolean): void => {
    const leaves = new URL(to, window.location.href).pathname !== window.location.pathname;
    if (replace) history.replaceState(null, '', to);
    else history.pushState(null, '', to);
    location.set(read());
    if (leaves && !replace) window.scrollTo(0, 0);
  };

  const withQuery: Router['withQuery'] = (changes) => {
    const query = { ...Object.fromEntries(new URLSearchParams(window.location.search)), ...changes };
    return address(window.location.pathname, query);
  };

  const onPop = (): void => location.set(read());
  const onClick = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement);
    if (!link?.href || link.target !== '' || link.hasAttribute('download')) return;
    const url = new URL(link.href);
    if (url.origin !== window.location.origin || link.getAttribute('href')?.startsWith('#')) return;
    if (url.pathname.startsWith('/api/')) return;
    event.preventDefault();
    show(url.pathname + url.search, false);
  };

  return {
    location,
    go: (to, options) => show(to, options?.replace ?? false),
    setQuery: (changes) => show(withQuery(changes), true),
    withQuery,
    start() {
      window.addEventListener('popstate', onPop);
      document.addEventListener('click', onClick);
    },
    stop() {
      window.removeEventListener('popstate', onPop);
      document.removeEventListener('click', onClick);
    },
  };
};
