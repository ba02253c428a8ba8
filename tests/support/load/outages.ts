import type { Outage } from './fleet.js';
import { between } from './random.js';

/** So far apart that a link never counts as lossy, whatever a kill cuts an outage into. */
const CALM_MS = 45_000;

/**
 * Outages of every device over a time, by chance: most last for several cycles, one in eight is too short for an
 * incident. `meanCalmMs` is the mean time between two of a device, beyond the least.
 */
export const makeOutages = (options: {
  random: () => number;
  agents: number;
  devicesPerAgent: number;
  fromMs: number;
  toMs: number;
  cycleMs: number;
  meanCalmMs: number;
}): Outage[] => {
  const { random, agents, devicesPerAgent, fromMs, toMs, cycleMs, meanCalmMs } = options;
  const outages: Outage[] = [];
  for (let agent = 0; agent < agents; agent++)
    for (let device = 0; device < devicesPerAgent; device++) {
      let atMs = fromMs + between(random, 0, CALM_MS + meanCalmMs);
      while (atMs < toMs) {
        const cycles = random() < 1 / 8 ? between(random, 0.3, 1.7) : between(random, 4, 20);
        const endMs = Math.min(toMs, atMs + cycles * cycleMs);
        outages.push({ agent, device, fromMs: atMs, toMs: endMs });
        atMs = endMs + CALM_MS - Math.log(1 - random()) * meanCalmMs;
      }
    }
  return outages;
};
