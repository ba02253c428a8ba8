import { msg, str } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Check, Device, LiveSite } from '@siaga/shared';
import { address } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-time.js';
import '../components/siaga-zone-clock.js';
import { milliseconds, percent, wholeNumber } from '../i18n/numbers.js';
import { agentStateWord, kindWord, linkWord } from '../i18n/words.js';
import { WatchStore } from '../live/store.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** What a device is: address, place, agent, checks, and its newest figures. */
@customElement('siaga-device-facts')
export class SiagaDeviceFacts extends SiagaElement {
  static override styles = [
    baseStyles,
    pageStyles,
    css`
      :host {
        padding: 0;
        margin: 0;
      }
      .local {
        font-variant-numeric: tabular-nums;
      }
    `,
  ];

  @property({ attribute: false }) device!: Device;

  constructor() {
    super();
    new WatchStore(
      this,
      () => this.services.store,
      (change) => change.sites.has(this.device.site_id) || change.agents.has(this.device.agent_id),
    );
  }

  private renderCheck({ type, interval_s, timeout_ms }: Check): TemplateResult {
    const every = wholeNumber(interval_s, this.locale);
    if (type === 'host') return html`<div>${msg(str`Host figures every ${every} s`)}</div>`;
    if (timeout_ms === null) return html`<div>${msg(str`Ping every ${every} s`)}</div>`;
    const within = wholeNumber(timeout_ms, this.locale);
    return html`<div>${msg(str`Ping every ${every} s, answer within ${within} ms`)}</div>`;
  }

  private renderSite(site: LiveSite | undefined): TemplateResult | string {
    if (!site) return '–';
    return html`<a href=${address('/devices', { site_id: site.id })} dir="auto">${site.name}</a>
      <div class="quiet local">
        ${msg('Local time')} <siaga-zone-clock .zone=${site.timezone}></siaga-zone-clock>
      </div>`;
  }

  protected override render(): TemplateResult {
    const { device } = this;
    const { sites, agents } = this.services.store.state;
    const agent = agents.get(device.agent_id);
    return html`<dl class="facts">
      <dt>${msg('Address')}</dt>
      <dd class="mono">${device.address}</dd>
      <dt>${msg('Round trip')}</dt>
      <dd>${device.rtt_ms === null ? '–' : milliseconds(device.rtt_ms, this.locale)}</dd>
      <dt>${msg('Loss, last 20')}</dt>
      <dd>${device.loss_percent === null ? '–' : percent(device.loss_percent, this.locale)}</dd>
      <dt>${msg('Last answer')}</dt>
      <dd>
        ${device.last_seen_at === null ? msg('never') : html`<siaga-time at=${device.last_seen_at}></siaga-time>`}
      </dd>
      <dt>${msg('Site')}</dt>
      <dd>${this.renderSite(sites.get(device.site_id))}</dd>
      <dt>${msg('Watched by')}</dt>
      <dd>
        <a href=${address('/devices', { agent_id: device.agent_id })} dir="auto"
          >${agent?.name ?? msg('its agent')}</a
        >
        ${agent ? html`<div class="quiet">${agentStateWord(agent.state)}</div>` : nothing}
      </dd>
      <dt>${msg('Checks')}</dt>
      <dd>
        ${device.checks.length === 0 ? msg('none') : device.checks.map((check) => this.renderCheck(check))}
      </dd>
      <dt>${msg('Kind')}</dt>
      <dd>${kindWord(device.kind)}</dd>
      <dt>${msg('Connection')}</dt>
      <dd>${linkWord(device.link)}</dd>
      ${
        device.model === null
          ? nothing
          : html`<dt>${msg('Model')}</dt>
              <dd dir="auto">${device.model}</dd>`
      }
      <dt>${msg('Code')}</dt>
      <dd class="mono">${device.code}</dd>
      <dt>${msg('Added')}</dt>
      <dd><siaga-time mode="exact" at=${device.created_at}></siaga-time></dd>
    </dl>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-device-facts': SiagaDeviceFacts;
  }
}
