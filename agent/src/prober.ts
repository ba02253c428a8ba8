import type { OutcomeCode, ProbeMode } from '@siaga/shared';

/**
 * The result of one probe cycle. Round trips in µs over the packets that came back (0 where none did), `lost` of
 * PACKETS_PER_CYCLE.
 */
export type CycleListener = (
  token: number,
  outcome: OutcomeCode,
  minUs: number,
  avgUs: number,
  maxUs: number,
  lost: number,
) => void;

/**
 * Sends probe cycles. Results come back through one listener, so that a cycle costs no promise and no closure; each
 * launch is answered exactly once, within its timeout and a little (within the call itself where the answer is there at
 * once), unless the prober is stopped.
 */
export interface Prober {
  readonly mode: ProbeMode;
  /** Why a dearer mode is in use and what it costs. */
  readonly note: string | undefined;
  /** Set before the first launch. */
  onCycle(listener: CycleListener): void;
  /** One cycle to an IPv4 or IPv6 literal; `token` is the caller's and comes back with the result. */
  launch(token: number, address: string, timeoutMs: number): void;
  stop(): void;
}
