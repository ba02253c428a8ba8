import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createNotices } from '../../web/src/app/notices.js';
import { createShortcuts } from '../../web/src/app/shortcuts.js';
import { SiagaNotices } from '../../web/src/app/siaga-notices.js';
import { inside, openStage, textOf } from './stage.js';

/** Timers that go by when told. */
const handTimers = () => {
  let nowMs = 0;
  const due = new Set<{ atMs: number; action: () => void }>();
  return {
    nowMs: () => nowMs,
    after: (delayMs: number, action: () => void) => {
      const one = { atMs: nowMs + delayMs, action };
      due.add(one);
      return () => void due.delete(one);
    },
    pass: (ms: number) => {
      nowMs += ms;
      for (const one of [...due]) {
        if (one.atMs > nowMs) continue;
        due.delete(one);
        one.action();
      }
    },
  };
};

const show = async () => {
  const timers = handTimers();
  const notices = createNotices(timers);
  const stage = openStage();
  Object.assign(stage.services, {
    notices,
    shortcuts: createShortcuts(
      () => false,
      () => 0,
    ),
  });
  const before = document.createElement('button');
  before.textContent = 'before';
  stage.root.append(before);
  const element = await stage.put(new SiagaNotices());
  return { element, notices, before, pass: timers.pass };
};

describe('siaga-notices', () => {
  test('an action by click lets later notices end, though the pointer never left', async () => {
    const { element, notices, pass } = await show();
    let undone = 0;
    notices.show('Deleted.', { label: 'Undo', run: () => (undone += 1) });
    await element.updateComplete;
    // As in a browser that tells nothing of what is taken away under the pointer or the focus.
    const notice = inside<HTMLElement>(element, '.notice');
    notice.dispatchEvent(new PointerEvent('pointerenter'));
    inside<HTMLButtonElement>(element, 'button').click();
    expect(undone).toBe(1);
    notices.show('It is back.');
    await element.updateComplete;
    expect(textOf(element)).toContain('It is back.');
    pass(60_000);
    await element.updateComplete;
    expect(textOf(element)).not.toContain('It is back.');
  });

  test.each(['Dismiss', 'Undo'])('%s by the keyboard gives the focus back to where it was', async (name) => {
    const { element, notices, before } = await show();
    before.focus();
    notices.show('Deleted.', { label: 'Undo', run: () => undefined });
    await element.updateComplete;
    const selector = name === 'Dismiss' ? 'button.close' : 'button:not(.close)';
    inside<HTMLButtonElement>(element, selector).focus();
    await userEvent.keyboard('{Enter}');
    await element.updateComplete;
    expect(textOf(element)).toBe('');
    expect(document.activeElement).toBe(before);
  });

  test('where that place is gone, it asks for the page', async () => {
    const { element, notices, before } = await show();
    let asked = 0;
    element.addEventListener('siaga-skip', () => (asked += 1));
    before.focus();
    notices.show('Deleted.');
    await element.updateComplete;
    inside<HTMLButtonElement>(element, 'button.close').focus();
    before.remove();
    await userEvent.keyboard('{Enter}');
    expect(asked).toBe(1);
  });
});
