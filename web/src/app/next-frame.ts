/** Frames stop in a hidden tab, where the title still has to count the incidents. */
const AT_LATEST_MS = 250;

/** Calls back once: at the next frame, or after 250 ms if none has come by then. */
export const onNextFrame = (callback: () => void): void => {
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    callback();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, AT_LATEST_MS);
};
