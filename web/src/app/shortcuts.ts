import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { createObservable, type Observable } from './observable.js';

/** A key, or two pressed one after the other, that does something while whoever registered it is on the page. */
export interface Shortcut {
  /** As KeyboardEvent.key names it, e.g. `a`, `?`, `ArrowDown`; a sequence with a blank between: `g b`. */
  key: string;
  /** What it does, for the help; asked when shown, so that it follows the language. */
  label: () => string;
  /** Left out where what has the focus does it by itself: the key is told in the help and not taken from anybody. */
  run?: () => void;
  /** `app`: works on every page. Unless told it belongs to the page. */
  scope?: 'app' | 'page';
}

/** The parts of a KeyboardEvent that decide. */
export type PressedKey = Pick<
  KeyboardEvent,
  | 'key'
  | 'ctrlKey'
  | 'metaKey'
  | 'altKey'
  | 'repeat'
  | 'isComposing'
  | 'defaultPrevented'
  | 'composedPath'
  | 'preventDefault'
>;

export interface Shortcuts {
  /** Registers keys; answers how to take them back. Of two with the same key the later one is heard. */
  add(shortcuts: readonly Shortcut[]): () => void;
  /** What can be pressed now: the app's first, each key once. A new list whenever it changes. */
  list: Observable<readonly Shortcut[]>;
  /** Runs what the key stands for; ignored while somebody types, with modifiers, and under a dialog. */
  press(event: PressedKey): void;
}

/** How long the second key of a sequence is waited for. */
const SEQUENCE_MS = 1500;

const TYPING = new Set(['INPUT', 'TEXTAREA']);
/** Input types that take no text: a letter pressed on a checkbox is a command. */
const WORDLESS = new Set(['checkbox', 'radio', 'button', 'submit', 'reset']);
const ACTED_ON_BY_ENTER = new Set(['A', 'BUTTON', 'SUMMARY', 'WA-BUTTON']);

interface ElementLike {
  tagName?: string;
  type?: string;
  isContentEditable?: boolean;
  getAttribute?(name: string): string | null;
}

const isTyping = (path: readonly ElementLike[], key: string): boolean => {
  const [target] = path;
  if (!target) return false;
  // A choice is found by letters, and nothing in it is undone by Escape.
  if (target.tagName === 'SELECT') return key !== 'Escape';
  if (target.isContentEditable === true || target.getAttribute?.('role') === 'combobox') return true;
  return TYPING.has(target.tagName ?? '') && !WORDLESS.has(target.type ?? '');
};

/** The keys of the present page. `isCovered` tells whether a dialog lies over it; `nowMs` need not be the time of day. */
export const createShortcuts = (isCovered: () => boolean, nowMs: () => number): Shortcuts => {
  const registered: Shortcut[][] = [];
  const list = createObservable<readonly Shortcut[]>([]);
  let prefix = '';
  let prefixAtMs = 0;

  const relist = (): void => {
    const byKey = new Map<string, Shortcut>();
    for (const group of registered) for (const shortcut of group) byKey.set(shortcut.key, shortcut);
    const ofApp = (shortcut: Shortcut): number => Number(shortcut.scope === 'app');
    list.set([...byKey.values()].sort((a, b) => ofApp(b) - ofApp(a)));
  };

  const isForUs = (event: PressedKey): boolean => {
    if (event.defaultPrevented || event.repeat || event.isComposing) return false;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const path = event.composedPath() as ElementLike[];
    if (isTyping(path, event.key) || path.some(({ tagName }) => tagName === 'DIALOG') || isCovered())
      return false;
    const pressesTarget = event.key === 'Enter' || event.key === ' ';
    return !(pressesTarget && path.some(({ tagName }) => ACTED_ON_BY_ENTER.has(tagName ?? '')));
  };

  return {
    list,
    add(shortcuts) {
      const mine = [...shortcuts];
      registered.push(mine);
      relist();
      return () => {
        const place = registered.indexOf(mine);
        if (place < 0) return;
        registered.splice(place, 1);
        relist();
      };
    },
    press(event) {
      // Shift alone comes as a key of its own before "?", and must not break a sequence.
      if (event.key === 'Shift') return;
      const waited = nowMs() - prefixAtMs <= SEQUENCE_MS ? prefix : '';
      prefix = '';
      if (!isForUs(event)) return;
      const sequence = waited === '' ? event.key : `${waited} ${event.key}`;
      const found =
        list.value.find(({ key }) => key === sequence) ?? list.value.find(({ key }) => key === event.key);
      if (found?.run) {
        event.preventDefault();
        found.run();
      } else if (list.value.some(({ key }) => key.startsWith(`${event.key} `))) {
        prefix = event.key;
        prefixAtMs = nowMs();
      }
    },
  };
};

/**
 * Registers its element's shortcuts while that is on the page:
 * `new Keys(this, () => this.services.shortcuts, () => [{ key: 'a', label: () => msg('Acknowledge'), run: … }])`.
 */
export class Keys implements ReactiveController {
  private remove: (() => void) | undefined;

  /** Both are asked when the element enters the page: what comes by context is there by then. */
  constructor(
    host: ReactiveControllerHost,
    private readonly shortcuts: () => Shortcuts,
    private readonly mine: () => readonly Shortcut[],
  ) {
    host.addController(this);
  }

  hostConnected(): void {
    this.remove = this.shortcuts().add(this.mine());
  }

  hostDisconnected(): void {
    this.remove?.();
    this.remove = undefined;
  }
}
