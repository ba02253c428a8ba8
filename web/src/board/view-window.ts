import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { typeScale } from '../styles/type-scale.js';

/** Drawn above and below what is in view, so that a flick of the wheel meets no gap. */
const AROUND_PX = 480;
/** The window moves in steps: a frame of scrolling renders nothing unless a step was passed. */
const STEP_PX = 160;

/** What of a tall element is in view, px from its top. */
export interface Extent {
  from: number;
  to: number;
}

/** The part to draw of an element whose top stands at `top` of a view `viewHeight` high. Pure. */
export const extentOf = (top: number, viewHeight: number): Extent => {
  const from = Math.max(0, Math.floor((-top - AROUND_PX) / STEP_PX) * STEP_PX);
  const to = Math.max(0, Math.ceil((viewHeight - top + AROUND_PX) / STEP_PX) * STEP_PX);
  return { from, to };
};

/**
 * Of an extent the part in view and half of what is drawn around it: there is what moves the element without a scroll,
 * and a scroll that is not heard of yet. Pure.
 */
export const nearOf = ({ from, to }: Extent): Extent => ({
  // Cut off at 0 it does not tell where the view begins: all from the top on is near.
  from: from === 0 ? 0 : from + AROUND_PX / 2,
  to: Math.max(0, to - AROUND_PX / 2),
});

/** Tells its element which part of it to draw while the page scrolls, and how wide it is. */
export class ViewWindow implements ReactiveController {
  extent: Extent = { from: 0, to: 0 };
  width = 0;
  /** How much larger than 16 px the reader wants the type. */
  scale = 1;

  /** Of the extent what is in view or near it. */
  get nearView(): Extent {
    return nearOf(this.extent);
  }

  private asked = false;

  private readonly resized = new ResizeObserver(() => this.measure());

  constructor(private readonly host: ReactiveControllerHost & HTMLElement) {
    host.addController(this);
  }

  hostConnected(): void {
    // Captured: whichever ancestor scrolls, this hears of it.
    window.addEventListener('scroll', this.measure, { capture: true, passive: true });
    window.addEventListener('resize', this.measure);
    this.resized.observe(this.host);
  }

  hostDisconnected(): void {
    window.removeEventListener('scroll', this.measure, { capture: true });
    window.removeEventListener('resize', this.measure);
    this.resized.disconnect();
  }

  /**
   * At the next frame, when nothing is left to lay out: what the host holds renders after it, so that a measure taken at
   * once makes the browser lay out the page twice (a third of a frame's work under a storm).
   */
  measureSoon(): void {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.measure();
    });
  }

  readonly measure = (): void => {
    const { top, width } = this.host.getBoundingClientRect();
    const { from, to } = extentOf(top, window.innerHeight);
    const isSame = from === this.extent.from && to === this.extent.to && width === this.width;
    if (isSame) return;
    if (width !== this.width) {
      this.scale = typeScale();
    }
    this.extent = { from, to };
    this.width = width;
    this.host.requestUpdate();
  };
}
