import { msg, str } from '@lit/localize';
import { html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Evidence, TicketDetail } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { Watch } from '../app/observable.js';
import { address, deviceAddress } from '../app/routes.js';
import { SiagaPage } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../charts/siaga-latency.js';
import '../components/siaga-time.js';
import { healthShape, healthStyles } from '../components/siaga-health.js';
import { icons } from '../components/icons.js';
import { milliseconds, wholeNumber } from '../i18n/numbers.js';
import { durationWords, exactTime } from '../i18n/time.js';
import { historyWord, incidentTitle, priorityWord, reasonWords, statusWord } from '../i18n/words.js';
import { isOpen } from '../live/state.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles, tableStyles } from '../styles/shared.js';
import { incidentStyles } from '../incidents/incident-styles.js';

const msOf = (iso: string | null | undefined): number | undefined =>
  iso === null || iso === undefined ? undefined : Date.parse(iso);

/** One incident: the story with its evidence at the left, the facts at the right. */
@customElement('siaga-incident-page')
export class SiagaIncidentPage extends SiagaPage {
  static override styles = [baseStyles, pageStyles, tableStyles, healthStyles, incidentStyles];

  /** UUID or number. */
  @property() incidentId = '';

  private readonly throttle = createThrottle(() => this.ticket.refresh(), 1000);

