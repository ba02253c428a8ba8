import type { Clock } from './clock.js';

/** Exchanges slower than this tell nothing about the offset (telemetry.md). */
export const MAX_ROUND_TRIP_MS = 5_000;
/** The first stamp waits for this many exchanges … */
export const FIRST_EXCHANGES = 3;
/** … that span this long; the best of them counts. */
export const FIRST_SPAN_MS = 5_000;
/** An error up to this is slewed away gently; a larger one is no jitter of a line. */
const LARGE_ERROR_MS = 10_000;
const GENTLE_SLEW = 0.05;
/** Half speed: a hub's clock that was set back by minutes is met within twice that time, and nothing steps back. */
const STEEP_SLEW = 0.5;
/** The best of so many recent exchanges is believed. */
const KEPT_EXCHANGES = 8;
/** Past times are still told exactly for this long: a probe is stamped when its answer is in. */
const KEPT_SEGMENTS_MS = 120_000;
/** The wall clock's own small wander is left alone while there is no hub to ask. */
const WALL_TOLERANCE_MS = 500;

export interface Exchange {
  /** This agent's monotonic clock when the message left, and when its answer came; ms. */
  sentMonoMs: number;
  receivedMonoMs: number;
  /** How long the hub held the message before it answered, ms. */
  heldMs: number;
  /** Hub's wall clock as it answered, epoch ms. */
  hubNowMs: number;
}

/** The agent's idea of the hub's time. It counts on the monotonic clock, is slewed and never steps back. */
export interface AgentTime {
  /** False until the first exchanges: stamps are provisional (wall clock plus the last known offset). */
  readonly synced: boolean;
  /** Hub time at a moment of the monotonic clock, epoch ms with fractions; exact for the last two minutes. */
  at: (monoMs: number) => number;
  nowMs: () => number;
  /** `synced` is answered once, by the exchange that made the offset known. */
  exchange(exchange: Exchange): 'ignored' | 'taken' | 'synced';
  /** Follows the wall clock while there is no offset; call about once a second. */
  tick(): void;
  /** Hub time minus the wall clock, ms: what the next process begins with. */
  wallOffsetMs(): number;
}

interface Segment {
  monoMs: number;
  valueMs: number;
  rate: number;
}

export const createAgentTime = (clock: Clock, lastKnownOffsetMs: number): AgentTime => {
  const startMs = clock.monotonicMs();
  let segments: Segment[] = [{ monoMs: startMs, valueMs: clock.nowMs() + lastKnownOffsetMs, rate: 1 }];
  let synced = false;
  let firstExchangeMs = 0;
  let exchanges: { roundTripMs: number; offsetMs: number }[] = [];

  const at = (monoMs: number): number => {
    for (let index = segments.length - 1; index >= 0; index--) {
      const segment = segments[index] as Segment;
      if (monoMs >= segment.monoMs || index === 0) {
        const rate = monoMs >= segment.monoMs ? segment.rate : 1;
        return segment.valueMs + (monoMs - segment.monoMs) * rate;
      }
    }
    return monoMs;
  };

  const steer = (nowMs: number, errorMs: number): void => {
    const valueMs = at(nowMs);
    const keepFrom = nowMs - KEPT_SEGMENTS_MS;
    const past = segments.filter((segment, index) => {
      const next = segments[index + 1];
      return segment.monoMs < nowMs && (next === undefined || next.monoMs > keepFrom);
    });
    if (errorMs > LARGE_ERROR_MS) {
      segments = [...past, { monoMs: nowMs, valueMs: valueMs + errorMs, rate: 1 }];
      return;
    }
    const slew = errorMs < -LARGE_ERROR_MS ? STEEP_SLEW : GENTLE_SLEW;
    const durationMs = Math.abs(errorMs) / slew;
    segments = [
      ...past,
      { monoMs: nowMs, valueMs, rate: 1 + Math.sign(errorMs) * slew },
      { monoMs: nowMs + durationMs, valueMs: valueMs + durationMs + errorMs, rate: 1 },
    ];
  };

  const bestOffset = (): number =>
    exchanges.reduce((best, one) => (one.roundTripMs < best.roundTripMs ? one : best)).offsetMs;

  return {
    get synced() {
      return synced;
    },
    at,
    nowMs: () => at(clock.monotonicMs()),
    exchange: ({ sentMonoMs, receivedMonoMs, heldMs, hubNowMs }) => {
      const roundTripMs = receivedMonoMs - sentMonoMs - heldMs;
      if (!(roundTripMs >= 0 && roundTripMs < MAX_ROUND_TRIP_MS) || !Number.isFinite(hubNowMs))
        return 'ignored';
      if (exchanges.length === 0) firstExchangeMs = receivedMonoMs;
      exchanges.push({ roundTripMs, offsetMs: hubNowMs + roundTripMs / 2 - receivedMonoMs });
      if (exchanges.length > KEPT_EXCHANGES) exchanges = exchanges.slice(-KEPT_EXCHANGES);
      if (synced) {
        steer(receivedMonoMs, receivedMonoMs + bestOffset() - at(receivedMonoMs));
        return 'taken';
      }
      if (exchanges.length < FIRST_EXCHANGES || receivedMonoMs - firstExchangeMs < FIRST_SPAN_MS)
        return 'taken';
      synced = true;
      segments = [{ monoMs: receivedMonoMs, valueMs: receivedMonoMs + bestOffset(), rate: 1 }];
      return 'synced';
    },
    tick: () => {
      if (synced) return;
      const nowMs = clock.monotonicMs();
      const errorMs = clock.nowMs() + lastKnownOffsetMs - at(nowMs);
      if (Math.abs(errorMs) > WALL_TOLERANCE_MS) steer(nowMs, errorMs);
    },
    wallOffsetMs: () => at(clock.monotonicMs()) - clock.nowMs(),
  };
};
