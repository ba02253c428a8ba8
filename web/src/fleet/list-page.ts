import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { Keys, type Shortcut } from '../app/shortcuts.js';
import { SiagaPage } from '../app/siaga-element.js';
import type { Throttle } from '../app/throttle.js';
import { icons } from '../components/icons.js';
import '../components/siaga-pager.js';
import '../forms/siaga-form-dialog.js';
import type { Page } from '../http/api-client.js';
import { removeOrTell, type RemovableKind } from './remove.js';

/** What a page lists, as its rows name it. */
export interface ListedThing {
  id: string;
  name: string;
}

/**
 * A page with one table: its filters, sort and page are in the address; rows are gone through with j and k, and the
 * row with the focus is edited with e and deleted with Delete. A page of this kind says what is listed, by which
 * columns, and with which form it is changed.
 */
export abstract class ListPage<T extends ListedThing> extends SiagaPage {
  /** The id of what is being edited; empty: nothing. */
  @state() protected editing = '';

  protected abstract readonly kind: RemovableKind;
  /** What the address asks for. */
  protected abstract readonly listed: Pick<
    Loading<readonly string[], Page<T>>,
    'value' | 'pending' | 'refresh' | 'render'
  >;
  /** Paces the refreshing of what is listed. */
  protected abstract readonly throttle: Throttle;
  protected abstract readonly defaultSort: string;
  /** The parts of the address that narrow the list. */
  protected abstract readonly filters: readonly string[];

  /** The names of its form: for something new, which is also the button's, and for what is there. */
  protected abstract get formWords(): { add: string; edit: string };
  /** The buttons of a row. */
  protected abstract actionWords(name: string): { edit: string; remove: string };
  /** What was listed, with what the feed has told since. */
  protected abstract now(listed: T): T;

  protected abstract renderFilters(): TemplateResult;
  /** The heads of the columns but for that of the actions. */
  protected abstract renderHeads(): TemplateResult;
  /** What renders a row's cells; asked once a rendering, so that what all rows need is gathered once. */
  protected abstract cellsOf(): (thing: T) => TemplateResult;
  protected abstract renderEmpty(): TemplateResult;
  /** The form for what is edited, or for something new. */
  protected abstract renderForm(): TemplateResult;

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

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
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

  /** What the table shows, by id. */
  protected thing(id: string): T | undefined {
    return this.listed.value?.items.find((one) => one.id === id);
  }

  /** Deletes it with an offer to undo that. */
  protected takeAway({ id, name }: T): void {
    void removeOrTell(this.services, { kind: this.kind, id, name }).then((isGone) => {
      if (!isGone) return;
      this.listed.refresh();
      this.focusHeading();
    });
  }

  protected get isFiltered(): boolean {
    return this.filters.some((name) => this.query(name) !== '');
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

  /** Whoever came here to add something and may not is told so. */
  private renderNoRight(): TemplateResult | typeof nothing {
    if (this.mayWrite || this.query('add') === '') return nothing;
    return html`<p class="no-right" role="alert">
      ${msg('You lack the right “monitoring:write” for this. An administrator can grant it.')}
    </p>`;
  }

  /** What else can be done with a row. */
  protected renderMoreActions(_thing: T): TemplateResult | typeof nothing {
    return nothing;
  }

  /** Icon buttons that name the row they belong to. */
  private renderActions(thing: T): TemplateResult {
    const words = this.actionWords(thing.name);
    return html`<td>
      <span class="row-actions">
        ${this.renderMoreActions(thing)}
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
      </span>
    </td>`;
  }

  private renderRows(items: readonly T[]): unknown {
    const cells = this.cellsOf();
    return repeat(
      items,
      ({ id }) => id,
      (listed) => {
        const thing = this.now(listed);
        return html`<tr data-id=${thing.id}>
          ${cells(thing)}${this.mayWrite ? this.renderActions(thing) : nothing}
        </tr>`;
      },
    );
  }

  private renderList({ items, pagination }: Page<T>): TemplateResult {
    if (items.length === 0) return html`<div class="card">${this.renderEmpty()}</div>`;
    return html`<div class="table-scroll">
        <table aria-label=${this.heading}>
          <thead>
            <tr>
              ${this.renderHeads()}
              ${
                this.mayWrite
                  ? html`<th scope="col"><span class="visually-hidden">${msg('Actions')}</span></th>`
                  : nothing
              }
            </tr>
          </thead>
          <tbody>
            ${this.renderRows(items)}
          </tbody>
        </table>
      </div>
      <siaga-pager .pagination=${pagination}></siaga-pager>`;
  }

  private renderFormDialog(): TemplateResult | typeof nothing {
    if (!this.mayWrite || (this.editing === '' && this.query('add') === '')) return nothing;
    const label = this.editing === '' ? this.formWords.add : this.formWords.edit;
    return html`<siaga-form-dialog label=${label} @siaga-close=${this.closeForm}>
      ${this.renderForm()}
    </siaga-form-dialog>`;
  }

  /** Dialogs beside the form's. */
  protected renderDialog(): TemplateResult | typeof nothing {
    return nothing;
  }

  private renderAdd(): TemplateResult {
    return html`<div class="actions">
      <wa-button variant="brand" href=${this.services.router.withQuery({ add: '1' })}>
        ${icons.add}${this.formWords.add}
      </wa-button>
    </div>`;
  }

  protected override render(): TemplateResult {
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${this.mayWrite ? this.renderAdd() : nothing}
      </div>
      ${this.renderNoRight()}
      <form role="search" class="filters" @submit=${(event: Event) => event.preventDefault()}>
        ${this.renderFilters()}
      </form>
      <div class=${stale} aria-busy=${this.listed.pending}>
        ${this.listed.render((page) => this.renderList(page), 10)}
      </div>
      ${this.renderFormDialog()} ${this.renderDialog()}`;
  }
}
