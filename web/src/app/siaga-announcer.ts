import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import type { TicketSummary } from '@siaga/shared';
import { incidentTitle } from '../i18n/words.js';
import { wholeNumber } from '../i18n/numbers.js';
import { WatchStore } from '../live/store.js';
import type { LiveChange } from '../live/state.js';
import { baseStyles } from '../styles/shared.js';
import { createBurst, createNewsReader, type News } from './news.js';
import { Watch } from './observable.js';
import { SiagaElement } from './siaga-element.js';

/** Beyond this many at once a screen reader hears the count, not the names. */
const NAMED_AT_MOST = 2;

/** Says what happened to who listens: new and resolved incidents, and whatever else was not shown as a notice. */
@customElement('siaga-announcer')
export class SiagaAnnouncer extends SiagaElement {
  static override styles = baseStyles;

  @state() private spoken = '';

  private readonly readNews = createNewsReader();
  private readonly burst = createBurst(
    (news) => this.tell(news),
    () => performance.now(),
  );

  constructor() {
    super();
    new Watch(
      this,
      () => this.services.notices.spoken,
      // The same words twice are two announcements: a reader speaks only what is another text.
      (notice) =>
        (this.spoken = notice === undefined ? '' : notice.text + '\u00a0'.repeat(notice.serial % 2)),
    );
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.incidents.size > 0,
      (change) => this.take(change),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.burst.cancel();
  }

  private take(change: LiveChange): void {
    const news = this.readNews(this.services.store.state, change);
    if (news.opened.some(({ acknowledged_at }) => acknowledged_at === null)) this.services.sound.alarm();
    this.burst.add(news);
  }

  private nameOf(ticket: TicketSummary): string {
    const device =
      ticket.device_id === null ? undefined : this.services.store.state.devices.get(ticket.device_id);
    return incidentTitle(ticket, device?.name);
  }

  private tell({ opened, resolved }: News): void {
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
