import { msg } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import type { HealthCounts } from '@siaga/shared';
import { address } from '../app/routes.js';
import { healthShape } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord } from '../i18n/words.js';
import { WORST_FIRST } from '../live/state.js';

/** How the devices of something fare: each number a link to what it counts, trouble first. */
export const renderHealthLinks = (
  counts: HealthCounts | undefined,
  filter: Readonly<Record<string, string>>,
  locale: string,
): TemplateResult => {
  const present = WORST_FIRST.filter((health) => (counts?.[health] ?? 0) > 0);
  if (!counts || present.length === 0) return html`<span class="quiet">0</span>`;
  const total = present.reduce((sum, health) => sum + counts[health], 0);
  return html`<span class="counts">
    <a class="total" href=${address('/devices', filter)} title=${msg('All')}>${wholeNumber(total, locale)}</a
    >${present.map(
      (health) =>
        html`<a href=${address('/devices', { ...filter, health })} class=${health} title=${healthWord(health)}
          >${healthShape(health)}${wholeNumber(counts[health], locale)}<span class="visually-hidden"
            >${healthWord(health)}</span
          ></a
        >`,
    )}
  </span>`;
};
