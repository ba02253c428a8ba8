import { msg, str } from '@lit/localize';
import { css, html, unsafeCSS, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { incidentAddress } from '../app/routes.js';
import { SiagaElement } from '../app/siaga-element.js';
import { icons } from '../components/icons.js';
import { wholeNumber } from '../i18n/numbers.js';
import { durationWords } from '../i18n/time.js';
import { baseStyles } from '../styles/shared.js';
import { laneOf, type LanePlace, type Mark } from './lane.js';
import { placed } from '../components/placed.js';
import { PLOT_LEFT_PX, PLOT_RIGHT_PX } from './plot-box.js';
import { lengthOf, type Span } from './ranges.js';
import { spanWords } from '../i18n/spans.js';
import { typeScale } from '../styles/type-scale.js';

/** What a number takes at 16 px type; where there is less room a sign stands for it. */
const NUMBER_PX = 148;
/** WCAG 2.5.8. */
const LEAST_PX = 24;

/**
 * Incidents along the time axis, each a link; what stands too close together is one button that zooms in on it
 * (`siaga-zoom`, detail: Span).
 */
@customElement('siaga-incident-lane')
export class SiagaIncidentLane extends SiagaElement {
  static override styles = [
    baseStyles,
    css`
      :host {
        display: block;
        position: relative;
        height: max(24px, 1.5rem);
        margin-inline: ${unsafeCSS(PLOT_LEFT_PX)}px ${unsafeCSS(PLOT_RIGHT_PX)}px;
      }
      a,
      button {
        position: absolute;
        inset-block: 0;
        padding: 0 var(--space-1);
        overflow: hidden;
        white-space: nowrap;
        text-overflow: ellipsis;
        text-align: start;
        font: inherit;
        font-size: var(--text-xs);
        line-height: 1.25rem;
        color: var(--down-text);
        background: var(--down-quiet);
        border: 0;
        border-block: 2px solid transparent;
        border-block-end-color: var(--down-fill);
        border-radius: var(--radius-s) var(--radius-s) 0 0;
        text-decoration: none;
        cursor: pointer;
      }
      a svg.icon {
        width: 14px;
        height: 14px;
        vertical-align: -2px;
      }
      .past {
        color: var(--text-quiet);
        background: var(--surface-sunken);
      }
      a:hover,
      button:hover {
        text-decoration: underline;
      }
      :focus-visible {
        outline-offset: -2px;
      }
    `,
  ];

  @property({ attribute: false }) marks: readonly Mark[] = [];
  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };
  @property({ type: Boolean }) zoomable = false;

  @state() private widthPx = 0;

  private numberPx = NUMBER_PX;

  private readonly resize = new ResizeObserver(() => this.measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resize.disconnect();
  }

  override willUpdate(_changed: PropertyValues<this>): void {
    if (this.widthPx === 0) this.measure();
  }

  private measure(): void {
    this.numberPx = NUMBER_PX * typeScale();
    this.widthPx = this.clientWidth;
  }

  private zoom(marks: readonly Mark[]): void {
    const fromMs = Math.min(...marks.map((mark) => mark.fromMs));
    const toMs = Math.max(...marks.map((mark) => mark.toMs));
    const margin = Math.max(60_000, (toMs - fromMs) * 0.1);
    const detail: Span = {
      fromMs: Math.max(0, Math.round(fromMs - margin)),
      toMs: Math.round(Math.min(toMs + margin, this.services.clock.nowMs())),
    };
    this.dispatchEvent(new CustomEvent('siaga-zoom', { detail, bubbles: true, composed: true }));
  }

  private renderPlace({ leftPx, widthPx, marks }: LanePlace): TemplateResult {
    const place = placed({ left: `${leftPx}px`, width: `${widthPx}px` });
    const [mark] = marks;
    if (mark && (marks.length === 1 || !this.zoomable)) {
      const length = durationWords(lengthOf(mark), this.locale);
      const when = spanWords(mark, this.locale, true);
      const number = mark.incident.ticket_number;
      const words = mark.open
        ? msg(str`${number}: open since ${when}, ${length}`)
        : msg(str`${number}: ${when}, ${length}`);
      return html`<a
        class=${mark.open ? '' : 'past'}
        href=${incidentAddress(mark.incident.id)}
        title=${words}
        aria-label=${words}
        ${place}
        >${widthPx < this.numberPx ? icons.incidents : number}</a
      >`;
    }
    const count = wholeNumber(marks.length, this.locale);
    const words = msg(str`${count} incidents: zoom in`);
    return html`<button
      type="button"
      class=${marks.some(({ open }) => open) ? '' : 'past'}
      title=${words}
      aria-label=${words}
      @click=${() => this.zoom(marks)}
      ${place}
    >
      ×${count}
    </button>`;
  }

  protected override render(): TemplateResult {
    const places = laneOf(this.marks, this.span, this.widthPx, LEAST_PX);
    return html`${places.map((place) => this.renderPlace(place))}`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-incident-lane': SiagaIncidentLane;
  }
}
