import { describe, expect, test } from 'vitest';
import { createShortcuts, type PressedKey, type Shortcut } from '../../../web/src/app/shortcuts.js';

interface Target {
  tagName: string;
  type?: string;
  isContentEditable?: boolean;
  role?: string;
}

const pressed = (
  key: string,
  more: Partial<PressedKey> = {},
  path: Target[] = [{ tagName: 'BODY' }],
): PressedKey & { prevented: boolean } => {
  const event = {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    repeat: false,
    isComposing: false,
    defaultPrevented: false,
    prevented: false,
    composedPath: () =>
      path.map(
        (target) => ({ ...target, getAttribute: () => target.role ?? null }) as unknown as EventTarget,
      ),
    preventDefault: () => {
      event.prevented = true;
    },
    ...more,
  };
  return event;
};

const harness = () => {
  const ran: string[] = [];
  const page = { covered: false, nowMs: 0 };
  const shortcuts = createShortcuts(
    () => page.covered,
    () => page.nowMs,
  );
  const shortcut = (key: string, name = key, scope: 'app' | 'page' = 'page'): Shortcut => ({
    key,
    label: () => name,
    run: () => ran.push(name),
    scope,
  });
  return { ran, page, shortcuts, shortcut };
};

describe('a key', () => {
  test('runs what is registered for it and nothing else happens by it', () => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('a'), shortcut('c')]);
    const event = pressed('a');
    shortcuts.press(event);
    expect(ran).toEqual(['a']);
    expect(event.prevented).toBe(true);
    const other = pressed('x');
    shortcuts.press(other);
    expect(other.prevented).toBe(false);
  });

  test.each<[string, Partial<PressedKey>, Target[] | undefined]>([
    ['with Ctrl', { ctrlKey: true }, undefined],
    ['with Meta', { metaKey: true }, undefined],
    ['with Alt', { altKey: true }, undefined],
    ['held down', { repeat: true }, undefined],
    ['within an input method', { isComposing: true }, undefined],
    ['taken by somebody else', { defaultPrevented: true }, undefined],
    ['in a text field', {}, [{ tagName: 'INPUT', type: 'text' }]],
    ['in a search field', {}, [{ tagName: 'INPUT', type: 'search' }]],
    ['in a text area', {}, [{ tagName: 'TEXTAREA' }]],
    ['on a select', {}, [{ tagName: 'SELECT', type: 'select-one' }]],
    ['in an editable text', {}, [{ tagName: 'DIV', isContentEditable: true }]],
    ['on a combobox', {}, [{ tagName: 'DIV', role: 'combobox' }]],
    ['inside a dialog', {}, [{ tagName: 'BUTTON' }, { tagName: 'DIALOG' }]],
  ])('is ignored %s', (_name, more, path) => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('a')]);
    shortcuts.press(pressed('a', more, path));
    expect(ran).toEqual([]);
  });

  test('Escape is heard on a select too, which undoes nothing by it', () => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('Escape')]);
    shortcuts.press(pressed('Escape', {}, [{ tagName: 'SELECT', type: 'select-one' }]));
    shortcuts.press(pressed('Escape', {}, [{ tagName: 'INPUT', type: 'search' }]));
    expect(ran).toEqual(['Escape']);
  });

  test.each<[string, Target[]]>([
    ['a checkbox', [{ tagName: 'INPUT', type: 'checkbox' }]],
    ['a button', [{ tagName: 'BUTTON', type: 'submit' }]],
    ['a link', [{ tagName: 'A' }]],
  ])('is heard on %s', (_name, path) => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('a')]);
    shortcuts.press(pressed('a', {}, path));
    expect(ran).toEqual(['a']);
  });

  test('is ignored under a dialog that has no focus', () => {
    const { ran, page, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('a')]);
    page.covered = true;
    shortcuts.press(pressed('a'));
    page.covered = false;
    shortcuts.press(pressed('a'));
    expect(ran).toEqual(['a']);
  });

  test('Enter stays what it is on links and buttons', () => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('Enter')]);
    shortcuts.press(pressed('Enter', {}, [{ tagName: 'SPAN' }, { tagName: 'A' }]));
    expect(ran).toEqual([]);
    shortcuts.press(pressed('Enter'));
    expect(ran).toEqual(['Enter']);
  });
});

describe('a sequence', () => {
  test('runs when its second key follows in time', () => {
    const { ran, page, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('g b'), shortcut('b')]);
    shortcuts.press(pressed('g'));
    page.nowMs = 1500;
    shortcuts.press(pressed('b'));
    expect(ran).toEqual(['g b']);
    shortcuts.press(pressed('b'));
    expect(ran).toEqual(['g b', 'b']);
  });

  test('is forgotten when the second key is late, typed, or another', () => {
    const { ran, page, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('g b')]);
    shortcuts.press(pressed('g'));
    page.nowMs = 1501;
    shortcuts.press(pressed('b'));
    shortcuts.press(pressed('g'));
    shortcuts.press(pressed('x'));
    shortcuts.press(pressed('b'));
    shortcuts.press(pressed('g'));
    shortcuts.press(pressed('b', {}, [{ tagName: 'INPUT', type: 'text' }]));
    expect(ran).toEqual([]);
  });

  test('survives the press of Shift', () => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('g ?')]);
    for (const key of ['g', 'Shift', '?']) shortcuts.press(pressed(key));
    expect(ran).toEqual(['g ?']);
  });
});

describe('the list', () => {
  test("tells what can be pressed now, the app's first", () => {
    const { shortcuts, shortcut } = harness();
    const lists: string[] = [];
    shortcuts.list.subscribe((list) => lists.push(list.map(({ key }) => key).join(' ')));
    const remove = shortcuts.add([shortcut('a')]);
    shortcuts.add([shortcut('?', 'help', 'app')]);
    remove();
    remove();
    expect(lists).toEqual(['a', '? a', '?']);
  });

  test('of two with the same key the later one is heard, and the earlier again once that has left', () => {
    const { ran, shortcuts, shortcut } = harness();
    shortcuts.add([shortcut('a', 'first')]);
    const remove = shortcuts.add([shortcut('a', 'second')]);
    expect(shortcuts.list.value).toHaveLength(1);
    shortcuts.press(pressed('a'));
    remove();
    shortcuts.press(pressed('a'));
    expect(ran).toEqual(['second', 'first']);
  });
});

test('a key that is only told of is taken from nobody', () => {
  const { shortcuts } = harness();
  shortcuts.add([{ key: 'Enter', label: () => 'Open' }]);
  const event = pressed('Enter');
  shortcuts.press(event);
  expect(event.prevented).toBe(false);
  expect(shortcuts.list.value.map(({ key }) => key)).toEqual(['Enter']);
});
