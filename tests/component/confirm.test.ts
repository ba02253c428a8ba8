import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { SiagaConfirm } from '../../web/src/forms/siaga-confirm.js';
import { ApiError } from '../../web/src/http/api-error.js';
import { openStage } from './stage.js';

const show = async (act: () => Promise<void>): Promise<{ element: SiagaConfirm; closed: () => number }> => {
  const element = new SiagaConfirm();
  Object.assign(element, {
    label: 'Delete KC Bandung?',
    words: 'Its devices stay.',
    action: 'Delete site',
    act,
  });
  let closed = 0;
  element.addEventListener('siaga-close', () => (closed += 1));
  await openStage().put(element);
  return { element, closed: () => closed };
};
const button = (element: SiagaConfirm, words: string): HTMLElement => {
  const all = [...(element.shadowRoot?.querySelectorAll<HTMLElement>('wa-button') ?? [])];
  const found = all.find(({ textContent }) => textContent.trim() === words);
  if (!found) throw new Error(`no button ${words}`);
  return found;
};

describe('siaga-confirm', () => {
  test('does it once, however often one presses, and tells when it is done', async () => {
    let acted = 0;
    let finish = (): void => undefined;
    const { element, closed } = await show(() => {
      acted += 1;
      return new Promise((resolve) => (finish = resolve));
    });
    await userEvent.click(button(element, 'Delete site'));
    element.shadowRoot?.querySelector('form')?.requestSubmit();
    expect(acted).toBe(1);
    expect(closed()).toBe(0);
    finish();
    await expect.poll(closed).toBe(1);
  });

  test('what went wrong is said, and it can be tried again', async () => {
    let acted = 0;
    const { element, closed } = await show(() => {
      acted += 1;
      return acted === 1
        ? Promise.reject(new ApiError('SERVICE_UNAVAILABLE', 503, 'away'))
        : Promise.resolve();
    });
    await userEvent.click(button(element, 'Delete site'));
    await expect.poll(() => element.shadowRoot?.querySelector('[role=alert]')).toBeTruthy();
    expect(closed()).toBe(0);
    await userEvent.click(button(element, 'Delete site'));
    await expect.poll(closed).toBe(1);
  });

  test('giving up does nothing', async () => {
    let acted = 0;
    const { element, closed } = await show(async () => void (acted += 1));
    await userEvent.click(button(element, 'Cancel'));
    await expect.poll(closed).toBe(1);
    expect(acted).toBe(0);
  });
});
