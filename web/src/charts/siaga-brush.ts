import { msg, str } from '@lit/localize';
import { html, nothing, type PropertyValues, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { SiagaElement } from '../app/siaga-element.js';
import { durationWords } from '../i18n/time.js';
import { baseStyles } from '../styles/shared.js';
import { fractionOf, momentAt, movedCursor, spanBetween, zoomed } from './brush.js';
import { brushStyles } from './brush-styles.js';
import { placed } from '../components/placed.js';
import { lengthOf, type Span } from './ranges.js';
import { spanWords } from '../i18n/spans.js';

/** A drag shorter than this is a click. */
const DRAG_PX = 5;
/** Page keys move by a tenth of the span. */
const PAGE_STEPS = 10;

/**
 * The reading line and the brush over charts of one span. By pointer: hovering reads, dragging zooms. By keyboard:
 * arrows read (Page keys by a tenth, Home and End to the ends), with Shift they choose, Enter zooms, + and - zoom
 * about the cursor, Escape lets go of the choice and then undoes the zoom.
 *
 * Tells `siaga-cursor` (detail: epoch ms or undefined), `siaga-zoom` (detail: Span) and `siaga-undo`.
 */
@customElement('siaga-brush')
export class SiagaBrush extends SiagaElement {
  static override styles = [baseStyles, brushStyles];

  @property({ attribute: false }) span: Span = { fromMs: 0, toMs: 1 };
  /** Where the line stands; set by who listens to `siaga-cursor`. */
  @property({ attribute: false }) cursorMs: number | undefined = undefined;
  /** What stands at the cursor, in words. */
  @property() reading = '';
  /** What an arrow moves by. */
  @property({ type: Number }) stepMs = 60_000;
  @property({ type: Boolean }) zoomable = false;
  /** What the charts show, for who cannot see them. */
  @property() label = '';

  @state() private chosen: { anchorMs: number; headMs: number } | undefined = undefined;

  @query('.surface', true) private surface!: HTMLElement;

  private dragFromPx: number | undefined;

  override willUpdate(changed: PropertyValues<this>): void {
    // Another span: what was chosen on the old one is gone, unless the time merely moved on.
    const before = changed.get('span');
    if (before && this.chosen && Math.abs(lengthOf(before) - lengthOf(this.span)) > 1)
      this.chosen = undefined;
  }

  private tell(name: string, detail?: unknown): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  private moveTo(atMs: number | undefined): void {
    if (atMs !== this.cursorMs) this.tell('siaga-cursor', atMs);
  }

  private zoomTo(span: Span): void {
    this.chosen = undefined;
    this.tell('siaga-zoom', span);
  }

  private momentOf(event: PointerEvent): number {
    const { left, width } = this.surface.getBoundingClientRect();
    return momentAt(this.span, (event.clientX - left) / Math.max(1, width));
  }

  private readonly onDown = (event: PointerEvent): void => {
    if (event.button !== 0 || !event.isPrimary) return;
    this.moveTo(this.momentOf(event));
    if (!this.zoomable) return;
    this.dragFromPx = event.clientX;
    this.chosen = undefined;
    // A pointer that left the window in the meantime cannot be held.
    if (event.pointerType !== 'mouse' || event.buttons > 0) this.surface.setPointerCapture(event.pointerId);
  };

  private readonly onMove = (event: PointerEvent): void => {
    if (!event.isPrimary) return;
    const atMs = this.momentOf(event);
    this.moveTo(atMs);
    if (this.dragFromPx === undefined) return;
    const { left, width } = this.surface.getBoundingClientRect();
    const anchorMs = momentAt(this.span, (this.dragFromPx - left) / Math.max(1, width));
    this.chosen =
      Math.abs(event.clientX - this.dragFromPx) < DRAG_PX ? undefined : { anchorMs, headMs: atMs };
  };

  private readonly onUp = (event: PointerEvent): void => {
    if (!event.isPrimary || this.dragFromPx === undefined) return;
    this.dragFromPx = undefined;
    const { chosen } = this;
    if (chosen) this.zoomTo(spanBetween(chosen.anchorMs, chosen.headMs, this.services.clock.nowMs()));
  };

  /** The browser took the pointer, e.g. to scroll. */
  private readonly onCancel = (): void => {
    this.dragFromPx = undefined;
    this.chosen = undefined;
  };

  private readonly onLeave = (): void => {
    if (this.dragFromPx === undefined && !this.surface.matches(':focus-visible')) this.moveTo(undefined);
  };

  private readonly onBlur = (): void => {
    this.chosen = undefined;
    this.moveTo(undefined);
  };

  private readonly onFocus = (): void => {
    if (this.cursorMs === undefined && this.surface.matches(':focus-visible')) {
      this.moveTo(movedCursor(this.span, undefined, 0));
    }
  };

  private step(byMs: number, choosing: boolean): void {
    const fromMs = this.cursorMs ?? movedCursor(this.span, undefined, 0);
    const atMs = movedCursor(this.span, fromMs, byMs);
    this.chosen =
      choosing && this.zoomable ? { anchorMs: this.chosen?.anchorMs ?? fromMs, headMs: atMs } : undefined;
    this.moveTo(atMs);
  }

  private zoomBy(factor: number): void {
    const aroundMs = this.cursorMs ?? movedCursor(this.span, undefined, 0);
    this.zoomTo(zoomed(this.span, aroundMs, factor, this.services.clock.nowMs()));
  }

  private enter(): void {
    const { chosen } = this;
    if (!chosen) this.zoomBy(2);
    else if (chosen.anchorMs !== chosen.headMs) {
      this.zoomTo(spanBetween(chosen.anchorMs, chosen.headMs, this.services.clock.nowMs()));
    }
  }

  private escape(): void {
    if (this.chosen) this.chosen = undefined;
    else this.tell('siaga-undo');
    this.dragFromPx = undefined;
  }

  /** What a key does; undefined where it is none of ours. */
  private actionOf({ key, shiftKey }: KeyboardEvent): (() => void) | undefined {
    const pageMs = lengthOf(this.span) / PAGE_STEPS;
    const stepMs = Math.min(this.stepMs, pageMs);
    const moves: Readonly<Record<string, number>> = {
      ArrowLeft: -stepMs,
      ArrowRight: stepMs,
      ArrowDown: -stepMs,
      ArrowUp: stepMs,
      PageDown: -pageMs,
      PageUp: pageMs,
      Home: -Infinity,
      End: Infinity,
    };
    const move = moves[key];
    if (move !== undefined) return () => this.step(move, shiftKey);
    if (!this.zoomable) return undefined;
    switch (key) {
      case 'Enter':
        return () => this.enter();
      case '+':
      case '=':
        return () => this.zoomBy(2);
      case '-':
      case '_':
        return () => this.zoomBy(0.5);
      case 'Escape':
        return () => this.escape();
      default:
        return undefined;
    }
  }

  private readonly onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = this.actionOf(event);
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  };

  private get chosenSpan(): Span | undefined {
    const { chosen } = this;
    return chosen
      ? {
          fromMs: Math.min(chosen.anchorMs, chosen.headMs),
          toMs: Math.max(chosen.anchorMs, chosen.headMs),
        }
      : undefined;
  }

  private get spoken(): string {
    const chosen = this.chosenSpan;
    if (!chosen) return this.reading;
    const length = durationWords(lengthOf(chosen), this.locale);
    return msg(str`Chosen: ${spanWords(chosen, this.locale)}, ${length}. Enter zooms in.`);
  }

  private renderChosen(): TemplateResult | typeof nothing {
    const chosen = this.chosenSpan;
    if (!chosen) return nothing;
    const place = {
      left: `${fractionOf(this.span, chosen.fromMs) * 100}%`,
      width: `${(lengthOf(chosen) / lengthOf(this.span)) * 100}%`,
    };
    return html`<div class="chosen" ${placed(place)}></div>`;
  }

  private renderCursor(): TemplateResult | typeof nothing {
    if (this.cursorMs === undefined) return nothing;
    const fraction = fractionOf(this.span, this.cursorMs);
    if (fraction < 0 || fraction > 1) return nothing;
    return html`<div class="cursor" ${placed({ left: `${fraction * 100}%` })}></div>`;
  }

  protected override render(): TemplateResult {
    const now = this.cursorMs ?? (this.span.fromMs + this.span.toMs) / 2;
    return html`<div class="stage">
      <slot></slot>
      <div
        class="surface"
        role="slider"
        tabindex="0"
        aria-label=${this.label}
        aria-describedby="keys"
        aria-valuemin=${Math.round(this.span.fromMs)}
        aria-valuemax=${Math.round(this.span.toMs)}
        aria-valuenow=${Math.round(now)}
        aria-valuetext=${this.spoken}
        @pointerdown=${this.onDown}
        @pointermove=${this.onMove}
        @pointerup=${this.onUp}
        @pointercancel=${this.onCancel}
        @pointerleave=${this.onLeave}
        @focus=${this.onFocus}
        @blur=${this.onBlur}
        @keydown=${this.onKey}
      >
        ${this.renderChosen()} ${this.renderCursor()}
      </div>
      <p id="keys" class="keys">
        ${
          this.zoomable
            ? msg('Arrows read, Shift+arrows choose, Enter or + zooms in, - out, Esc undoes.')
            : msg('Arrows read the chart.')
        }
      </p>
    </div>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'siaga-brush': SiagaBrush;
  }
}
