import type { Logger } from 'pino';
import type { LateSamples } from './late.js';
import type { HealRequest, HealedDevice } from './store.js';

/** Heals what late samples tell, one transaction at a time, beside the groups. */
export interface Healer {
  /** Heals what waits; comes back at once where it is at it already. Never rejects: what fails waits for the next call. */
  run(): Promise<void>;
}

export const createHealer = ({
  late,
  heal,
  log,
}: {
  late: LateSamples;
  heal: (requests: readonly HealRequest[]) => Promise<HealedDevice[]>;
  log: Logger;
}): Healer => {
  let running: Promise<void> | undefined;
  const healAll = async (): Promise<void> => {
    for (;;) {
      const requests = late.take();
      if (requests.length === 0) return;
      try {
        const healed = await heal(requests);
        late.done(requests);
        for (const { deviceId, healedMs, downMs } of healed)
          log.debug({ deviceId, healedMs, downMs }, 'late data healed');
      } catch (error) {
        late.failed(requests);
        log.warn({ err: error, devices: requests.length }, 'late data could not be healed; trying again');
        return;
      }
    }
  };
  return {
    run: () => (running ??= healAll().finally(() => (running = undefined))),
  };
};
