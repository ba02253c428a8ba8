import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createThrottle } from '../../../web/src/app/throttle.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('runs at once, then once for all the calls of a pause', () => {
  let runs = 0;
  const throttle = createThrottle(() => (runs += 1), 1000);
  throttle.call();
  throttle.call();
  throttle.call();
  expect(runs).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(runs).toBe(2);
  vi.advanceTimersByTime(10_000);
  expect(runs).toBe(2);
});

test('an action that calls again from within itself is put off until the pause is over', () => {
  let runs = 0;
  const throttle = createThrottle(() => {
    runs += 1;
    if (runs < 4) throttle.call();
  }, 1000);
  throttle.call();
  expect(runs).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(runs).toBe(2);
  vi.advanceTimersByTime(10_000);
  expect(runs).toBe(4);
});

test('what was cancelled within the action does not run again', () => {
  let runs = 0;
  const throttle = createThrottle(() => {
    runs += 1;
    throttle.call();
    throttle.cancel();
  }, 1000);
  throttle.call();
  vi.advanceTimersByTime(10_000);
  expect(runs).toBe(1);
});

test('follows closely what changes after a calm, and ever more seldom what does not rest', () => {
  const runs: number[] = [];
  const startedAt = performance.now();
  const throttle = createThrottle(() => runs.push(performance.now() - startedAt), 8000, { calmMs: 1000 });
  for (let passed = 0; passed < 60_000; passed += 500) {
    throttle.call();
    vi.advanceTimersByTime(500);
  }
  expect(runs).toEqual([0, 1000, 3000, 7000, 15_000, 23_000, 31_000, 39_000, 47_000, 55_000]);
  vi.advanceTimersByTime(30_000);
  runs.length = 0;
  throttle.call();
  throttle.call();
  vi.advanceTimersByTime(1000);
  expect(runs).toHaveLength(2);
});

test('the pause is what the work deserves, at most what it may be', () => {
  const ranAtMs: number[] = [];
  let deservedMs = 100;
  const throttle = createThrottle(() => ranAtMs.push(performance.now()), 250, { pauseMs: () => deservedMs });
  const beganMs = performance.now();
  const callFor = (ms: number): void => {
    for (let passedMs = 0; passedMs < ms; passedMs += 10) {
      throttle.call();
      vi.advanceTimersByTime(10);
    }
  };
  callFor(300);
  deservedMs = 900;
  callFor(500);
  expect(ranAtMs.map((atMs) => atMs - beganMs)).toEqual([0, 100, 200, 300, 400, 650]);
});
