import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { icons } from '../components/icons.js';
import '../components/siaga-time.js';
import { wholeNumber } from '../i18n/numbers.js';
import { lastChange, type BoardModel } from './board-model.js';

/** A quiet night said in one line; nothing while there is trouble, or where a filter hides some of the devices. */
export const renderAllWell = (
  { troubled, calm, shownDevices }: BoardModel,
  total: number,
  locale: string,
): TemplateResult | typeof nothing => {
  if (troubled.length > 0 || shownDevices < total || total < 2) return nothing;
  const changedAt = lastChange(calm);
  return html`<p class="all-well">
    ${icons.calm}<strong>${msg(str`All ${wholeNumber(total, locale)} devices are up`)}</strong>
    ${
      changedAt === undefined
        ? nothing
        : html`<span>${msg('Last change:')} <siaga-time at=${changedAt}></siaga-time></span>`
    }
  </p>`;
};
