import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import type { TicketComment, TicketDetail, TicketSummary } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { incidentAddress } from '../app/routes.js';
import { Keys } from '../app/shortcuts.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import { isolated } from '../i18n/isolated.js';
import { wholeNumber } from '../i18n/numbers.js';
import { incidentTitle, statusWord } from '../i18n/words.js';
import { readComments, WRITE } from '../incidents/actions.js';
import { incidentStyles } from '../incidents/incident-styles.js';
import { incidentKeys } from '../incidents/keys.js';
import { inUrgency, neighboursOf } from '../incidents/order.js';
import '../incidents/siaga-acknowledgement.js';
import type { SiagaAcknowledgement } from '../incidents/siaga-acknowledgement.js';
import '../incidents/siaga-comment-form.js';
import type { SiagaCommentForm } from '../incidents/siaga-comment-form.js';
import '../incidents/siaga-earlier-incidents.js';
import '../incidents/siaga-evidence.js';
import '../incidents/siaga-incident-facts.js';
import '../incidents/siaga-story.js';
import { isOpen, type LiveChange } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** One incident: the story with its evidence at the left, the facts at the right. */
@customElement('siaga-incident-page')
export class SiagaIncidentPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, healthStyles, incidentStyles];

  /** UUID or number. */
  @property() incidentId = '';

  @query('siaga-acknowledgement') private acknowledgement!: SiagaAcknowledgement | null;
  @query('siaga-comment-form') private commentForm!: SiagaCommentForm | null;

  private readonly throttle = createThrottle(() => this.reload(), 1000);

  private readonly ticket = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<TicketDetail> =>
      this.services.api.get(`/tickets/${encodeURIComponent(id)}`, {}, signal),
    () => [this.incidentId] as const,
  );

  private readonly comments: Loading<readonly [string], TicketComment[]> = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<TicketComment[]> =>
      readComments(this.services, id, this.comments.value ?? [], signal),
    () => [this.incidentId] as const,
  );

  constructor() {
    super();
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      ({ incidents, devices }) => incidents.size > 0 || devices.has(this.ticket.value?.device_id ?? ''),
      (change) => this.take(change),
    );
    new Keys(
      this,
      () => this.services.shortcuts,
      () =>
        incidentKeys({
          acknowledge: () => void this.acknowledgement?.begin(),
          comment: () => this.beginComment(),
          takeBack: () => void this.acknowledgement?.undo(),
          next: () => this.step('next'),
          previous: () => this.step('previous'),
        }),
    );
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  protected override get heading(): string {
    const ticket = this.ticket.value;
    return ticket ? incidentTitle(ticket, this.deviceName(ticket)) : msg('Incident');
  }

  /** Asks again where the feed knows something newer than the page shows. */
  private take(change: LiveChange): void {
    const ticket = this.ticket.value;
    if (!ticket) return;
    const { incidents } = this.services.store.state;
    const live = incidents.get(ticket.id) ?? change.resolved.find(({ id }) => id === ticket.id);
    // After the feed was cut for long, an open incident that is no longer told of has ended.
    const hasEnded = change.snapshot && isOpen(ticket) && !live;
    // Of one that is no longer open the feed tells too, e.g. a comment; its state is not kept.
    const isTold = !live && change.incidents.has(ticket.id);
    if (hasEnded || isTold || (live && live.updated_at > ticket.updated_at)) {
      this.tellOthersAcknowledgement(ticket, live);
      this.throttle.call();
    }
  }

  private tellOthersAcknowledgement(before: TicketDetail, now: TicketSummary | undefined): void {
    const person = now?.acknowledged_by;
    if (!person || before.acknowledged_at !== null || person.id === this.user?.id) return;
    this.services.notices.speak(
      msg(str`${isolated(person.name)} acknowledged it: ${isolated(now.acknowledge_reason ?? '')}`),
    );
  }

  private readonly reload = (): void => {
    this.ticket.refresh();
    this.comments.refresh();
  };

  /** The newest that is known: the feed may be ahead of what was asked for. */
  private newest(ticket: TicketDetail): TicketDetail {
    const live = this.services.store.state.incidents.get(ticket.id);
    return live && live.updated_at > ticket.updated_at ? { ...ticket, ...live } : ticket;
  }

  private beginComment(): void {
    if (!this.may(WRITE)) {
      this.services.notices.show(this.lackWords);
      return;
    }
    this.commentForm?.scrollIntoView({ block: 'nearest' });
    this.commentForm?.focusText();
  }

  private get lackWords(): string {
    return msg('Commenting takes the right “tickets:write”, which you lack. An administrator can grant it.');
  }

  private get neighbours(): ReturnType<typeof neighboursOf> {
    const open = inUrgency(this.services.store.state.incidents.values());
    return neighboursOf(this.ticket.value?.id ?? this.incidentId, open);
  }

  private step(direction: 'next' | 'previous'): void {
    // From where the address stands: a key pressed again before the next page is there goes on from that one.
    const { route } = this.services.router.location.value;
    const { incidents } = this.services.store.state;
    const isAhead = route.page === 'incident' && incidents.has(route.id);
    const { [direction]: ticket } = isAhead
      ? neighboursOf(route.id, inUrgency(incidents.values()))
      : this.neighbours;
    if (ticket) this.services.router.go(incidentAddress(ticket.id));
    else this.services.notices.show(msg('There is no other open incident.'));
  }

  private deviceName(ticket: TicketDetail): string | undefined {
    const live =
      ticket.device_id === null ? undefined : this.services.store.state.devices.get(ticket.device_id);
    return live?.name ?? ticket.evidence?.device.name;
  }

  private renderNeighbours(): TemplateResult | typeof nothing {
    const { previous, next, place } = this.neighbours;
    if (!previous || !next) return nothing;
    const all = wholeNumber(this.services.store.state.incidents.size, this.locale);
    return html`<nav aria-label=${msg('Open incidents')}>
      <a href=${incidentAddress(previous.id)} rel="prev">${icons.back}${msg('Previous')}</a>
      ${place === -1 ? nothing : html`<span>${msg(str`${wholeNumber(place + 1, this.locale)} of ${all} open`)}</span>`}
      <a href=${incidentAddress(next.id)} rel="next">${msg('Next')}${icons.next}</a>
    </nav>`;
  }

  private renderHead(): TemplateResult {
    const ticket = this.ticket.value;
    if (!ticket) return html`<div class="page-head"><h1 tabindex="-1">${this.heading}</h1></div>`;
    const verdict = isOpen(ticket)
      ? html`<span class="verdict open">${healthShape('down')}${msg('Open')}</span>`
      : html`<span class="verdict">${icons.calm}${statusWord(ticket.status)}</span>`;
    return html`<div class="page-head">
      <h1 tabindex="-1"><bdi>${this.heading}</bdi></h1>
      ${verdict}<span class="quiet mono">${ticket.ticket_number}</span>
      ${this.renderNeighbours()}
    </div>`;
  }

  private renderWriting(ticket: TicketDetail): TemplateResult {
    return html`<div class="write">
      ${
        this.may(WRITE)
          ? html`<siaga-comment-form
              .ticket=${ticket}
              @siaga-close=${() => this.focusHeading()}
              @siaga-sent=${this.reload}
            ></siaga-comment-form>`
          : html`<p class="quiet">${this.lackWords}</p>`
      }
    </div>`;
  }

  private renderStory(ticket: TicketDetail): TemplateResult {
    // The story stands also where comments cannot be had; what went wrong is said above it.
    const comments = this.comments.value ?? [];
    return html`<section class="card story">
      ${this.comments.error === undefined || this.comments.pending ? nothing : html`<siaga-failure .error=${this.comments.error} @siaga-retry=${this.comments.refresh}></siaga-failure>`}
      <siaga-story .ticket=${ticket} .comments=${comments}></siaga-story>
      ${this.renderWriting(ticket)}
    </section>`;
  }

  private renderKeys(): TemplateResult {
    const key = (name: string, words: string): TemplateResult =>
      html`<span><kbd>${name}</kbd> ${words}</span> `;
    return html`<p class="keys">
      ${this.may(WRITE) ? html`${key('a', msg('acknowledge'))}${key('c', msg('comment'))}${key('u', msg('take back'))}` : nothing}${key('j', msg('next'))}${key('k', msg('previous'))}${key('?', msg('all keys'))}
    </p>`;
  }

  private renderTicket(loaded: TicketDetail): TemplateResult {
    const ticket = this.newest(loaded);
    return html`<div class="split">
      <div class="stack">
        <siaga-acknowledgement
          .ticket=${ticket}
          @siaga-changed=${this.reload}
          @siaga-undone=${() => this.focusHeading()}
        ></siaga-acknowledgement>
        <section class="card" aria-labelledby="why">
          <h2 id="why">${msg('Why')}</h2>
          <siaga-evidence .ticket=${ticket}></siaga-evidence>
        </section>
        ${this.renderStory(ticket)}
      </div>
      <div class="stack">
        <siaga-incident-facts .ticket=${ticket}></siaga-incident-facts>
        ${
          ticket.device_id === null
            ? nothing
            : html`<siaga-earlier-incidents
                .deviceId=${ticket.device_id}
                .exceptId=${ticket.id}
              ></siaga-earlier-incidents>`
        }
        ${this.renderKeys()}
      </div>
    </div>`;
  }

  protected override render(): TemplateResult {
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`${this.renderHead()}
      <div class=${stale}>${this.ticket.render((value) => this.renderTicket(value), 8)}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-page': SiagaIncidentPage;
  }
}
