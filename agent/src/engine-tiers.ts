import { setFlagsFromString } from 'node:v8';
import type { AgentConfig } from '@siaga/shared';

/** Probe cycles a second from which optimised code earns back the memory that its compiler takes. */
export const OPTIMISED_FROM_CYCLES_PER_S = 200;

/** V8's flag for a configuration of this size. */
export const tierFor = ({ checks }: AgentConfig): '--opt' | '--no-opt' => {
  const cyclesPerS = checks.reduce((sum, { intervalMs }) => sum + 1000 / intervalMs, 0);
  return Math.round(cyclesPerS) >= OPTIMISED_FROM_CYCLES_PER_S ? '--opt' : '--no-opt';
};

/**
 * A small agent runs without V8's optimising compiler, which takes 5 MB and would save it nothing that shows; a large
 * one with it. The flag is read whenever V8 considers a function, so it may change at any time (agent/adr/0002).
 */
export const useTierFor = (config: AgentConfig): void => setFlagsFromString(tierFor(config));
