/** The app's addresses. Pure: what a path means, and the path of a thing. */
export type Route =
  | { page: 'board' }
  | { page: 'wall' }
  | { page: 'incidents' }
  | { page: 'incident'; id: string }
  | { page: 'devices' }
  | { page: 'device'; id: string }
  | { page: 'sites' }
  | { page: 'agents' }
  | { page: 'sign-in' }
  | { page: 'not-found' };

const FIXED: Readonly<Record<string, Route>> = {
  '/': { page: 'board' },
  '/wall': { page: 'wall' },
  '/incidents': { page: 'incidents' },
  '/devices': { page: 'devices' },
  // Sites and agents were one page; its address still leads to the sites.
  '/fleet': { page: 'sites' },
  '/fleet/sites': { page: 'sites' },
  '/fleet/agents': { page: 'agents' },
  '/sign-in': { page: 'sign-in' },
};
const OF_ONE = /^\/(incidents|devices)\/([^/]+)$/;

const decoded = (part: string): string | undefined => {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
};

/** The route of a path; a trailing slash is forgiven. */
export const matchRoute = (pathname: string): Route => {
  const path = pathname.length > 1 ? pathname.replace(/\/+$/, '') || '/' : pathname;
  const fixed = Object.hasOwn(FIXED, path) ? FIXED[path] : undefined;
  if (fixed) return fixed;
  const match = OF_ONE.exec(path);
  const id = match?.[2] === undefined ? undefined : decoded(match[2]);
  if (!match || id === undefined) return { page: 'not-found' };
  return { page: match[1] === 'incidents' ? 'incident' : 'device', id };
};

/** A path with its query; what is undefined or empty is left out. */
export const address = (
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== '') search.set(key, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
};

export const deviceAddress = (id: string): string => `/devices/${encodeURIComponent(id)}`;
export const incidentAddress = (id: string): string => `/incidents/${encodeURIComponent(id)}`;

/** Where to go after signing in: a path of this app, never another host's. */
export const returnAddress = (wanted: string | null): string => {
  if (wanted === null || !wanted.startsWith('/') || /^\/[/\\]/.test(wanted)) return '/';
  return wanted.startsWith('/sign-in') ? '/' : wanted;
};
