import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { DEVICE_KINDS } from '@siaga/shared';
import { LocalizedElement } from '../app/siaga-element.js';
import { field } from '../forms/field.js';
import { FilterFold, filterFoldStyles } from '../forms/filter-fold.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord, kindWord } from '../i18n/words.js';
import { WORST_FIRST } from '../live/state.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { countFilters, NO_FILTER, writeFilter, type BoardFilter, type BoardQuery } from './board-address.js';

/** The board's filters. Tells `siaga-filter` (detail: the values to put into the address). */
@customElement('siaga-board-filters')
export class SiagaBoardFilters extends LocalizedElement {
  static override styles = [
    baseStyles,
    formStyles,
    filterFoldStyles,
    css`
      .filters {
        gap: var(--space-2);
        margin: 0;
      }
      /* Each label stands within its own box: one low row, and the tiles begin higher up. */
      .filters .field {
        position: relative;
        flex: 1 1 8.5rem;
        max-width: 13.125rem;
        display: flex;
        align-items: center;
        gap: 0;
        height: 2.125rem;
        border: 1px solid var(--line-strong);
        border-radius: var(--radius-m);
        background: var(--surface);
      }
      .filters .field:focus-within {
        outline: 2px solid var(--focus);
        outline-offset: 1px;
      }
      .filters .field.grow {
        flex: 4 1 9.5rem;
        max-width: 21.25rem;
      }
      .filters .field:not(.grow) label {
        flex: none;
        padding-inline-start: var(--space-2);
        font-weight: 400;
        pointer-events: none;
      }
      .filters .grow label {
        position: absolute;
        width: 1px;
        height: 1px;
        overflow: hidden;
        clip-path: inset(50%);
        white-space: nowrap;
      }
      .filters input,
      .filters select {
        flex: 1;
        height: 100%;
        padding: 0 var(--space-2);
        border: 0;
        border-radius: inherit;
        background: transparent;
        outline: none;
      }
      .filters select {
        padding: 0 2px;
        font-weight: 600;
        text-overflow: ellipsis;
        cursor: pointer;
      }
      .filters select option {
        background: var(--surface);
        font-weight: 400;
      }
      .set {
        display: inline-flex;
        align-items: center;
        gap: var(--space-1);
        height: 2.125rem;
        white-space: nowrap;
      }
      .set button {
        padding: var(--space-1);
        border: 0;
        background: none;
        font: inherit;
        color: var(--brand);
        text-decoration: underline;
        text-underline-offset: 2px;
        cursor: pointer;
      }
      @media (max-width: 40rem) {
        .filters .field {
          flex: 1 1 40%;
          max-width: none;
          height: 2.5rem;
        }
        .filters .field.grow {
          flex: 1 1 0;
          max-width: none;
        }
        .filters .fold {
          height: 2.5rem;
        }
        .set {
          flex: 1 1 100%;
        }
      }
    `,
  ];

  @property({ attribute: false }) filter: BoardFilter = NO_FILTER;
  /** By name; an empty one stands for sites without a region. */
  @property({ attribute: false }) regions: readonly string[] = [];
  /** The name of the site that the board is filtered by. */
  @property({ attribute: false }) siteName: string | undefined;

  private readonly fold = new FilterFold(this);

  private tell(query: BoardQuery): void {
    this.dispatchEvent(new CustomEvent('siaga-filter', { detail: query, bubbles: true, composed: true }));
  }

  private readonly change = (name: string, value: string): void => this.tell({ [name]: value });

  private readonly clear = (): void => {
    this.tell(writeFilter(NO_FILTER));
    this.renderRoot.querySelector<HTMLInputElement>('#q')?.focus();
  };

  private renderRegion(): TemplateResult | typeof nothing {
    const { region } = this.filter;
    if (this.regions.length < 2 && region === undefined) return nothing;
    const known = region === undefined || this.regions.includes(region);
    const regions = known ? this.regions : [...this.regions, region];
    const choices = regions.map((name): [string, string] => [
      writeFilter({ ...NO_FILTER, region: name })['region'] ?? '',
      name === '' ? msg('No region') : name,
    ]);
    return field({
      name: 'region',
      label: msg('Region'),
      value: writeFilter(this.filter)['region'] ?? '',
      onInput: this.change,
      choices: [['', msg('All')], ...choices],
    });
  }

  private renderSite(): TemplateResult | typeof nothing {
    const { siteId } = this.filter;
    if (siteId === undefined) return nothing;
    const choices: [string, string][] = [
      ['', msg('All')],
      [siteId, this.siteName ?? msg('Unnamed site')],
    ];
    return field({ name: 'site', label: msg('Site'), value: siteId, onInput: this.change, choices });
  }

  private renderSet(): TemplateResult | typeof nothing {
    const count = countFilters(this.filter);
    if (count === 0) return nothing;
    const words = count === 1 ? msg('1 filter') : msg(str`${wholeNumber(count, this.locale)} filters`);
    return html`<span class="set">
      ${words} ·
      <button type="button" @click=${this.clear}>${msg('clear')}</button>
    </span>`;
  }

  private renderFolded(): TemplateResult {
    const { health, kind, acknowledged } = this.filter;
    const all: [string, string] = ['', msg('All')];
    return html`${field({
      name: 'health',
      label: msg('Health'),
      value: health ?? '',
      onInput: this.change,
      choices: [all, ...WORST_FIRST.map((one): [string, string] => [one, healthWord(one)])],
    })}
    ${this.renderRegion()}
    ${field({
      name: 'kind',
      label: msg('Kind'),
      value: kind ?? '',
      onInput: this.change,
      choices: [all, ...DEVICE_KINDS.map((one): [string, string] => [one, kindWord(one)])],
    })}
    ${field({
      name: 'ack',
      label: msg('Incident'),
      value: acknowledged ?? '',
      onInput: this.change,
      choices: [all, ['no', msg('Not acknowledged')], ['yes', msg('Acknowledged')]],
    })}
    ${this.renderSite()}`;
  }

  protected override render(): TemplateResult {
    const { filter } = this;
    const folded = countFilters({ ...filter, text: '' });
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Site, device or address'),
        placeholder: msg('Site, device or address'),
        type: 'search',
        value: filter.text,
        onInput: this.change,
        maxLength: 300,
        grow: true,
      })}
      ${this.fold.render(wholeNumber(folded, this.locale), this.renderFolded())} ${this.renderSet()}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-board-filters': SiagaBoardFilters;
  }
}
