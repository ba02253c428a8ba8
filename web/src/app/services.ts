import { createContext } from '@lit/context';
import type { ApiClient } from '../http/api-client.js';
import type { Session } from '../http/session.js';
import type { LiveFeed } from '../live/feed.js';
import type { LiveStore } from '../live/store.js';
import type { HubClock } from './clock.js';
import type { Notices } from './notices.js';
import type { Preferences } from './preferences.js';
import type { Router } from './router.js';
import type { Shortcuts } from './shortcuts.js';
import type { Sound } from './sound.js';

/** What the elements of the app share; made once in main.ts and handed down by context. */
export interface Services {
  api: ApiClient;
  session: Session;
  store: LiveStore;
  feed: LiveFeed;
  router: Router;
  clock: HubClock;
  preferences: Preferences;
  notices: Notices;
  shortcuts: Shortcuts;
  sound: Sound;
}

export const servicesContext = createContext<Services>('siaga-services');
