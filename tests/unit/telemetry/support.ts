import { deflateRawSync } from 'node:zlib';
import type { BatchBody, BatchHeader, IcmpColumns } from '@siaga/shared';
import type { Clock } from '../../../hub/src/platform/clock.js';

/** Lets every promise that is due settle, and whatever those set off. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

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
  const nextDue = (untilMs: number): number | undefined => {
    let [found, foundMs]: [number | undefined, number] = [undefined, untilMs];
    // Timers are listed in the order in which they were set: of two at one time the older goes first.
    for (const [id, { atMs }] of timers)
      if (found === undefined ? atMs <= foundMs : atMs < foundMs) [found, foundMs] = [id, atMs];
    return found;
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
      for (let id = nextDue(endMs); id !== undefined; id = nextDue(endMs)) {
        const { atMs, action } = timers.get(id)!;
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
