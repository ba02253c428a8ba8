import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { steadyOrder } from './steady-order.js';

/** A pointer that has lain still this long no longer holds anything: nobody is aiming. */
const IDLE_MS = 30_000;
/** Things change places at most so often: nobody reads what moves at each of 500 changes a second, nor could it be drawn. */
const SETTLE_MS = 2_000;

/**
 * Holds the order of things while the pointer is over them or the focus is among them, so that nothing moves away from
 * under a hand that is about to click; and a while after each change of order, so that a storm can be read. A change
 * that comes alone moves at once.
 */
export class HoldOrder<T> implements ReactiveController {
  /** How many a hand holds elsewhere than they would stand if the order were let go. */
  moved = 0;
  /** Something was let go since `apply`, or what is held has changed: it has to be applied again. */
  isStale = false;

  /** Held although no longer among the things to show. */
  private gone: ReadonlySet<string> = new Set();

  private order: string[] = [];
  private key = '';
  /** `performance.now()` of the newest change of order. */
  private movedAtMs = -Infinity;
  private settling: ReturnType<typeof setTimeout> | undefined;
  private hovered = false;
  private focused = false;
  /** Whether a hand was there lately. */
  private awake = false;
  private idle: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: ReactiveControllerHost & HTMLElement,
    private readonly idOf: (item: T) => string,
    /** What became of one that is no longer among the things to show; undefined: it is gone altogether. */
    private readonly stillThere: (id: string) => T | undefined = () => undefined,
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.host.addEventListener('pointermove', this.onPointer);
    this.host.addEventListener('pointerleave', this.onLeave);
    this.host.addEventListener('focusin', this.onFocus);
    this.host.addEventListener('focusout', this.onBlur);
    this.host.addEventListener('keydown', this.touch);
  }

  hostDisconnected(): void {
    this.host.removeEventListener('pointermove', this.onPointer);
    this.host.removeEventListener('pointerleave', this.onLeave);
    this.host.removeEventListener('focusin', this.onFocus);
    this.host.removeEventListener('focusout', this.onBlur);
    this.host.removeEventListener('keydown', this.touch);
    clearTimeout(this.idle);
    clearTimeout(this.settling);
  }

  /** The things in the order to draw. With another `key` (filter, sort) they are new things, and nothing is held. */
  apply(items: readonly T[], key: string): readonly T[] {
    const isSame = key === this.key && this.order.length > 0;
    const { isHeldByHand } = this;
    const settledInMs = this.movedAtMs + SETTLE_MS - performance.now();
    this.key = key;
    this.isStale = false;
    if (!isSame || !(isHeldByHand || settledInMs > 0)) {
      this.moved = 0;
      this.gone = new Set();
      const order = items.map(this.idOf);
      if (isSame && order.some((id, at) => id !== this.order[at])) this.movedAtMs = performance.now();
      this.order = order;
      return items;
    }
    const gone = this.goneFrom(items);
    this.gone = new Set(gone.map(this.idOf));
    const steady = steadyOrder(this.order, items, this.idOf, gone);
    this.moved = isHeldByHand ? steady.moved : 0;
    this.order = steady.items.map(this.idOf);
    if (!isHeldByHand && steady.moved > 0) this.settleIn(settledInMs);
    return steady.items;
  }

  private get isHeldByHand(): boolean {
    return this.awake && (this.hovered || this.focused);
  }

  /**
   * Whether a hand holds one of these although it is no longer among the things to show: nobody but the host brings that
   * up to date. What merely rests for two seconds is not worth a rendering of its own.
   */
  holdsGone(ids: ReadonlySet<string>): boolean {
    return this.isHeldByHand && [...this.gone].some((id) => ids.has(id));
  }

  /** What is held has changed. */
  applyAgain(): void {
    this.isStale = true;
  }

  /** What was drawn and is no longer among the things to show. */
  private goneFrom(items: readonly T[]): T[] {
    const shown = new Set(items.map(this.idOf));
    return this.order.flatMap((id) => (shown.has(id) ? [] : (this.stillThere(id) ?? [])));
  }

  /** Lets things go to their places now. */
  readonly release = (): void => {
    this.order = [];
    this.isStale = true;
    this.host.requestUpdate();
  };

  private readonly touch = (): void => {
    clearTimeout(this.idle);
    this.awake = true;
    this.idle = setTimeout(() => {
      this.awake = false;
      this.release();
    }, IDLE_MS);
  };

  private readonly onPointer = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') return;
    this.hovered = true;
    this.touch();
  };

  private readonly onLeave = (): void => {
    this.hovered = false;
    this.letGo();
  };

  private readonly onFocus = (): void => {
    this.focused = true;
    this.touch();
  };

  private readonly onBlur = (event: FocusEvent): void => {
    if (event.relatedTarget instanceof Node && this.host.contains(event.relatedTarget)) return;
    this.focused = false;
    this.letGo();
  };

  private settleIn(ms: number): void {
    clearTimeout(this.settling);
    this.settling = setTimeout(() => {
      this.isStale = true;
      this.host.requestUpdate();
    }, ms);
  }

  private letGo(): void {
    if (this.hovered || this.focused) return;
    clearTimeout(this.idle);
    if (this.moved === 0) return;
    this.isStale = true;
    this.host.requestUpdate();
  }
}