  private readonly ticket = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<TicketDetail> =>
      this.services.api.get(`/tickets/${encodeURIComponent(id)}`, {}, signal),
    () => [this.incidentId] as const,
  );

  constructor() {
    super();
    new Watch(this, () => this.services.feed.state);
    new WatchStore(
      this,
      () => this.services.store,
      (change) => this.ticket.value !== undefined && change.incidents.has(this.ticket.value.id),
      () => this.throttle.call(),
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

  private deviceName(ticket: TicketDetail): string | undefined {
    const live =
      ticket.device_id === null ? undefined : this.services.store.state.devices.get(ticket.device_id);
    return live?.name ?? ticket.evidence?.device.name;
  }

  private renderWhy(ticket: TicketDetail, evidence: Evidence): TemplateResult {
    const failed = wholeNumber(evidence.cycles.length, this.locale);
    return html`<section class="card" aria-labelledby="why">
      <h2 id="why">${msg('Why')}</h2>
      <p>${reasonWords(evidence.reason)}</p>
      ${
        ticket.occurrences > 1
          ? html`<p class="quiet">
              ${msg(str`It has come back: this is occurrence ${wholeNumber(ticket.occurrences, this.locale)} within this incident.`)}
            </p>`
          : nothing
      }
      ${
        evidence.cycles.length === 0
          ? nothing
          : html`<h3>${msg(str`Failed probe cycles (${failed})`)}</h3>
              ${this.renderCycles(evidence)}`
      }
    </section>`;
  }

  private renderCycles(evidence: Evidence): TemplateResult {
    return html`<div class="cycles" role="region" tabindex="0" aria-label=${msg('Failed probe cycles')}>
      <table>
        <thead>
          <tr>
            <th scope="col">${msg('Sent')}</th>
            <th scope="col" class="number">${msg('Packets lost')}</th>
            <th scope="col" class="number">${msg('Round trip')}</th>
          </tr>
        </thead>
        <tbody>
          ${evidence.cycles.map(({ at, packets_lost, packets_sent, rtt_ms }) => {
            const lost = wholeNumber(packets_lost, this.locale);
            const sent = wholeNumber(packets_sent, this.locale);
            return html`<tr>
              <td>${exactTime(Date.parse(at), this.locale)}</td>
              <td class="number">${msg(str`${lost} of ${sent}`)}</td>
              <td class="number">
                ${rtt_ms === null ? msg('no answer') : milliseconds(rtt_ms, this.locale)}
              </td>
            </tr>`;
          })}
        </tbody>
      </table>
    </div>`;
  }

  private renderChart(ticket: TicketDetail): TemplateResult | typeof nothing {
    const failedAtMs = msOf(ticket.first_failed_at ?? ticket.detected_at);
    if (ticket.device_id === null || failedAtMs === undefined) return nothing;
    return html`<section class="card" aria-labelledby="chart">
      <h2 id="chart">${msg('Around the failure')}</h2>
      <siaga-latency
        .deviceId=${ticket.device_id}
        .failure=${{ failedAtMs, endedAtMs: msOf(ticket.resolved_at) }}
      ></siaga-latency>
    </section>`;
  }

  private renderHistory(ticket: TicketDetail): TemplateResult {
    return html`<section class="card" aria-labelledby="history">
      <h2 id="history">${msg('History')}</h2>
      <ol class="history">
        ${[...ticket.history].reverse().map(
          ({ at, event, actor, reason }) =>
            html`<li>
              <span class="what">${historyWord(event)}</span>
              <span class="quiet">
                ${actor?.name ?? msg('by monitoring')} · <siaga-time mode="exact" at=${at}></siaga-time>
              </span>
              ${reason === null ? nothing : html`<span class="reason">${reasonWords(reason)}</span>`}
            </li>`,
        )}
      </ol>
    </section>`;
  }

  private renderFacts(ticket: TicketDetail): TemplateResult {
    const { sites, devices } = this.services.store.state;
    const site = ticket.site_id === null ? undefined : sites.get(ticket.site_id);
    const siteName = site?.name ?? ticket.evidence?.site.name;
    const deviceName = this.deviceName(ticket);
    const watched = ticket.device_id !== null && devices.has(ticket.device_id);
    const begunMs = msOf(ticket.first_failed_at ?? ticket.created_at) ?? 0;
    const endedMs = msOf(ticket.resolved_at);
    const time = (iso: string | null): TemplateResult | string =>
      iso === null ? '–' : html`<siaga-time mode="exact" at=${iso}></siaga-time>`;
    return html`<section class="card" aria-labelledby="facts">
      <h2 id="facts">${msg('Facts')}</h2>
      <dl class="facts">
        <dt>${msg('Number')}</dt>
        <dd class="mono">${ticket.ticket_number}</dd>
        <dt>${msg('Status')}</dt>
        <dd>${statusWord(ticket.status)}</dd>
        <dt>${msg('Priority')}</dt>
        <dd>${priorityWord(ticket.priority)}</dd>
        <dt>${msg('Device')}</dt>
        <dd>
          ${
            watched && ticket.device_id !== null
              ? html`<a href=${deviceAddress(ticket.device_id)}>${deviceName}</a>`
              : (deviceName ?? '–')
          }
        </dd>
        ${
          ticket.evidence
            ? html`<dt>${msg('Address')}</dt>
                <dd class="mono">${ticket.evidence.device.address}</dd>`
            : nothing
        }
        <dt>${msg('Site')}</dt>
        <dd>
          ${
            site
              ? html`<a href=${address('/devices', { site_id: site.id })}>${siteName}</a>`
              : (siteName ?? '–')
          }
        </dd>
        <dt>${msg('First failed')}</dt>
        <dd>${time(ticket.first_failed_at)}</dd>
        <dt>${msg('Detected')}</dt>
        <dd>${time(ticket.detected_at)}</dd>
        <dt>${msg('Resolved')}</dt>
        <dd>${time(ticket.resolved_at)}</dd>
        <dt>${msg('Lasted')}</dt>
        <dd>
          ${
            endedMs === undefined
              ? html`<siaga-time mode="for" at=${new Date(begunMs).toISOString()}></siaga-time>`
              : durationWords(endedMs - begunMs, this.locale)
          }
        </dd>
        <dt>${msg('Occurrences')}</dt>
        <dd>${wholeNumber(ticket.occurrences, this.locale)}</dd>
      </dl>
    </section>`;
  }

  private renderVerdict(ticket: TicketDetail): TemplateResult {
    return isOpen(ticket)
      ? html`<span class="verdict open">${healthShape('down')}${msg('Open')}</span>`
      : html`<span class="verdict">${icons.calm}${statusWord(ticket.status)}</span>`;
  }

  private renderTicket(ticket: TicketDetail): TemplateResult {
    return html`<div class="split">
      <div class="stack">
        ${ticket.evidence ? this.renderWhy(ticket, ticket.evidence) : nothing} ${this.renderChart(ticket)}
        ${this.renderHistory(ticket)}
      </div>
      ${this.renderFacts(ticket)}
    </div>`;
  }

  protected override render(): TemplateResult {
    const ticket = this.ticket.value;
    const stale = this.services.feed.state.value.phase === 'cut' ? 'stale' : '';
    return html`<div class="page-head">
        <h1 tabindex="-1">${this.heading}</h1>
        ${ticket ? html`${this.renderVerdict(ticket)}<span class="quiet mono">${ticket.ticket_number}</span>` : nothing}
      </div>
      <div class=${stale}>${this.ticket.render((value) => this.renderTicket(value), 8)}</div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-page': SiagaIncidentPage;
  }
}
