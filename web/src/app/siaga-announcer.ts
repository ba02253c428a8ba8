import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentTitle } from '../i18n/words.js';
import { wholeNumber } from '../i18n/numbers.js';
import { WatchStore } from '../live/store.js';
import type { LiveChange } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { SiagaElement } from './siaga-element.js';

/** Beyond this many at once a screen reader hears the count, not the names. */
const NAMED_AT_MOST = 2;

/** Says what happened to who listens: new and resolved incidents, and whatever else was not shown as a notice. */
@customElement('siaga-announcer')
export class SiagaAnnouncer extends SiagaElement {
  static override styles = baseStyles;

  @state() private spoken = '';

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.notices.spoken,
      (notice) => (this.spoken = notice?.text ?? ''),
    );
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.opened.length + change.resolved.length > 0,
      (change) => this.tell(change),
    );
  }

  private nameOf(ticket: TicketSummary): string {
    const device =
      ticket.device_id === null ? undefined : this.services.store.state.devices.get(ticket.device_id);
    return incidentTitle(ticket, device?.name);
  }

  private tell({ opened, resolved }: LiveChange): void {
    const words: string[] = [];
    if (opened.length > NAMED_AT_MOST) {
      words.push(msg(str`${wholeNumber(opened.length, this.locale)} new incidents.`));
    } else for (const ticket of opened) words.push(msg(str`New incident: ${this.nameOf(ticket)}.`));
    if (resolved.length > NAMED_AT_MOST) {
      words.push(msg(str`${wholeNumber(resolved.length, this.locale)} incidents resolved.`));
    } else for (const ticket of resolved) words.push(msg(str`Resolved: ${this.nameOf(ticket)}.`));
    if (words.length > 0) this.services.notices.speak(words.join(' '));
  }

  protected override render(): TemplateResult {
    return html`<div role="status" class="visually-hidden">${this.spoken}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-announcer': SiagaAnnouncer;
  }
}
