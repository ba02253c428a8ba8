import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TicketSummary } from '@siaga/shared';
import { Keys, type Shortcut } from '../app/shortcuts.js';
import { MediaQuery } from '../app/media-query.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-empty.js';
import { isolated } from '../i18n/isolated.js';
import { wholeNumber } from '../i18n/numbers.js';
import { WRITE } from '../incidents/actions.js';
import { drafts, type DraftKind } from '../incidents/drafts.js';
import { EMPTY_ORDER, heldOrder, isAcknowledged, paneOrder, type PaneOrder } from '../incidents/order.js';
import { paneStyles } from '../incidents/pane-styles.js';
import '../incidents/siaga-incident-card.js';
import '../incidents/siaga-sound-switch.js';
import { WatchStore } from '../live/store.js';
import type { LiveChange } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';

/** Rows the pane draws; the incidents page has the rest. */
const ROWS = 50;
/** Rows where the sites are below, until one asks for all of them. */
const FOLDED_ROWS = 3;

/** Open incidents, live: what nobody acknowledged first, and all that can be done about it in the row. */
@customElement('siaga-incident-pane')
export class SiagaIncidentPane extends SiagaElement {
  static override styles = [baseStyles, paneStyles];

  /** The form that stands open. */
  @state() private form: { kind: DraftKind; ticketId: string } | undefined = undefined;

  @state() private isUnfolded = false;

