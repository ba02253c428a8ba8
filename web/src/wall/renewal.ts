import type { LiveFeed } from '../live/feed.js';
import { isOtherVersion } from './wall-model.js';

const EVERY_MS = 60 * 60_000;
/** A page that a cache keeps handing out old is not loaded again and again. */
const PAUSE_MS = 10 * 60_000;
const KEY = 'siaga.wall-reloaded-at';

const loadedFiles = (): string[] =>
  [...document.querySelectorAll('script[type="module"][src], link[rel="stylesheet"][href]')]
    .map((element) => element.getAttribute('src') ?? element.getAttribute('href') ?? '')
    .filter((file) => file.startsWith('/'));

const mayReload = (): boolean => {
  try {
    // The browser's own clock: a pause between two of its own acts.
    const last = Number(sessionStorage.getItem(KEY) ?? '0');
    if (Math.abs(Date.now() - last) < PAUSE_MS) return false;
    sessionStorage.setItem(KEY, String(Date.now()));
    return true;
  } catch {
    // Without storage nothing would end the circle.
    return false;
  }
};

/**
 * Loads the page again when the hub has another version of it: looked for when the live feed is back after a cut, which
 * a new version always brings, and every hour. Answers how to stop.
 */
export const watchForRenewal = (feed: LiveFeed): (() => void) => {
  const files = loadedFiles();
  let wasCut = false;

  const look = async (): Promise<void> => {
    try {
      const response = await fetch('/', { cache: 'no-store', credentials: 'same-origin' });
      if (response.ok && isOtherVersion(await response.text(), files) && mayReload()) location.reload();
    } catch {
      // Away again: the next reconnection looks once more.
    }
  };

  const stop = feed.state.subscribe(({ phase }) => {
    if (phase === 'cut') wasCut = true;
    if (phase !== 'live' || !wasCut) return;
    wasCut = false;
    void look();
  });
  const timer = setInterval(() => void look(), EVERY_MS);
  return () => {
    stop();
    clearInterval(timer);
  };
};
