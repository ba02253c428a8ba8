import type { ReactiveController, ReactiveControllerHost } from 'lit';
import type { LiveEvent } from '@siaga/shared';
import {
  applyEvent,
  createLiveChange,
  createLiveState,
  rebuildGroups,
  type LiveChange,
  type LiveState,
} from './state.js';

export interface LiveStore {
  readonly state: Readonly<LiveState>;
  /** Queues an event; what is queued is applied and told at the next frame, all at once. */
  push(event: LiveEvent): void;
  subscribe(listener: (change: LiveChange) => void): () => void;
  /** Forgets everything: another person signed in, or nobody. */
  clear(): void;
}

const throwLater = (error: unknown): void =>
  queueMicrotask(() => {
    throw error;
  });

/**
 * The one store of what the live feed tells. `onNextFrame` calls back once, at the next frame or soon after; `onFault`
 * hears of a listener that failed.
 */
export const createLiveStore = (
  onNextFrame: (callback: () => void) => void,
  onFault: (error: unknown) => void = throwLater,
): LiveStore => {
  let state = createLiveState();
  let queue: LiveEvent[] = [];
  let asked = false;
  const listeners = new Set<(change: LiveChange) => void>();

  const tell = (change: LiveChange): void => {
    for (const listener of [...listeners])
      try {
        listener(change);
      } catch (error) {
        // What is wrong with one of them keeps no change from the others.
        onFault(error);
      }
  };
  const flush = (): void => {
    asked = false;
    const events = queue;
    queue = [];
    if (events.length === 0) return;
    const change = createLiveChange();
    for (const event of events) applyEvent(state, change, event);
    rebuildGroups(state, change);
    tell(change);
  };

  return {
    get state() {
      return state;
    },
    push(event) {
      queue.push(event);
      if (asked) return;
      asked = true;
      onNextFrame(flush);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    clear() {
      queue = [];
      state = createLiveState();
      tell({ ...createLiveChange(), snapshot: true });
    },
  };
};

/** Renders its element after each change that `concerns` it; lets go when the element leaves the page. */
export class WatchStore implements ReactiveController {
  private stop: (() => void) | undefined;

  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly store: () => LiveStore,
    private readonly concerns: (change: LiveChange) => boolean = () => true,
    private readonly onChange: (change: LiveChange) => void = () => undefined,
  ) {
    host.addController(this);
  }

  get state(): Readonly<LiveState> {
    return this.store().state;
  }

  hostConnected(): void {
    this.stop = this.store().subscribe((change) => {
      if (!change.snapshot && !this.concerns(change)) return;
      this.onChange(change);
      this.host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.stop?.();
    this.stop = undefined;
  }
}
