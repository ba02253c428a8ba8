import { createObservable, type Observable } from './observable.js';

export type SoundState =
  | 'off'
  | 'on'
  /** Switched on, but the browser waits for a click or a key on this page before it lets anything sound. */
  | 'blocked';

/** A short tone for new incidents; off until somebody switches it on, remembered by this browser. */
export interface Sound {
  state: Observable<SoundState>;
  /** Switches it on with a sample, or off. Call it from a click or a key: browsers ask for that. */
  toggle(): void;
  /** Sounds for a burst of new incidents, at most once in ten seconds. */
  alarm(): void;
  /** Makes ready what was switched on in an earlier visit. */
  start(): void;
}

/** What makes the noise; apart from the rules, so that these can be tested. */
export interface Tone {
  /** Whether the browser lets it sound now. */
  isAllowed(): boolean;
  /** Asks the browser; answers whether it may sound. */
  allow(): Promise<boolean>;
  play(): void;
}

export interface SoundDeps {
  tone: Tone;
  nowMs(): number;
  recall(): boolean;
  remember(on: boolean): void;
  /** Calls back at the next click or key on the page; answers how to stop waiting. */
  onGesture(callback: () => void): () => void;
}

const EVERY_MS = 10_000;

/** Lets something through at most every `everyMs`; what comes sooner is dropped, not put off. */
export const createGate = (everyMs: number): ((nowMs: number) => boolean) => {
  let lastMs = -Infinity;
  return (nowMs) => {
    // A clock set back must not silence the alarm.
    if (nowMs >= lastMs && nowMs - lastMs < everyMs) return false;
    lastMs = nowMs;
    return true;
  };
};

/** When the tone sounds, and what the switch says. */
export const createSound = ({ tone, nowMs, recall, remember, onGesture }: SoundDeps): Sound => {
  const state = createObservable<SoundState>('off');
  const mayPass = createGate(EVERY_MS);
  let stopWaiting: (() => void) | undefined;
  let wasClicked = false;

  const settle = (): void => {
    if (state.value === 'off') return;
    state.set(tone.isAllowed() ? 'on' : 'blocked');
    if (state.value === 'on') {
      stopWaiting?.();
      stopWaiting = undefined;
    } else stopWaiting ??= onGesture(() => void tone.allow().then(settle));
  };
  const switchOn = (): void => {
    state.set('on');
    settle();
  };

  return {
    state,
    toggle() {
      // Blocked from an earlier visit: the click is what the browser waited for, so it stays on and sounds. Where it is
      // blocked in spite of a click, the next one switches it off.
      if (state.value === 'on' || (state.value === 'blocked' && wasClicked)) {
        wasClicked = false;
        state.set('off');
        stopWaiting?.();
        stopWaiting = undefined;
        remember(false);
        return;
      }
      wasClicked = true;
      remember(true);
      state.set('on');
      void tone.allow().then((allowed) => {
        settle();
        if (allowed && state.value === 'on') tone.play();
      });
    },
    alarm() {
      if (state.value === 'off') return;
      settle();
      if (state.value === 'on' && mayPass(nowMs())) tone.play();
    },
    start() {
      if (recall()) switchOn();
    },
  };
};
