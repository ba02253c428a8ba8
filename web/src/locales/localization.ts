import { configureLocalization } from '@lit/localize';
import { sourceLocale, targetLocales } from './generated/locale-codes.js';

export type Language = 'en' | 'id';
export const LANGUAGES: readonly Language[] = ['id', 'en'];

/** The app's languages: English in the source, Indonesian loaded when it is wanted. */
export const { getLocale, setLocale } = configureLocalization({
  sourceLocale,
  targetLocales,
  loadLocale: async () => {
    const [templates] = await Promise.all([
      import('./generated/id.js'),
      import('@awesome.me/webawesome/dist/translations/id.js'),
    ]);
    return templates;
  },
});

/** The language of a browser that was never asked: Indonesian where it prefers that, else English. */
export const languageOfBrowser = (preferred: readonly string[]): Language => {
  for (const tag of preferred) {
    const primary = tag.toLowerCase().split('-')[0];
    // `in` is the old code for Indonesian.
    if (primary === 'id' || primary === 'in') return 'id';
    if (primary === 'en') return 'en';
  }
  return 'en';
};
