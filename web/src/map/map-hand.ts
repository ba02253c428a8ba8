import { fromFrame, panned, zoomed, type MapView, type Point, type Size } from './projection.js';

/** A press that moved less than this is a click, px. */
const CLICK_PX = 5;
const KEY_PX = 96;
const STEP_FACTOR = 1.5;
/** One notch of a wheel (100 or 120 px) goes about a third nearer. */
const WHEEL_PX = 320;

const distance = ([a, b]: readonly Point[]): number => (a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0);
const middleOf = ([a, b]: readonly Point[]): Point =>
  a && b ? { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 } : { x: 0, y: 0 };

/** Moves the map by pointer (one drags, two pinch), wheel and keys. */
export class MapHand {
  private readonly pointers = new Map<number, Point>();
  private travelled = 0;

  constructor(
    private readonly view: () => MapView | undefined,
    private readonly size: () => Size,
    private readonly moveTo: (view: MapView) => void,
  ) {}

  private get middle(): Point {
    return { x: this.size().width / 2, y: this.size().height / 2 };
  }

  private zoom(factor: number, about: Point): void {
    const view = this.view();
    if (view) this.moveTo(zoomed(view, factor, about, this.size()));
  }

  /** Nearer (1) or farther (-1) about the middle. */
  step(direction: 1 | -1): void {
    this.zoom(STEP_FACTOR ** direction, this.middle);
  }

  /** Brings a point of the map to the frame's middle, so near. */
  centre(at: Point, scale: number): void {
    const view = this.view();
    if (!view) return;
    const middle = fromFrame(view, this.middle);
    const there = panned(view, (middle.x - at.x) * view.scale, (middle.y - at.y) * view.scale, this.size());
    this.moveTo(zoomed(there, scale / there.scale, this.middle, this.size()));
  }

  /** Whether the key was one of the map's. */
  key(event: KeyboardEvent): boolean {
    const view = this.view();
    if (!view || event.ctrlKey || event.metaKey || event.altKey) return false;
    const pan: Readonly<Record<string, readonly [number, number]>> = {
      ArrowLeft: [KEY_PX, 0],
      ArrowRight: [-KEY_PX, 0],
      ArrowUp: [0, KEY_PX],
      ArrowDown: [0, -KEY_PX],
    };
    const by = pan[event.key];
    if (by) this.moveTo(panned(view, by[0], by[1], this.size()));
    else if (event.key === '+' || event.key === '=') this.step(1);
    else if (event.key === '-') this.step(-1);
    else return false;
    return true;
  }

  wheel(event: WheelEvent, frame: HTMLElement): void {
    event.preventDefault();
    const { left, top } = frame.getBoundingClientRect();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 30 : 1;
    this.zoom(2 ** ((-event.deltaY * lines) / WHEEL_PX), { x: event.clientX - left, y: event.clientY - top });
  }

  readonly down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (this.pointers.size === 0) this.travelled = 0;
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  };

  readonly move = (event: PointerEvent): void => {
    const before = this.pointers.get(event.pointerId);
    const view = this.view();
    if (!before || !view) return;
    const frame = event.currentTarget as HTMLElement;
    if (event.pointerType === 'mouse' && event.buttons === 0) {
      this.pointers.delete(event.pointerId);
      return;
    }
    const pinchedBefore = [...this.pointers.values()];
    const now = { x: event.clientX, y: event.clientY };
    this.pointers.set(event.pointerId, now);
    this.travelled += Math.hypot(now.x - before.x, now.y - before.y);
    // Held only once it is a drag: what is captured from the start never becomes a click on a mark.
    if (this.travelled < CLICK_PX) return;
    if (!frame.hasPointerCapture(event.pointerId)) frame.setPointerCapture(event.pointerId);
    if (this.pointers.size === 2) {
      const pinched = [...this.pointers.values()];
      const { left, top } = frame.getBoundingClientRect();
      const about = middleOf(pinched);
      const factor = distance(pinched) / Math.max(1, distance(pinchedBefore));
      this.zoom(factor, { x: about.x - left, y: about.y - top });
      return;
    }
    this.moveTo(panned(view, now.x - before.x, now.y - before.y, this.size()));
  };

  readonly up = (event: PointerEvent): void => {
    this.pointers.delete(event.pointerId);
  };
}
