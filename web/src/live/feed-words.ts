import { msg, str } from '@lit/localize';
import { durationWords } from '../i18n/time.js';
import type { LiveFeed } from './feed.js';

/** "Live", or how old what is shown has grown. */
export const feedWords = (feed: Pick<LiveFeed, 'state' | 'ageMs'>, locale: string): string => {
  const { phase } = feed.state.value;
  const ageMs = feed.ageMs();
  if (phase === 'live') return msg('Live');
  if (phase === 'connecting') return msg('Connecting…');
  if (ageMs === undefined) return msg('No connection');
  return msg(str`${durationWords(ageMs, locale)} old`);
};
