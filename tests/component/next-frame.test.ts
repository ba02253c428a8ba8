import { expect, test, vi } from 'vitest';
import { onNextFrame } from '../../web/src/app/next-frame.js';

test('what waits for the next frame comes once, also where there are no frames', async () => {
  const called = vi.fn();
  onNextFrame(called);
  await vi.waitFor(() => expect(called).toHaveBeenCalled(), 10_000);
  const frames = vi.spyOn(window, 'requestAnimationFrame').mockReturnValue(0);
  const calledHidden = vi.fn();
  onNextFrame(calledHidden);
  await vi.waitFor(() => expect(calledHidden).toHaveBeenCalled(), 10_000);
  frames.mockRestore();
  await new Promise((resolve) => setTimeout(resolve, 400));
  expect(called).toHaveBeenCalledOnce();
  expect(calledHidden).toHaveBeenCalledOnce();
});
