import { createObservable, type Observable } from './observable.js';

export interface NoticeAction {
  label: string;
  run: () => void;
}

export interface Notice {
  text: string;
  /** Counts up, so that the same words said twice are two notices. */
  serial: number;
  /** What can be done about it while it is shown, e.g. "Undo". */
  action?: NoticeAction;
}

export interface Notices {
  /** Shown for a few seconds and spoken: what actions did, the newest last. */
  shown: Observable<readonly Notice[]>;
  /** Spoken to screen readers only: what happened meanwhile. */
  spoken: Observable<Notice | undefined>;
  /** With an action it stays longer, and its end waits while somebody is at it (see `hold`). */
  show(text: string, action?: NoticeAction): void;
  speak(text: string): void;
  /** Does the notice's action, and takes the notice away: what is undone is not undone twice. */
  readonly act: (serial: number) => void;
  readonly dismiss: (serial: number) => void;
  /** Nothing goes away from now on: the pointer or the focus is on a notice. */
  hold(): void;
  /** What is shown goes on towards its end. */
  release(): void;
  /** Another person is here now. */
  clear(): void;
}

/** Timers as the notices need them. */
export interface NoticeTimers {
  nowMs(): number;
  /** Calls back once; answers how to cancel. */
  after(delayMs: number, action: () => void): () => void;
}

const SHOWN_MS = 6000;
const ACTION_MS = 10_000;
const AT_MOST = 3;

const browserTimers: NoticeTimers = {
  nowMs: () => performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

interface Running {
  leftMs: number;
  startedAtMs: number;
  cancel: (() => void) | undefined;
}

export const createNotices = (timers: NoticeTimers = browserTimers): Notices => {
  const shown = createObservable<readonly Notice[]>([]);
  const spoken = createObservable<Notice | undefined>(undefined);
  const running = new Map<number, Running>();
  let isHeld = false;
  let serial = 0;

  const dismiss = (which: number): void => {
    running.get(which)?.cancel?.();
    running.delete(which);
    shown.set(shown.value.filter((notice) => notice.serial !== which));
  };
  const run = (which: number, timer: Running): void => {
    timer.startedAtMs = timers.nowMs();
    timer.cancel = timers.after(timer.leftMs, () => dismiss(which));
  };

  return {
    shown,
    spoken,
    show(text, action) {
      serial += 1;
      const notice: Notice = { text, serial, ...(action ? { action } : {}) };
      const timer: Running = { leftMs: action ? ACTION_MS : SHOWN_MS, startedAtMs: 0, cancel: undefined };
      running.set(serial, timer);
      if (!isHeld) run(serial, timer);
      const tooMany = shown.value.slice(0, Math.max(0, shown.value.length + 1 - AT_MOST));
      shown.set([...shown.value, notice]);
      for (const old of tooMany) dismiss(old.serial);
    },
    speak(text) {
      serial += 1;
      spoken.set({ text, serial });
    },
    act(which) {
      const action = shown.value.find((notice) => notice.serial === which)?.action;
      dismiss(which);
      action?.run();
    },
    dismiss,
    hold() {
      if (isHeld) return;
      isHeld = true;
      for (const timer of running.values()) {
        timer.cancel?.();
        timer.cancel = undefined;
        timer.leftMs = Math.max(0, timer.leftMs - (timers.nowMs() - timer.startedAtMs));
      }
    },
    release() {
      if (!isHeld) return;
      isHeld = false;
      for (const [which, timer] of running) run(which, timer);
    },
    clear() {
      isHeld = false;
      for (const { serial: which } of shown.value) dismiss(which);
      spoken.set(undefined);
    },
  };
};
