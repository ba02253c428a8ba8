import { msg } from '@lit/localize';
import { css, html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Explanation, Health } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { address, deviceAddress, incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { createThrottle } from '../app/throttle.js';
import '../components/siaga-time.js';
import { explainWords, verdictWords } from '../i18n/reason-words.js';
import { baseStyles } from '../styles/shared.js';

/** How often a device that flaps is explained anew. */
const REFRESH_MS = 5000;
const CALM_MS = 625;

type Ref = NonNullable<Explanation['reasons'][number]['ref']>;

const addressOf = ({ kind, id }: Ref): string => {
  switch (kind) {
    case 'incident':
      return incidentAddress(id);
    case 'device':
      return deviceAddress(id);
    case 'agent':
      return address('/devices', { agent_id: id });
    case 'site':
      return address('/devices', { site_id: id });
  }
};

/** Why there is, or is not, an incident about a device: the verdict and its reasons in words. */
@customElement('siaga-why')
export class SiagaWhy extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
      }
      .verdict {
        font-weight: 600;
        text-wrap: pretty;
      }
      ol {
        display: grid;
        gap: var(--space-2);
        margin: var(--space-2) 0 0;
        padding: 0;
        list-style: none;
      }
      li {
        padding-inline-start: var(--space-3);
        border-inline-start: 2px solid var(--line);
        overflow-wrap: anywhere;
      }
      .at {
        font-size: var(--text-xs);
        color: var(--text-quiet);
      }
    `,
  ];

  @property() deviceId = '';
  /** What is known of it live: another health or incident asks anew. */
  @property() health: Health = 'unknown';
  @property() since = '';
  @property() incidentId: string | null = null;
  @property({ type: Boolean }) acknowledged = false;

  private readonly explanation = new Loading(
    this,
    ([id]: readonly [string], signal): Promise<Explanation> =>
      this.services.api.get(`/monitoring/devices/${encodeURIComponent(id)}/explain`, {}, signal),
    () => [this.deviceId] as const,
  );

  private readonly throttle = createThrottle(() => this.explanation.refresh(), REFRESH_MS, {
    calmMs: CALM_MS,
  });

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.throttle.cancel();
  }

  override willUpdate(changed: PropertyValues<this>): void {
    // Another device asks by itself.
    if (changed.has('deviceId')) return;
    const isOther = (['health', 'since', 'incidentId', 'acknowledged'] as const).some((name) =>
      changed.has(name),
    );
    if (isOther) this.throttle.call();
  }

  private renderReason(reason: Explanation['reasons'][number]): TemplateResult {
    const { at, ref } = reason;
    return html`<li>
      <span dir="auto">${explainWords(reason, this.locale)}</span>
      <div class="at">
        <siaga-time mode="exact" at=${at}></siaga-time>
        ${ref === null ? nothing : html` · <a href=${addressOf(ref)} dir="auto">${ref.name}</a>`}
      </div>
    </li>`;
  }

  protected override render(): TemplateResult {
    return this.explanation.render(
      ({ verdict, health, reasons }) =>
        html`<p class="verdict">${verdictWords(verdict, health, this.may('tickets:read'))}</p>
          ${
            reasons.length === 0
              ? html`<p class="quiet">${msg('No reason is on record.')}</p>`
              : html`<ol>
                  ${reasons.map((reason) => this.renderReason(reason))}
                </ol>`
          }`,
      2,
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-why': SiagaWhy;
  }
}
