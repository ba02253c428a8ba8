import fc from 'fast-check';
import { LIVE_WINDOW_MS } from '@siaga/shared';
import { expect, test } from 'vitest';
import {
  createJudgingLines,
  newJudgingLine,
  type JudgingBatch,
  type JudgingLine,
} from '../../../hub/src/telemetry/judging-line.js';
import { createManualClock } from '../../support/manual-clock.js';

const clock = createManualClock();
const batch = (stream: number, seq: number, samples = 1): JudgingBatch => ({
  ...{ stream, seq, samples, arrivedMs: clock.monotonicMs() },
  settle: () => undefined,
});
const places = (taken: readonly JudgingBatch[]) => taken.map(({ stream, seq }) => [stream, seq]);

test('what a verdict covers is taken off, oldest first; older streams come before', () => {
  const lines = createJudgingLines(clock);
  const line = newJudgingLine();
  const all = [batch(3, 7), batch(3, 8), batch(4, 1), batch(4, 2)];
  for (const one of all) lines.push(line, one);
  expect(places(lines.takeTo(line, 3, 6))).toEqual([]);
  expect(places(lines.takeTo(line, 3, 7))).toEqual([[3, 7]]);
  const rest = [
    [3, 8],
    [4, 1],
  ];
  expect(places(lines.takeTo(line, 4, 1))).toEqual(rest);
  expect(places(lines.takeTo(line, 9, 9))).toEqual([[4, 2]]);
});

test.each([
  ['samples of one agent', 1, 12, 100_000],
  ['batches of one agent', 1, 20_000, 0],
  ['samples of all agents', 6, 10, 100_000],
  ['batches of all agents', 10, 10_000, 0],
])('%s: full at the bound, not before, and free again by a verdict', (_what, agents, each, samples) => {
  const lines = createJudgingLines(clock);
  const filled = Array.from({ length: agents }, newJudgingLine);
  const other = newJudgingLine();
  const asked = agents === 1 ? filled[0]! : other;
  for (const line of filled)
    for (let seq = 1; seq <= each; seq++) {
      expect(lines.isFull(asked)).toBe(false);
      lines.push(line, batch(1, seq, samples));
    }
  expect(lines.isFull(asked)).toBe(true);
  expect(lines.isFull(other)).toBe(agents > 1);
  lines.takeTo(filled[0]!, 1, 1);
  expect(lines.isFull(asked)).toBe(false);
});

test('what the judge has passed over by now takes no room', () => {
  const lines = createJudgingLines(clock);
  const line = newJudgingLine();
  lines.push(line, batch(1, 1, 1_200_000));
  clock.advance(LIVE_WINDOW_MS + 10_000);
  expect(lines.isFull(line)).toBe(true);
  clock.advance(1);
  expect(lines.isFull(line)).toBe(false);
  expect(line).toEqual(newJudgingLine());
});

test('whatever comes and goes, the shared bound counts what is in the lines', () => {
  const step = fc.record({
    agent: fc.nat({ max: 2 }),
    what: fc.constantFrom('push', 'push', 'push', 'push', 'take', 'forget'),
    samples: fc.nat({ max: 3_000_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const lines = createJudgingLines(clock);
      const each: JudgingLine[] = [newJudgingLine(), newJudgingLine(), newJudgingLine()];
      let seq = 0;
      for (const { agent, what, samples } of steps) {
        const line = each[agent]!;
        if (what === 'push') lines.push(line, batch(1, ++seq, samples));
        else if (what === 'take') lines.takeTo(line, 1, seq - 2);
        else lines.forget(line);
        for (const one of each)
          expect(one.samples).toBe(one.batches.reduce((sum, { samples: held }) => sum + held, 0));
        const total = each.reduce((sum, one) => sum + one.samples, 0);
        expect(lines.isFull(newJudgingLine())).toBe(total >= 6_000_000);
      }
    }),
  );
});