  /** The pane stands above the board, not beside it (board-styles.ts): it must not push that out of sight. */
  private readonly above = new MediaQuery(this, '(max-width: 62.5rem)');
  /** Incidents that arrived while the pane was open: these slide in. */
  private readonly arrived = new Set<string>();
  private order: PaneOrder = EMPTY_ORDER;
  /** What each row shows, also of incidents that recovered while the order is held. */
  private shown = new Map<string, TicketSummary>();
  private isPointed = false;
  private hasFocus = false;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0 || change.devices.size > 0 || change.sites.size > 0,
      (change) => this.take(change),
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () => this.keys(),
    );
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.form = drafts.openForm(this.user?.id ?? '');
  }

  private take(change: LiveChange): void {
    // Held rows tell that they recovered, and so do forms in them.
    for (const ticket of change.resolved) if (this.shown.has(ticket.id)) this.shown.set(ticket.id, ticket);
    if (change.snapshot) return;
    for (const { id } of change.opened) this.arrived.add(id);
    const id = this.focusedId;
    const before = id === undefined ? undefined : this.shown.get(id);
    const now = id === undefined ? undefined : this.services.store.state.incidents.get(id);
    if (!before || !now || isAcknowledged(before) || !isAcknowledged(now)) return;
    // Only what one stands on is told: a screen reader need not hear of every colleague's click.
    if (now.acknowledged_by?.id !== this.user?.id) {
      const name = isolated(now.acknowledged_by?.name ?? '');
      const reason = isolated(now.acknowledge_reason ?? '');
      this.services.notices.speak(msg(str`${name} acknowledged it: ${reason}`));
    }
  }

  private get cards(): HTMLElementTagNameMap['siaga-incident-card'][] {
    return [...this.renderRoot.querySelectorAll('siaga-incident-card')];
  }

  private get focusedId(): string | undefined {
    return this.cards.find((card) => card.matches(':focus-within'))?.ticket.id;
  }

  private keys(): Shortcut[] {
    return [
      { key: 'j', label: () => msg('Next incident'), run: () => void this.move(1) },
      { key: 'k', label: () => msg('Previous incident'), run: () => void this.move(-1) },
      { key: 'a', label: () => msg('Acknowledge the incident'), run: () => void this.open('acknowledge') },
      { key: 'c', label: () => msg('Comment on the incident'), run: () => void this.open('comment') },
    ];
  }

  /** Steps to a neighbour; the order is brought up to date first, as no pointer is put off by that. */
  private async move(step: 1 | -1): Promise<void> {
    const id = this.focusedId;
    if (!this.isPointed) {
      this.hasFocus = false;
      this.requestUpdate();
      await this.updateComplete;
    }
    const { cards } = this;
    const place = cards.findIndex(({ ticket }) => ticket.id === id);
    const isFolded = this.above.matches && !this.isUnfolded && this.shown.size > cards.length;
    if (step === 1 && isFolded && place === cards.length - 1) {
      this.isUnfolded = true;
      await this.updateComplete;
      return this.move(step);
    }
    const wanted = place === -1 ? (step === 1 ? 0 : cards.length - 1) : place + step;
    const card = cards[Math.max(0, Math.min(cards.length - 1, wanted))];
    card?.focus();
    card?.scrollIntoView({ block: 'nearest' });
  }

  private async open(kind: DraftKind): Promise<void> {
    const card = this.cards.find((one) => one.matches(':focus-within')) ?? this.cards[0];
    if (!card || card.gone) return;
    if (!this.may(WRITE)) {
      this.services.notices.show(this.lackWords);
      return;
    }
    const { ticket } = card;
    if (kind === 'acknowledge' && isAcknowledged(ticket)) {
      const name = isolated(ticket.acknowledged_by?.name ?? '–');
      this.services.notices.show(msg(str`Already acknowledged by ${name}.`));
      return;
    }
    card.focus();
    this.setForm({ kind, ticketId: ticket.id });
    await this.updateComplete;
    await card.focusForm();
  }

  private get lackWords(): string {
    return msg(
      'Acknowledging and commenting take the right “tickets:write”, which you lack. An administrator can grant it.',
    );
  }

  private setForm(form: { kind: DraftKind; ticketId: string } | undefined): void {
    this.form = form;
    drafts.setOpenForm(this.user?.id ?? '', form);
  }

  private onForm(ticketId: string, kind: DraftKind | null): void {
    this.setForm(kind === null ? undefined : { kind, ticketId });
    if (kind === null) return;
    const card = this.cards.find(({ ticket }) => ticket.id === ticketId);
    void this.updateComplete.then(() => card?.focusForm());
  }

  private readonly onPointer = (event: PointerEvent): void => {
    // A finger points at nothing between two taps.
    if (event.pointerType !== 'mouse') return;
    this.isPointed = event.type === 'pointerenter';
    if (!this.isPointed) this.requestUpdate();
  };

  private readonly onFocus = (event: FocusEvent): void => {
    const to = event.type === 'focusin' ? event.target : event.relatedTarget;
    this.hasFocus = to instanceof Node && (event.currentTarget as HTMLElement).contains(to);
    if (!this.hasFocus) this.requestUpdate();
  };

  override willUpdate(): void {
    const { incidents } = this.services.store.state;
    const isHeld = this.isPointed || this.hasFocus;
    this.order = isHeld ? heldOrder(this.order, incidents.values()) : paneOrder(incidents.values());
    const before = this.shown;
    this.shown = new Map();
    for (const id of [...this.order.fresh, ...this.order.acknowledged, ...this.order.meanwhile]) {
      const ticket = incidents.get(id) ?? before.get(id);
      if (ticket) this.shown.set(id, ticket);
    }
  }

  private renderRow(ticket: TicketSummary): TemplateResult {
    const { devices, sites, incidents } = this.services.store.state;
    const device = ticket.device_id === null ? undefined : devices.get(ticket.device_id);
    const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
    return html`<li class=${this.arrived.has(ticket.id) ? 'new' : ''}>
      <siaga-incident-card
        .ticket=${ticket}
        .deviceName=${device?.name}
        .siteName=${site?.name}
        .form=${this.form?.ticketId === ticket.id ? this.form.kind : undefined}
        ?gone=${!incidents.has(ticket.id)}
        @siaga-form=${(event: CustomEvent<DraftKind | null>) => this.onForm(ticket.id, event.detail)}
      ></siaga-incident-card>
    </li>`;
  }

  private renderRows(ids: readonly string[]): TemplateResult | typeof nothing {
    const tickets = ids.flatMap((id) => this.shown.get(id) ?? []);
    if (tickets.length === 0) return nothing;
    return html`<ul>
      ${repeat(
        tickets,
        ({ id }) => id,
        (ticket) => this.renderRow(ticket),
      )}
    </ul>`;
  }

  /** How many rows there is room for. A form that stands open in a row is never folded away. */
  private get room(): number {
    if (!this.above.matches || this.isUnfolded) return ROWS;
    const { fresh, acknowledged, meanwhile } = this.order;
    const place = [...fresh, ...acknowledged, ...meanwhile].indexOf(this.form?.ticketId ?? '');
    return place < FOLDED_ROWS ? FOLDED_ROWS : ROWS;
  }

  private renderLists(): TemplateResult {
    const { fresh, acknowledged, meanwhile } = this.order;
    const { room } = this;
    const calm = acknowledged.slice(0, Math.max(0, room - fresh.length));
    const late =
      room === ROWS ? meanwhile : meanwhile.slice(0, Math.max(0, room - fresh.length - calm.length));
    return html`<div
      class="lists"
      @pointerenter=${this.onPointer}
      @pointerleave=${this.onPointer}
      @focusin=${this.onFocus}
      @focusout=${this.onFocus}
    >
      ${
        fresh.length === 0
          ? html`<p class="quiet line">${msg('Somebody has taken note of every open incident.')}</p>`
          : this.renderRows(fresh.slice(0, room))
      }
      ${
        calm.length === 0
          ? nothing
          : html`<h3 class="group">
                ${msg(str`Acknowledged (${wholeNumber(acknowledged.length, this.locale)})`)}
              </h3>
              ${this.renderRows(calm)}`
      }
      ${
        late.length === 0
          ? nothing
          : html`<h3 class="group">${msg('New meanwhile')}</h3>
              ${this.renderRows(late.slice(0, ROWS))}`
      }
    </div>`;
  }

  private renderUnfold(): TemplateResult | typeof nothing {
    const all = this.shown.size;
    if (!this.above.matches || all <= FOLDED_ROWS) return nothing;
    const isOpened = this.room === ROWS;
    const words = isOpened ? msg('Only the worst') : msg(str`All ${wholeNumber(all, this.locale)}`);
    return html`<button
      type="button"
      class="unfold"
      aria-expanded=${isOpened}
      @click=${() => (this.isUnfolded = !this.isUnfolded)}
    >
      ${words}
    </button>`;
  }

  private renderCount(): TemplateResult {
    const { incidents } = this.services.store.state;
    let fresh = 0;
    for (const ticket of incidents.values()) if (!isAcknowledged(ticket)) fresh += 1;
    const [all, waiting] = [wholeNumber(incidents.size, this.locale), wholeNumber(fresh, this.locale)];
    return html`<div class="quiet">
      ${fresh === 0 ? all : msg(str`${waiting} of ${all} unacknowledged`)}
    </div>`;
  }

  protected override render(): TemplateResult {
    const { incidents } = this.services.store.state;
    const isEmpty = this.shown.size === 0;
    return html`<div class="head">
        <div>
          <h2>${msg('Open incidents')}</h2>
          ${this.renderCount()}
        </div>
        <siaga-sound-switch></siaga-sound-switch>
      </div>
      ${
        isEmpty
          ? html`<siaga-empty words=${msg('No open incidents')}>
              <span>${msg('A new one appears here by itself, seconds after it begins.')}</span>
            </siaga-empty>`
          : html`${this.renderLists()} ${this.renderUnfold()}`
      }
      ${incidents.size > ROWS && this.room === ROWS ? html`<a class="all" href="/incidents">${msg('All open incidents')}</a>` : nothing}
      ${isEmpty || this.may(WRITE) ? nothing : html`<p class="right">${this.lackWords}</p>`}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-pane': SiagaIncidentPane;
  }
}
