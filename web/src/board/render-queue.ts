/** A rendering that an element has put off, and how urgent it is. */
export interface Rendering {
  render(): void;
  /** It cannot wait any longer: asked in each frame, and by `renderUrgent`. */
  isUrgent(): boolean;
  /** Somebody may be looking at it. */
  isInSight(): boolean;
}

/**
 * ms of a frame for renderings that can wait. Style, layout and painting of what they changed cost about as much again,
 * and a frame has 16 ms; while the page is scrolled that has to be enough for the scrolling too.
 */
const BUDGET_MS = 8;
const BUDGET_SCROLLING_MS = 2;
/** So long after the newest scroll event the page still counts as scrolled. */
const SCROLLING_MS = 150;

/** Spreads renderings over frames, so that a storm of changes costs no frame of scrolling. */
export interface RenderQueue {
  /** Renders in one of the next frames. Resolves when it is done; rejects with what `render` throws. */
  inTurn(rendering: Rendering): Promise<void>;
  /** Renders at once what has become urgent. To be called after changing what `isUrgent` depends on. */
  renderUrgent(): void;
  /** To be told of each scroll event. */
  noteScroll(): void;
}

export const createRenderQueue = ({
  onNextFrame,
  nowMs,
}: {
  onNextFrame: (callback: () => void) => void;
  /** Of a clock that only goes forward. */
  nowMs: () => number;
}): RenderQueue => {
  const waiting = new Set<Rendering>();
  let isAsked = false;
  let scrolledAtMs = -Infinity;

  const run = (rendering: Rendering): void => {
    waiting.delete(rendering);
    rendering.render();
  };
  const renderUrgent = (): void => {
    for (const rendering of waiting) if (rendering.isUrgent()) run(rendering);
  };
  /** In sight first, and at least one, whatever the urgent ones have cost. What is out of sight may wait for the storm's end. */
  const renderUntil = (endMs: number): void => {
    for (const belongs of [(rendering: Rendering) => rendering.isInSight(), () => true])
      for (const rendering of waiting) {
        if (!belongs(rendering)) continue;
        run(rendering);
        if (nowMs() >= endMs) return;
      }
  };
  const drain = (): void => {
    isAsked = false;
    const beganMs = nowMs();
    const isScrolling = beganMs - scrolledAtMs < SCROLLING_MS;
    try {
      renderUrgent();
      renderUntil(beganMs + (isScrolling ? BUDGET_SCROLLING_MS : BUDGET_MS));
    } finally {
      ask();
    }
  };
  const ask = (): void => {
    if (isAsked || waiting.size === 0) return;
    isAsked = true;
    onNextFrame(drain);
  };

  return {
    inTurn: (rendering) =>
      new Promise((resolve, reject) => {
        waiting.add({
          ...rendering,
          render() {
            try {
              rendering.render();
              resolve();
            } catch (error) {
              reject(error instanceof Error ? error : new Error(String(error)));
            }
          },
        });
        ask();
      }),
    renderUrgent,
    noteScroll: () => void (scrolledAtMs = nowMs()),
  };
};
