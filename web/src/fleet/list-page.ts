import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import type { Health, HealthCounts } from '@siaga/shared';
import { Watch } from '../app/observable.js';
import { address } from '../app/routes.js';
import { Keys, type Shortcut } from '../app/shortcuts.js';
import { SiagaPage } from '../app/siaga-element.js';
import { icons } from '../components/icons.js';
import { healthShape } from '../components/siaga-health.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord } from '../i18n/words.js';
import { SEVERITY } from '../live/state.js';

/** What a page lists, as its rows name it. */
export interface ListedThing {
  id: string;
  name: string;
}

const WORST_FIRST = (Object.keys(SEVERITY) as Health[]).sort((a, b) => SEVERITY[a] - SEVERITY[b]);

/**
 * A page with one table: its filters, sort and page are in the address; rows are gone through with j and k, and the
 * row with the focus is edited with e and deleted with Delete.
 */
export abstract class ListPage<T extends ListedThing> extends SiagaPage {
  /** The id of what is being edited; empty: nothing. */
  @state() protected editing = '';

  /** What the table shows now, by id. */
  protected abstract thing(id: string): T | undefined;
  protected abstract takeAway(thing: T): void;
  protected abstract readonly defaultSort: string;

  constructor() {
    super();
    new Watch(this, () => this.services.router.location);
    new Watch(this, () => this.services.feed.state);
    new Keys(
      this,
      () => this.services.shortcuts,
      () => this.keys(),
    );
  }

  private keys(): Shortcut[] {
    const reading: Shortcut[] = [
      { key: 'j', label: () => msg('Next row'), run: () => this.step(1) },
      { key: 'k', label: () => msg('Previous row'), run: () => this.step(-1) },
    ];
    if (!this.mayWrite) return reading;
    return [
      ...reading,
      { key: 'n', label: () => msg('New'), run: () => this.services.router.setQuery({ add: '1' }) },
      {
        key: 'e',
        label: () => msg('Edit the row with the focus'),
        run: () => this.onFocused((one) => this.edit(one)),
      },
      {
        key: 'Delete',
        label: () => msg('Delete the row with the focus'),
        run: () => this.onFocused((one) => this.takeAway(one)),
      },
    ];
  }

  protected get mayWrite(): boolean {
    return this.may('monitoring:write');
  }

  protected query(name: string): string {
    return this.services.router.location.value.query.get(name) ?? '';
  }

  protected readonly filter = (name: string, value: string): void => {
    this.services.router.setQuery({ [name]: value, page: '' });
  };

  protected readonly closeForm = (): void => {
    this.editing = '';
    if (this.query('add') !== '') this.services.router.setQuery({ add: '' });
  };

  protected edit({ id }: T): void {
    this.editing = id;
  }

  protected get staleClass(): string {
    return this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
  }

  private get rows(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('tbody tr')];
  }

  private step(by: 1 | -1): void {
    const { rows } = this;
    const at = rows.findIndex((row) => row.matches(':focus-within'));
    const next = at < 0 ? rows[by === 1 ? 0 : rows.length - 1] : rows[at + by];
    next?.querySelector<HTMLElement>('th a, th button, a, button')?.focus();
  }

  private onFocused(act: (thing: T) => void): void {
    const row = this.rows.find((one) => one.matches(':focus-within'));
    const thing = row?.dataset['id'] === undefined ? undefined : this.thing(row.dataset['id']);
    if (thing) act(thing);
  }

  /** `then`: what those that are equal by it are sorted by. */
  protected renderSortHead(
    by: string,
    words: string,
    { wide = false, then = '' }: { wide?: boolean; then?: string } = {},
  ): TemplateResult {
    const sort = this.query('sort') || this.defaultSort;
    const [first = ''] = sort.split(',');
    const order = first === by ? 'ascending' : first === `-${by}` ? 'descending' : 'none';
    const next = [order === 'ascending' ? `-${by}` : by, then].filter((key) => key !== '').join(',');
    const arrow =
      order === 'none' ? nothing : html`<span aria-hidden="true">${order === 'ascending' ? '↑' : '↓'}</span>`;
    return html`<th scope="col" class=${wide ? 'wide' : ''} aria-sort=${order}>
      <a class="sort" href=${this.services.router.withQuery({ sort: next, page: '' })}>${words} ${arrow}</a>
    </th>`;
  }

  /** How the devices of something fare: each number a link to what it counts, trouble first. */
  protected renderCounts(
    counts: HealthCounts | undefined,
    filter: Readonly<Record<string, string>>,
  ): TemplateResult {
    const present = WORST_FIRST.filter((health) => (counts?.[health] ?? 0) > 0);
    if (!counts || present.length === 0) return html`<span class="quiet">0</span>`;
    const total = present.reduce((sum, health) => sum + counts[health], 0);
    return html`<span class="counts">
      <a class="total" href=${address('/devices', filter)} title=${msg('All')}
        >${wholeNumber(total, this.locale)}</a
      >${present.map(
        (health) =>
          html`<a
            href=${address('/devices', { ...filter, health })}
            class=${health}
            title=${healthWord(health)}
            >${healthShape(health)}${wholeNumber(counts[health], this.locale)}<span class="visually-hidden"
              >${healthWord(health)}</span
            ></a
          >`,
      )}
    </span>`;
  }

  /** Whoever came here to add something and may not is told so. */
  protected renderNoRight(): TemplateResult | typeof nothing {
    if (this.mayWrite || this.query('add') === '') return nothing;
    return html`<p class="no-right" role="alert">
      ${msg('You lack the right “monitoring:write” for this. An administrator can grant it.')}
    </p>`;
  }

  /** Icon buttons that name the row they belong to. */
  protected renderActions(
    thing: T,
    words: { edit: string; remove: string },
    more: unknown = nothing,
  ): TemplateResult {
    return html`<span class="row-actions">
      ${more}
      <button type="button" aria-label=${words.edit} title=${words.edit} @click=${() => this.edit(thing)}>
        ${icons.edit}
      </button>
      <button
        type="button"
        aria-label=${words.remove}
        title=${words.remove}
        @click=${() => this.takeAway(thing)}
      >
        ${icons.remove}
      </button>
    </span>`;
  }
}
