import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import { field } from '../forms/field.js';
import { FilterFold, filterFoldStyles } from '../forms/filter-fold.js';
import { wholeNumber } from '../i18n/numbers.js';
import { priorityWord } from '../i18n/words.js';
import { compareNames } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, formStyles } from '../styles/shared.js';
import { bearsAcknowledged, countFilters, isPeriodReversed, type ListFilter } from './list-filter.js';
import { V1_PRIORITY_WORDS } from './wire-words.js';

type Choice = [value: string, words: string];

/** The filters of the incidents list; they live in the address. */
@customElement('siaga-incident-filters')
export class SiagaIncidentFilters extends SiagaElement {
  static override styles = [
    baseStyles,
    formStyles,
    filterFoldStyles,
    css`
      .filters .field {
        flex: 0 1 9.375rem;
      }
      .filters .field.grow {
        flex: 1 1 12.5rem;
      }
      /* Its choices are the longest. */
      .filters .field:has(> #period) {
        flex-basis: 12.5rem;
      }
      .chip {
        display: inline-flex;
        align-items: center;
        gap: var(--space-2);
        min-height: 2.25rem;
        padding: 0 var(--space-3);
        border: 1px solid var(--brand);
        border-radius: 999px;
        background: var(--brand-quiet);
        overflow-wrap: anywhere;
      }
      @media (max-width: 40rem) {
        .filters .field {
          flex: 1 1 8.125rem;
        }
        .filters .field.grow {
          flex: 1 1 0;
        }
      }
    `,
  ];

  @property({ attribute: false }) filter!: ListFilter;

  private readonly fold = new FilterFold(this);

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      ({ sites }) => sites.size > 0,
    );
  }

  private readonly change = (name: string, value: string): void => {
    const more = name === 'period' && value !== 'custom' ? { from: '', to: '' } : {};
    this.services.router.setQuery({
      // The older name of the status is replaced by it.
      ...(name === 'status' ? { show: '' } : {}),
      ...more,
      [name]: name === 'status' && value === 'open' ? '' : value,
      page: '',
    });
  };

  private renderDay(name: 'from' | 'to', label: string, isWrong: boolean): TemplateResult {
    return html`<div class="field">
      <label for=${name}>${label}</label>
      <input
        type="date"
        id=${name}
        .value=${this.filter[name]}
        aria-invalid=${isWrong ? 'true' : nothing}
        aria-describedby=${isWrong ? 'period-fault' : nothing}
        @change=${(event: Event) => this.change(name, (event.target as HTMLInputElement).value)}
      />
    </div>`;
  }

  private renderPeriod(): TemplateResult {
    const isWrong = isPeriodReversed(this.filter);
    return html`${field({
      name: 'period',
      label: msg('Opened'),
      value: this.filter.period,
      onInput: this.change,
      choices: [
        ['', msg('At any time')],
        ['24h', msg('In the last 24 hours')],
        ['7d', msg('In the last 7 days')],
        ['30d', msg('In the last 30 days')],
        ['90d', msg('In the last 90 days')],
        ['custom', msg('Between two days')],
      ],
    })}
    ${
      this.filter.period === 'custom'
        ? html`${this.renderDay('from', msg('From'), isWrong)} ${this.renderDay('to', msg('To'), isWrong)}
          ${isWrong ? html`<span class="fault" id="period-fault" role="alert">${msg('The last day lies before the first.')}</span>` : nothing}`
        : nothing
    }`;
  }

  private renderDevice(): TemplateResult | typeof nothing {
    const { deviceId } = this.filter;
    if (deviceId === '') return nothing;
    const name = this.services.store.state.devices.get(deviceId)?.name ?? msg('One device');
    return html`<span class="chip">
      <bdi>${name}</bdi>
      <a href=${this.services.router.withQuery({ device_id: '', page: '' })}>${msg('all devices')}</a>
    </span>`;
  }

  private renderFolded(): TemplateResult {
    const { filter } = this;
    const sites = [...this.services.store.state.sites.values()].sort(compareNames);
    const all: Choice = ['', msg('All')];
    const onInput = this.change;
    return html`${field({
      name: 'status',
      label: msg('Show'),
      value: filter.status,
      onInput,
      choices: [
        ['open', msg('Open')],
        ['resolved', msg('Resolved')],
        ['all', msg('All')],
      ],
    })}
    ${field({
      name: 'acknowledged',
      label: msg('Acknowledged'),
      value: bearsAcknowledged(filter) ? filter.acknowledged : '',
      onInput,
      disabled: !bearsAcknowledged(filter),
      hint: bearsAcknowledged(filter) ? undefined : msg('Only open ones are acknowledged.'),
      choices: [all, ['no', msg('Not yet')], ['yes', msg('Yes')]],
    })}
    ${field({
      name: 'priority',
      label: msg('Priority'),
      value: filter.priority,
      onInput,
      choices: [all, ...V1_PRIORITY_WORDS.map((word): Choice => [word, priorityWord(word)])],
    })}
    ${field({
      name: 'site_id',
      label: msg('Site'),
      value: filter.siteId,
      onInput,
      choices: [all, ...sites.map(({ id, name }): Choice => [id, name])],
    })}
    ${this.renderPeriod()} ${this.renderDevice()}`;
  }

  protected override render(): TemplateResult {
    const { filter } = this;
    const onInput = this.change;
    return html`<form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
      ${field({
        name: 'q',
        label: msg('Title or number'),
        type: 'search',
        value: this.services.router.location.value.query.get('q') ?? '',
        onInput,
        maxLength: 200,
        grow: true,
      })}
      ${this.fold.render(wholeNumber(countFilters(filter), this.locale), this.renderFolded(), isPeriodReversed(filter))}
    </form>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-filters': SiagaIncidentFilters;
  }
}
