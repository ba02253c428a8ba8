/** Keeps the screen from going dark while the page is seen, where the browser can. Answers how to let it. */
export const keepAwake = (): (() => void) => {
  let lock: WakeLockSentinel | undefined;
  let ended = false;

  const take = async (): Promise<void> => {
    if (document.hidden || !('wakeLock' in navigator)) return;
    try {
      const taken = await navigator.wakeLock.request('screen');
      if (ended) await taken.release();
      else lock = taken;
    } catch {
      // Low battery, or the browser's settings: the screen does as it would.
    }
  };

  // The browser takes the lock back whenever the page is hidden.
  const onVisible = (): void => void take();
  document.addEventListener('visibilitychange', onVisible);
  void take();
  return () => {
    ended = true;
    document.removeEventListener('visibilitychange', onVisible);
    void lock?.release().catch(() => undefined);
  };
};
