import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** A value that can be watched. */
export interface Observable<T> {
  readonly value: T;
  /** Calls the listener at each change, not at once; answers how to stop. */
  subscribe(listener: (value: T) => void): () => void;
}

export interface WritableObservable<T> extends Observable<T> {
  /** Takes the value and tells the listeners where it is another one. */
  set(value: T): void;
}

/** An observable value, told synchronously and in the order of subscription. */
export const createObservable = <T>(initial: T): WritableObservable<T> => {
  let current = initial;
  const listeners = new Set<(value: T) => void>();
  return {
    get value() {
      return current;
    },
    set(value) {
      if (Object.is(value, current)) return;
      current = value;
      for (const listener of [...listeners]) listener(value);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

/** Renders its element again whenever the observable changes; lets go when the element leaves the page. */
export class Watch<T> implements ReactiveController {
  private stop: (() => void) | undefined;

  /** `source` is asked when the element enters the page: what comes by context is there by then. */
  constructor(
    private readonly host: ReactiveControllerHost,
    private readonly source: () => Observable<T>,
    private readonly onChange: (value: T) => void = () => undefined,
  ) {
    host.addController(this);
  }

  get value(): T {
    return this.source().value;
  }

  hostConnected(): void {
    this.stop = this.source().subscribe((value) => {
      this.onChange(value);
      this.host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.stop?.();
    this.stop = undefined;
  }
}
