import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import { deviceAddress, incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { boxed } from '../components/placed.js';
import { healthStyles } from '../components/siaga-health.js';
import '../components/siaga-time.js';
import { wholeNumber } from '../i18n/numbers.js';
import { healthWord, kindWord } from '../i18n/words.js';
import { isAcknowledged, type SiteGroup } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { acknowledgedStyles, deviceShape } from './acknowledged-mark.js';
import { FIRST_SORT, nextSort, SORT_KEYS, writeSort, type Sort, type SortKey } from './board-address.js';
import { deviceListStyles } from './device-list-styles.js';
import { createRow, createRowMaker, type DeviceRow } from './device-rows.js';
import { HoldOrder } from './hold-order.js';
import { ViewWindow } from './view-window.js';

/** A row's height at 16 px type: in one line, and on a narrow screen in two. */
const ROW_PX = 36;
const NARROW_ROW_PX = 56;
const NARROW_PX = 752;
/** Between the page's edges of what a reader scrolls to by key and the row itself, at 16 px type. */
const HEADROOM_PX = 110;

/** Every device that the filter lets through, a dense line each; only the lines in view are drawn. */
@customElement('siaga-device-list')
export class SiagaDeviceList extends SiagaElement {
  static override styles = [baseStyles, healthStyles, acknowledgedStyles, deviceListStyles];

  @property({ attribute: false }) groups: readonly SiteGroup[] = [];
  @property({ attribute: false }) sort: Sort = FIRST_SORT;
  /** What the devices were filtered by: under another filter nothing is held in its place. */
  @property({ attribute: false }) filteredBy = '';

  private readonly view = new ViewWindow(this);
  private readonly makeRows = createRowMaker();
  private readonly hold = new HoldOrder<DeviceRow>(
    this,
    ({ device }) => device.id,
    (id) => this.rowStillThere(id),
  );
  private rows: readonly DeviceRow[] = [];
  /** The device whose row has the keyboard; the first row's until somebody moves. */
  private currentId: string | undefined;
  private focusAfter = false;

  /** A device that the filter no longer lets through keeps its line while that is being pointed at. */
  private rowStillThere(id: string): DeviceRow | undefined {
    const { state } = this.services.store;
    const device = state.devices.get(id);
    if (!device) return undefined;
    return createRow(device, state.sites.get(device.site_id)?.name ?? '', isAcknowledged(state, device));
  }

  private get rowPx(): number {
    const { width, scale } = this.view;
    return Math.round((width < NARROW_PX * scale ? NARROW_ROW_PX : ROW_PX) * scale);
  }

  private get currentAt(): number {
    const at = this.rows.findIndex(({ device }) => device.id === this.currentId);
    return Math.max(0, at);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Scrolling renders too, and changes none of the rows.
    if (this.hold.isStale || changed.has('groups') || changed.has('sort') || changed.has('filteredBy')) {
      const made = this.makeRows(this.groups, this.sort);
      this.rows = this.hold.apply(made, `${this.filteredBy} ${this.sort.key} ${this.sort.descending}`);
    }
    // Moving a row within the page takes the focus from its link: it is given back.
    const focused = this.shadowRoot?.activeElement;
    this.focusAfter ||= focused instanceof HTMLElement && focused.dataset['deviceId'] === this.currentId;
  }

  protected override updated(): void {
    if (this.focusAfter) {
      this.focusAfter = false;
      const link = this.renderRoot.querySelector<HTMLElement>(`a[data-device-id="${this.currentId ?? ''}"]`);
      if (link && this.shadowRoot?.activeElement !== link) link.focus({ preventScroll: true });
    }
    this.view.measureSoon();
  }

  private get headroomPx(): number {
    return HEADROOM_PX * this.view.scale;
  }

  private goTo(at: number): void {
    const place = Math.min(Math.max(0, at), this.rows.length - 1);
    this.currentId = this.rows[place]?.device.id;
    const body = this.renderRoot.querySelector('.body');
    if (!body) return;
    const top = body.getBoundingClientRect().top + place * this.rowPx;
    const bottom = top + this.rowPx;
    const headroom = this.headroomPx;
    if (top < headroom) window.scrollBy(0, top - headroom);
    else if (bottom > innerHeight - headroom) window.scrollBy(0, bottom - innerHeight + headroom);
    this.focusAfter = true;
    this.view.measure();
    this.requestUpdate();
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((innerHeight - 2 * this.headroomPx) / this.rowPx));
    const steps: Readonly<Record<string, number>> = {
      j: this.currentAt + 1,
      ArrowDown: this.currentAt + 1,
      k: this.currentAt - 1,
      ArrowUp: this.currentAt - 1,
      PageDown: this.currentAt + page,
      PageUp: this.currentAt - page,
      Home: 0,
      End: this.rows.length - 1,
    };
    const to = steps[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.goTo(to);
  };

  private readonly onFocus = (event: FocusEvent): void => {
    const id = (event.target as HTMLElement).dataset['deviceId'];
    if (id === undefined || id === this.currentId) return;
    this.currentId = id;
    this.requestUpdate();
  };

  private columnWord(key: SortKey): string {
    switch (key) {
      case 'health':
        return msg('Health');
      case 'name':
        return msg('Device');
      case 'site':
        return msg('Site');
      case 'kind':
        return msg('Kind');
      case 'address':
        return msg('Address');
      case 'since':
        return msg('For');
      case 'incident':
        return msg('Incident');
    }
  }

  private renderHead(key: SortKey): TemplateResult {
    const isSorted = this.sort.key === key;
    const direction = this.sort.descending ? 'descending' : 'ascending';
    const to = this.services.router.withQuery(writeSort(nextSort(this.sort, key)));
    return html`<span class="cell ${key}" role="columnheader" aria-sort=${isSorted ? direction : nothing}>
      <a href=${to}
        >${this.columnWord(key)}<span aria-hidden="true"
          >${isSorted ? (this.sort.descending ? ' ↓' : ' ↑') : ''}</span
        >${key === 'name' ? html`<span class="count">${wholeNumber(this.rows.length, this.locale)}</span>` : nothing}</a
      >
    </span>`;
  }

  private renderIncident({ device, acknowledged }: DeviceRow): TemplateResult | typeof nothing {
    if (device.open_incident_id === null) return nothing;
    const ticket = this.services.store.state.incidents.get(device.open_incident_id);
    const words = acknowledged ? msg('Acknowledged') : msg('Open');
    return html`<a
      href=${incidentAddress(device.open_incident_id)}
      tabindex="-1"
      title=${ticket?.ticket_number ?? ''}
      >${words}</a
    >`;
  }

  private renderRow(row: DeviceRow, at: number, isCurrent: boolean): TemplateResult {
    const { device, siteName, acknowledged } = row;
    return html`<div class="row" role="row" aria-rowindex=${at + 2} ${boxed({ x: 0, y: at * this.rowPx })}>
      <span class="cell health" role="cell">
        ${deviceShape(device.health, acknowledged)}
        <span class="word ${acknowledged ? 'acknowledged-words' : device.health}"
          >${healthWord(device.health)}</span
        >
      </span>
      <span class="cell name" role="rowheader">
        <a
          href=${deviceAddress(device.id)}
          data-device-id=${device.id}
          title=${device.name}
          tabindex=${isCurrent ? 0 : -1}
          dir="auto"
          >${device.name}</a
        >
      </span>
      <span class="cell site" role="cell" dir="auto">${siteName}</span>
      <span class="cell kind" role="cell">${kindWord(device.kind)}</span>
      <span class="cell address mono" role="cell">${device.address}</span>
      <span class="cell since" role="cell"><siaga-time mode="for" at=${device.since}></siaga-time></span>
      <span class="cell incident" role="cell">${this.renderIncident(row)}</span>
    </div>`;
  }

  private renderRows(): unknown {
    const { from, to } = this.view.extent;
    const { rowPx, currentAt } = this;
    const first = Math.floor(from / rowPx);
    const end = Math.min(this.rows.length, Math.ceil(to / rowPx));
    const drawn: { row: DeviceRow; at: number }[] = [];
    const add = (at: number): void => {
      const row = this.rows[at];
      if (row) drawn.push({ row, at });
    };
    // The current row stays drawn wherever it stands: it may have the focus, and Tab has to find it.
    if (currentAt < first) add(currentAt);
    for (let at = first; at < end; at += 1) add(at);
    if (currentAt >= end) add(currentAt);
    return repeat(
      drawn,
      ({ row }) => row.device.id,
      ({ row, at }) => this.renderRow(row, at, at === currentAt),
    );
  }

  private renderChanges(): TemplateResult | typeof nothing {
    const { moved } = this.hold;
    if (moved === 0) return nothing;
    const shown = wholeNumber(moved, this.locale);
    const words = moved === 1 ? msg('1 has moved: sort again') : msg(str`${shown} have moved: sort again`);
    return html`<button type="button" @click=${this.hold.release}>${words}</button>`;
  }

  protected override render(): TemplateResult {
    const count = this.rows.length;
    return html`<div
        class="table"
        role="table"
        aria-label=${msg('Devices')}
        aria-rowcount=${count + 1}
        @keydown=${this.onKey}
        @focusin=${this.onFocus}
      >
        <div role="rowgroup">
          <div class="row heads" role="row" aria-rowindex="1">
            ${SORT_KEYS.map((key) => this.renderHead(key))}
          </div>
        </div>
        <div class="body" role="rowgroup" ${boxed({ x: 0, y: 0, height: count * this.rowPx })}>
          ${this.renderRows()}
        </div>
      </div>
      <div class="changes">${this.renderChanges()}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-list': SiagaDeviceList;
  }
}
