import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { wholeNumber } from '../i18n/numbers.js';
import type { Shown } from './live-board.js';
import './siaga-tiles.js';

/** With more calm sites than this they are folded into one line. */
const CALM_TILES = 24;

export const renderTroubled = (
  { troubled, filteredBy }: Shown,
  locale: string,
): TemplateResult | typeof nothing => {
  if (troubled.length === 0) return nothing;
  return html`<section aria-labelledby="troubled">
    <h2 id="troubled">
      ${msg('Needs attention')} <span class="count">${wholeNumber(troubled.length, locale)}</span>
    </h2>
    <siaga-tiles .groups=${troubled} .filteredBy=${filteredBy}></siaga-tiles>
  </section>`;
};

/** Calm sites are quiet: small where they are few, one line where they are many, which `isOpen` unfolds. */
export const renderCalm = (
  { calm, troubled, filteredBy }: Shown,
  locale: string,
  { isOpen, onToggle }: { isOpen: boolean; onToggle: (event: Event) => void },
): TemplateResult | typeof nothing => {
  if (calm.length === 0) return nothing;
  const tiles = html`<siaga-tiles small .groups=${calm} .filteredBy=${filteredBy}></siaga-tiles>`;
  if (calm.length <= CALM_TILES) {
    return html`<section aria-labelledby="calm">
      <h2 id="calm" class=${troubled.length === 0 ? 'visually-hidden' : ''}>${msg('All well')}</h2>
      ${tiles}
    </section>`;
  }
  const count = wholeNumber(calm.length, locale);
  return html`<details class="card" @toggle=${onToggle}>
    <summary>${msg(str`${count} sites where all is well`)}</summary>
    ${isOpen ? html`<div class="calm">${tiles}</div>` : nothing}
  </details>`;
};
