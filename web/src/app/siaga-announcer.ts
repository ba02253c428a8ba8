import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentTitle } from '../i18n/words.js';
import { wholeNumber } from '../i18n/numbers.js';
import { WatchStore } from '../live/store.js';
import type { LiveChange } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { Watch } from './observable.js';
import { SiagaElement } from './siaga-element.js';

const SHOWN_MS = 6000;
/** Beyond this many at once a screen reader hears the count, not the names. */
const NAMED_AT_MOST = 2;

/** Says what happened: notices for everybody, new and resolved incidents for who listens. */
@customElement('siaga-announcer')
export class SiagaAnnouncer extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      .notice {
        position: fixed;
        inset-inline: var(--space-4);
        bottom: var(--space-6);
        z-index: 30;
        width: fit-content;
        max-width: min(560px, calc(100vw - 2 * var(--space-4)));
        margin-inline: auto;
        padding: var(--space-3) var(--space-5);
        border-radius: var(--radius-m);
        background: var(--text);
        color: var(--surface);
        box-shadow: var(--shadow-raised);
      }
      @media (max-width: 640px) {
        .notice {
          bottom: 84px;
        }
      }
    `,
  ];

  @state() private shown = '';
  @state() private spoken = '';

  private hide: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.notices.shown,
      (notice) => this.show(notice?.text ?? ''),
    );
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

  private show(text: string): void {
    this.shown = text;
    clearTimeout(this.hide);
    this.hide = setTimeout(() => (this.shown = ''), SHOWN_MS);
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
    return html`<div role="status">
        ${this.shown === '' ? nothing : html`<p class="notice">${this.shown}</p>`}
      </div>
      <div role="status" class="visually-hidden">${this.spoken}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-announcer': SiagaAnnouncer;
  }
}
