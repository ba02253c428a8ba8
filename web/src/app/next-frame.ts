/** In a tab that nobody looks at frames stop: there it is so late at most. */
const HIDDEN_MS = 250;

/** Calls back once: at the next frame, or soon where there is none. */
export const onNextFrame = (callback: () => void): void => {
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, HIDDEN_MS);
};
