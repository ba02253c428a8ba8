import type { LiveEvent } from '@siaga/shared';
import { createHubClock, createSteadyMs } from './app/clock.js';
import { onNextFrame } from './app/next-frame.js';
import { createNotices } from './app/notices.js';
import { createPreferences, recall, remember } from './app/preferences.js';
import { createRouter } from './app/router.js';
import { createShortcuts } from './app/shortcuts.js';
import './app/siaga-app.js';
import { createSound } from './app/sound.js';
import { createTone } from './app/tone.js';
import type { Services } from './app/services.js';
import { createApiClient } from './http/api-client.js';
import { createSession } from './http/session.js';
import { createLiveFeed } from './live/feed.js';
import { createLiveStore } from './live/store.js';

const fetch = window.fetch.bind(window);

// The cookie is all tabs' own: who signs in or out in one is looked for at once in the others.
const tabs = new BroadcastChannel('siaga-session');
const session = createSession(fetch, () => tabs.postMessage('turn'));
tabs.addEventListener('message', () => void session.renew());
const userId = (): string | undefined => session.userId();
const wallMs = (): number => Date.now();
const clock = createHubClock(wallMs);
const steadyMs = createSteadyMs(wallMs, () => performance.now());
const store = createLiveStore(onNextFrame);
const onEvent = (event: LiveEvent): void => {
  if (event.name === 'snapshot') clock.correct(Date.parse(event.data.now));
  store.push(event);
};
const feed = createLiveFeed({
  fetch,
  steadyMs,
  userId,
  onEvent,
  // Whoever signs in starts the feed anew: nothing here waits for it.
  onSignedOut: () => void session.signInAgain().catch(() => undefined),
  onRightsInDoubt: () => void session.renew(),
});
const api = createApiClient({
  fetch,
  userId,
  signInAgain: () => session.signInAgain(),
  onOtherUser: () => session.renew(),
  onHubTime: (hubNowMs) => clock.correct(hubNowMs),
});
const preferences = createPreferences();
const router = createRouter();
// Web Awesome marks the page thus while a dialog or a drawer of its lies over it.
const isCovered = (): boolean => document.documentElement.classList.contains('wa-scroll-lock');
const shortcuts = createShortcuts(isCovered, () => performance.now());
const SOUND_KEY = 'siaga.sound';
const sound = createSound({
  tone: createTone(),
  nowMs: () => performance.now(),
  recall: () => recall(SOUND_KEY) === 'on',
  remember: (on) => remember(SOUND_KEY, on ? 'on' : 'off'),
  onGesture(callback) {
    window.addEventListener('pointerup', callback);
    window.addEventListener('keyup', callback);
    return () => {
      window.removeEventListener('pointerup', callback);
      window.removeEventListener('keyup', callback);
    };
  },
});
const notices = createNotices();
const services: Services = {
  api,
  session,
  store,
  feed,
  router,
  clock,
  preferences,
  notices,
  shortcuts,
  sound,
};

let feedsFor: string | undefined;
session.state.subscribe((state) => {
  if (state.phase === 'signed-in') {
    if (feedsFor !== undefined && feedsFor !== state.user.id) {
      feed.stop({ forget: true });
      store.clear();
      notices.clear();
    }
    feedsFor = state.user.id;
    if (state.user.permissions.includes('monitoring:read')) feed.start();
    else feed.stop();
  } else if (state.phase === 'signed-out') {
    feedsFor = undefined;
    feed.stop({ forget: true });
    store.clear();
    notices.clear();
  }
});
window.addEventListener('online', () => feed.nudge());
document.addEventListener('keydown', (event) => shortcuts.press(event));
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  feed.nudge();
  // What was granted while the person asked for it elsewhere is there at the return.
  void session.renew();
});

clock.start();
sound.start();
router.start();
await Promise.all([preferences.start(), session.check()]);
const app = document.createElement('siaga-app');
app.services = services;
document.body.prepend(app);
