import { msg, str } from '@lit/localize';
import { html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { LiveDevice, TicketDetail } from '@siaga/shared';
import { address, deviceAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-health.js';
import '../components/siaga-time.js';
import '../components/siaga-zone-clock.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { agentStateWord, priorityWord, statusWord } from '../i18n/words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles } from '../styles/shared.js';
import { factsStyles } from './facts-styles.js';
import { begunAt } from './order.js';

type Shown = TemplateResult | string;

/** What is known of an incident, its device as it is now, its site with the time there. */
@customElement('siaga-incident-facts')
export class SiagaIncidentFacts extends SiagaElement {
  static override styles = [baseStyles, pageStyles, factsStyles];

  @property({ attribute: false }) ticket!: TicketDetail;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      ({ devices, sites, agents }) => devices.size + sites.size + agents.size > 0,
    );
  }

  private get device(): LiveDevice | undefined {
    return this.services.store.state.devices.get(this.ticket.device_id ?? '');
  }

  private deviceFact(): Shown {
    const { device } = this;
    const evidence = this.ticket.evidence?.device;
    if (!device) {
      return evidence === undefined
        ? '–'
        : html`<bdi>${evidence.name}</bdi><span class="sub">${msg('No longer watched')}</span>`;
    }
    return html`<a href=${deviceAddress(device.id)}><bdi>${device.name}</bdi></a>
      <span class="sub"
        ><siaga-health health=${device.health}></siaga-health> ·
        <siaga-time mode="for" at=${device.since}></siaga-time
      ></span>`;
  }

  private siteFact(): Shown {
    const site = this.services.store.state.sites.get(this.ticket.site_id ?? '');
    if (!site) return this.ticket.evidence?.site.name ?? '–';
    return html`<a href=${address('/devices', { site_id: site.id })}><bdi>${site.name}</bdi></a>
      <span class="sub"
        >${msg('there it is')} <siaga-zone-clock zone=${site.timezone}></siaga-zone-clock
      ></span>`;
  }

  private agentFact(): Shown {
    const agent = this.services.store.state.agents.get(this.device?.agent_id ?? '');
    return agent === undefined
      ? '–'
      : html`<bdi>${agent.name}</bdi><span class="sub">${agentStateWord(agent.state)}</span>`;
  }

  private lastedFact(): Shown {
    const { ticket } = this;
    const begun = begunAt(ticket);
    const ended = ticket.resolved_at ?? ticket.closed_at;
    return ended === null
      ? html`<siaga-time mode="for" at=${begun}></siaga-time>`
      : durationWords(Date.parse(ended) - Date.parse(begun), this.locale);
  }

  private detectedFact(): Shown {
    const { first_failed_at, detected_at } = this.ticket;
    if (detected_at === null) return '–';
    const exact = html`<siaga-time mode="exact" at=${detected_at}></siaga-time>`;
    if (first_failed_at === null) return exact;
    const tookMs = Date.parse(detected_at) - Date.parse(first_failed_at);
    return html`${exact}
      <span class="sub">${msg(str`${durationWords(tookMs, this.locale)} after the first failure`)}</span>`;
  }

  private acknowledgedFact(): Shown {
    const { acknowledged_at, acknowledged_by } = this.ticket;
    if (acknowledged_at === null) return msg('Not yet');
    return html`<bdi>${acknowledged_by?.name ?? '–'}</bdi>
      <span class="sub"><siaga-time at=${acknowledged_at}></siaga-time></span>`;
  }

  private exact(iso: string | null): Shown {
    return iso === null ? '–' : html`<siaga-time mode="exact" at=${iso}></siaga-time>`;
  }

  protected override render(): TemplateResult {
    const { ticket } = this;
    const at = this.device?.address ?? ticket.evidence?.device.address;
    const facts: readonly (readonly [string, Shown])[] = [
      [msg('Device'), this.deviceFact()],
      [msg('Address'), at === undefined ? '–' : html`<span class="mono">${at}</span>`],
      [msg('Site'), this.siteFact()],
      [msg('Agent'), this.agentFact()],
      [msg('Priority'), priorityWord(ticket.priority)],
      [msg('Status'), statusWord(ticket.status)],
      [msg('Acknowledged'), this.acknowledgedFact()],
      [msg('First failed'), this.exact(ticket.first_failed_at)],
      [msg('Detected'), this.detectedFact()],
      ...(ticket.resolved_at === null ? [] : [[msg('Resolved'), this.exact(ticket.resolved_at)] as const]),
      [msg('Lasted'), this.lastedFact()],
      [msg('Occurrences'), wholeNumber(ticket.occurrences, this.locale)],
    ];
    return html`<section class="card" aria-labelledby="facts">
      <h2 id="facts">${msg('Facts')}</h2>
      <dl class="facts">
        ${facts.map(
          ([name, value]) =>
            html`<dt>${name}</dt>
              <dd>${value}</dd>`,
        )}
      </dl>
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-facts': SiagaIncidentFacts;
  }
}
