import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import { timeOfDay } from '../i18n/time.js';

/** What time it is in a zone, by the hub's clock; nothing where the browser does not know the zone. */
@customElement('siaga-zone-clock')
export class SiagaZoneClock extends SiagaElement {
  static override styles = css`
    :host {
      font-variant-numeric: tabular-nums;
    }
  `;

  /** IANA zone. */
  @property() zone = '';

  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.stop = this.services.clock.tick.subscribe(() => this.requestUpdate());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  protected override render(): TemplateResult {
    try {
      return html`${timeOfDay(this.services.clock.nowMs(), this.locale, this.zone)}`;
    } catch {
      return html``;
    }
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-zone-clock': SiagaZoneClock;
  }
}
