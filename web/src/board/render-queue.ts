import { onNextFrame } from '../app/next-frame.js';

/** What an element waits with: its rendering, and how soon that is wanted. */
export interface Rendering {
  render(): void;
  /** It cannot wait any longer: asked in each frame, and by `renderUrgent`. */
  isUrgent(): boolean;
  /** Somebody may be looking at it. */
  isInSight(): boolean;
}

/**
 * Of each frame so much goes to renderings that can wait. Style, layout and painting of what they changed cost about as
 * much again, and a frame has 16 ms; while the page is scrolled that has to be enough for the scrolling too.
 */
const BUDGET_MS = 8;
const BUDGET_SCROLLING_MS = 2;
/** So long after the newest scroll event the page still counts as scrolled. */
const SCROLLING_MS = 150;

const waiting = new Set<Rendering>();
let isAsked = false;
let scrolledAtMs = -Infinity;
addEventListener('scroll', () => (scrolledAtMs = performance.now()), { capture: true, passive: true });

const run = (rendering: Rendering): void => {
  waiting.delete(rendering);
  rendering.render();
};

/** In sight first. At least one a frame, whatever the urgent ones have cost: nothing waits for ever. */
const renderWithin = (untilMs: number): void => {
  for (const isTurn of [(rendering: Rendering) => rendering.isInSight(), () => true])
    for (const rendering of waiting) {
      if (!isTurn(rendering)) continue;
      run(rendering);
      if (performance.now() >= untilMs) return;
    }
};

const drain = (): void => {
  isAsked = false;
  const beganMs = performance.now();
  const isScrolling = beganMs - scrolledAtMs < SCROLLING_MS;
  renderUrgent();
  renderWithin(beganMs + (isScrolling ? BUDGET_SCROLLING_MS : BUDGET_MS));
  ask();
};

const ask = (): void => {
  if (isAsked || waiting.size === 0) return;
  isAsked = true;
  onNextFrame(drain);
};

/** Renders now what waits and cannot any longer: to be called by who made it so. */
export const renderUrgent = (): void => {
  for (const rendering of waiting) if (rendering.isUrgent()) run(rendering);
};

/**
 * Renders in one of the next frames: what is in sight first, as many as a frame has time for, so that a storm of changes
 * costs no frame of scrolling. Resolves when it is done; rejects with what `render` throws.
 */
export const renderInTurn = (about: Rendering): Promise<void> =>
  new Promise((resolve, reject) => {
    waiting.add({
      ...about,
      render() {
        try {
          about.render();
          resolve();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      },
    });
    ask();
  });
