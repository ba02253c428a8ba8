import { deflateRawSync } from 'node:zlib';
import type { BatchBody, BatchHeader, IcmpColumns } from '@siaga/shared';
import type { Clock } from '../../../hub/src/platform/clock.js';

/** Lets every promise that is due settle; stores of the tests answer within a few turns. */
export const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await Promise.resolve();
};

/** Virtual time: `advance` fires what falls due, in order, and lets promises settle after each. */
export const createManualClock = (startMs = Date.UTC(2026, 5, 1)) => {
  let nowMs = 0;
  let counter = 0;
  const timers = new Map<number, { atMs: number; action: () => void }>();
  const after = (delayMs: number, action: () => void): (() => void) => {
    const id = counter++;
    timers.set(id, { atMs: nowMs + Math.max(0, delayMs), action });
    return () => timers.delete(id);
  };
  const clock: Clock = {
    nowMs: () => startMs + nowMs,
    monotonicMs: () => nowMs,
    after,
    every: (periodMs, action) => {
      let cancel: () => void = () => undefined;
      const again = (): void => {
        cancel = after(periodMs, () => {
          again();
          action();
        });
      };
      again();
      return () => cancel();
    },
  };
  return {
    ...clock,
    advance: async (ms: number): Promise<void> => {
      const endMs = nowMs + ms;
      await settle();
      for (;;) {
        const due = [...timers].filter(([, timer]) => timer.atMs <= endMs);
        if (due.length === 0) break;
        due.sort(([a, x], [b, y]) => x.atMs - y.atMs || a - b);
        const [id, { atMs, action }] = due[0]!;
        timers.delete(id);
        nowMs = Math.max(nowMs, atMs);
        action();
        await settle();
      }
      nowMs = endMs;
    },
    timers: () => timers.size,
  };
};
export type ManualClock = ReturnType<typeof createManualClock>;

export const PROCESS = '00112233445566aa';

export const headerOf = (fields: Partial<BatchHeader> = {}): BatchHeader => ({
  v: 1,
  lane: 'live',
  stream: 1,
  process: PROCESS,
  ageMs: 0,
  sentAt: 1,
  config: 1,
  ...fields,
});

/** A message as an agent packs it. */
export const packMessage = (header: BatchHeader, body?: unknown): Buffer => {
  if (body === undefined) return Buffer.from(JSON.stringify(header));
  const plain = Buffer.from(JSON.stringify(body));
  const bytes = header.enc === 'deflate' ? deflateRawSync(plain) : plain;
  return Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), bytes]);
};

/** Good cycles of one check, a second apart. */
export const icmpBody = (t0: number, cycles: number, checkId = 1): BatchBody => {
  const fill = (value: number): number[] => new Array<number>(cycles).fill(value);
  const icmp: IcmpColumns = {
    c: fill(checkId),
    d: fill(1000),
    o: fill(0),
    a: fill(900),
    b: fill(1000),
    m: fill(1100),
    l: fill(0),
  };
  return { t0, icmp };
};
