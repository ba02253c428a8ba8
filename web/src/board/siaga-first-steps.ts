import '@awesome.me/webawesome/dist/components/button/button.js';
import { msg } from '@lit/localize';
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Device, LiveDevice } from '@siaga/shared';
import { Loading } from '../app/loading.js';
import { deviceAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import '../components/siaga-health.js';
import '../components/siaga-time.js';
import { milliseconds } from '../i18n/numbers.js';
import { baseStyles, pageStyles } from '../styles/shared.js';

/** How often the machine's round trip is asked for: the card proves that something is being watched. */
const ASK_MS = 5000;

/** After a first start: what is watched already, and the next step. */
@customElement('siaga-first-steps')
export class SiagaFirstSteps extends SiagaElement {
  static override styles = [
    baseStyles,
    pageStyles,
    css`
      :host {
        display: block;
        padding: 0;
        max-width: none;
        margin-inline: 0;
      }
      .card {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        justify-content: space-between;
        gap: var(--space-3) var(--space-6);
        border-color: var(--brand);
      }
      .words {
        display: grid;
        gap: var(--space-2);
        flex: 1 1 20rem;
        min-width: 0;
      }
      .watched {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--space-1) var(--space-3);
      }
      .watched a {
        font-weight: 600;
        overflow-wrap: anywhere;
      }
    `,
  ];

  /** The one device that is watched already. */
  @property({ attribute: false }) machine: LiveDevice | undefined;

  private asking: ReturnType<typeof setInterval> | undefined;

  private readonly loading = new Loading(
    this,
    async ([id]: readonly [string | undefined], signal): Promise<Device | undefined> =>
      id === undefined
        ? undefined
        : this.services.api.get<Device>(`/monitoring/devices/${encodeURIComponent(id)}`, {}, signal),
    () => [this.machine?.id] as const,
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.asking = setInterval(() => {
      if (!document.hidden && !this.loading.pending) this.loading.refresh();
    }, ASK_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.asking);
  }

  private renderWatched(machine: LiveDevice): TemplateResult {
    const rttMs = this.loading.value?.rtt_ms ?? null;
    return html`<p class="watched">
      <a href=${deviceAddress(machine.id)} dir="auto">${machine.name}</a>
      <siaga-health health=${machine.health}></siaga-health>
      ${rttMs === null ? nothing : html`<span class="quiet">${milliseconds(rttMs, this.locale)}</span>`}
    </p>`;
  }

  protected override render(): TemplateResult {
    const { machine } = this;
    return html`<section class="card" aria-labelledby="steps">
      <div class="words">
        <h2 id="steps">
          ${machine ? msg('Siaga is at work: it watches this machine') : msg('Watch your first device')}
        </h2>
        ${machine ? this.renderWatched(machine) : nothing}
        <p class="quiet">
          ${
            machine
              ? msg('An address is enough to add the next: a router, an ATM, a server.')
              : msg('An address is enough: a router, an ATM, a server.')
          }
        </p>
      </div>
      ${
        this.may('monitoring:write')
          ? html`<wa-button variant="brand" href="/devices?add=1">${msg('Add a device')}</wa-button>`
          : nothing
      }
    </section>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-first-steps': SiagaFirstSteps;
  }
}
