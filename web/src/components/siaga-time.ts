import { css, html, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import { agoWords, durationWords, exactTime, minuteTime } from '../i18n/time.js';

/** A moment as a person says it, the exact one on hover; it counts by the hub's clock. */
@customElement('siaga-time')
export class SiagaTime extends SiagaElement {
  static override styles = css`
    :host(:not([mode='exact'])) {
      white-space: nowrap;
    }
    :host {
      font-variant-numeric: tabular-nums;
    }
  `;

  /** ISO 8601. */
  @property() at = '';
  /** `ago`: "3 minutes ago" · `for`: how long since then, "3 min" · `exact`: day and time to the second · `minute`: day and time. */
  @property() mode: 'ago' | 'for' | 'exact' | 'minute' = 'ago';

  private shown = '';

  private stop: (() => void) | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    // Rendered again only when the words change: a thousand of these may stand on a page.
    this.stop = this.services.clock.tick.subscribe(() => {
      if (this.words() !== this.shown) this.requestUpdate();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  private words(): string {
    const atMs = Date.parse(this.at);
    if (this.mode === 'exact') return exactTime(atMs, this.locale);
    if (this.mode === 'minute') return minuteTime(atMs, this.locale);
    const passedMs = this.services.clock.nowMs() - atMs;
    return this.mode === 'ago' ? agoWords(passedMs, this.locale) : durationWords(passedMs, this.locale);
  }

  protected override render(): TemplateResult {
    if (Number.isNaN(Date.parse(this.at))) return html`–`;
    this.shown = this.words();
    return html`<time datetime=${this.at} title=${exactTime(Date.parse(this.at), this.locale)}
      >${this.shown}</time
    >`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-time': SiagaTime;
  }
}
