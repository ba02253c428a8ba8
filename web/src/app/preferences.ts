import { showTimesIn } from '../i18n/time.js';
import { LANGUAGES, languageOfBrowser, setLocale, type Language } from '../locales/localization.js';
import { createObservable, type Observable } from './observable.js';

export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

/** Where times can be shown in: the browser's zone, Indonesia's three, and UTC. */
export const ZONES = ['browser', 'Asia/Jakarta', 'Asia/Makassar', 'Asia/Jayapura', 'UTC'] as const;
export type Zone = (typeof ZONES)[number];

export interface Preferences {
  language: Observable<Language>;
  theme: Observable<Theme>;
  zone: Observable<Zone>;
  /** Loads the language before it answers. Stays with the old one where it cannot be loaded. */
  setLanguage(language: Language): Promise<void>;
  setTheme(theme: Theme): void;
  setZone(zone: Zone): void;
  start(): Promise<void>;
}

const LANGUAGE_KEY = 'siaga.language';
const THEME_KEY = 'siaga.theme';
const ZONE_KEY = 'siaga.zone';

/** What this browser remembers. Storage may be forbidden by its settings: then nothing is, and all else works. */
export const recall = (key: string): string | null => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};
/** Has this browser remember it, where it may. */
export const remember = (key: string, value: string): void => {
  try {
    localStorage.setItem(key, value);
  } catch {
    return;
  }
};

/** Language, theme and zone of this browser. */
export const createPreferences = (): Preferences => {
  const language = createObservable<Language>('en');
  const theme = createObservable<Theme>('auto');
  const zone = createObservable<Zone>('browser');

  const showTheme = (wanted: Theme): void => {
    if (wanted === 'auto') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = wanted;
    theme.set(wanted);
  };
  const showZone = (wanted: Zone): void => {
    showTimesIn(wanted === 'browser' ? undefined : wanted);
    zone.set(wanted);
  };
  const showLanguage = async (wanted: Language): Promise<void> => {
    await setLocale(wanted);
    document.documentElement.lang = wanted;
    language.set(wanted);
  };

  return {
    language,
    theme,
    zone,
    async setLanguage(wanted) {
      await showLanguage(wanted);
      remember(LANGUAGE_KEY, wanted);
    },
    setTheme(wanted) {
      showTheme(wanted);
      remember(THEME_KEY, wanted);
    },
    setZone(wanted) {
      showZone(wanted);
      remember(ZONE_KEY, wanted);
    },
    async start() {
      const knownTheme = THEMES.find((one) => one === recall(THEME_KEY));
      showTheme(knownTheme ?? 'auto');
      showZone(ZONES.find((one) => one === recall(ZONE_KEY)) ?? 'browser');
      const knownLanguage = LANGUAGES.find((one) => one === recall(LANGUAGE_KEY));
      await showLanguage(knownLanguage ?? languageOfBrowser(navigator.languages));
    },
  };
};
