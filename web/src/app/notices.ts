import { createObservable, type Observable } from './observable.js';

export interface Notice {
  text: string;
  /** Counts up, so that the same words said twice are two notices. */
  serial: number;
}

export interface Notices {
  /** Shown for a few seconds and spoken: what an action did. */
  shown: Observable<Notice | undefined>;
  /** Spoken to screen readers only: what happened meanwhile. */
  spoken: Observable<Notice | undefined>;
  show(text: string): void;
  speak(text: string): void;
}

export const createNotices = (): Notices => {
  const shown = createObservable<Notice | undefined>(undefined);
  const spoken = createObservable<Notice | undefined>(undefined);
  let serial = 0;
  const next = (text: string): Notice => ({ text, serial: (serial += 1) });
  return {
    shown,
    spoken,
    show: (text) => shown.set(next(text)),
    speak: (text) => spoken.set(next(text)),
  };
};
