import type { Health } from '@siaga/shared';
import type { EventBus } from '../events.js';
import type { GroupChange, SavedGroup } from './store.js';

export interface Verdict {
  health: Health;
  /** Epoch ms. */
  sinceMs: number;
  openIncidentId: string | null;
}

/** Verdicts as they were last committed: what the house may see while a group is still on its way. */
export interface Verdicts {
  get(deviceId: string): Verdict | undefined;
  load(verdicts: ReadonlyMap<string, Verdict>): void;
  /** Takes over a committed group and tells the house. */
  publish(change: GroupChange, saved: SavedGroup): void;
  size(): number;
}

export const createVerdicts = (events: EventBus): Verdicts => {
  const published = new Map<string, Verdict>();
  return {
    get: (deviceId) => published.get(deviceId),
    size: () => published.size,
    load: (verdicts) => {
      published.clear();
      for (const [deviceId, verdict] of verdicts) published.set(deviceId, verdict);
    },
    publish: (change, saved) => {
      const changed: string[] = [];
      for (const { deviceId, verdict } of change.devices) {
        if (!verdict) {
          published.delete(deviceId);
          continue;
        }
        const before = published.get(deviceId)?.openIncidentId ?? null;
        const now = saved.openIncidents.get(deviceId);
        published.set(deviceId, {
          health: verdict.health,
          sinceMs: verdict.sinceMs,
          openIncidentId: now === undefined ? before : now,
        });
        changed.push(deviceId);
      }
      if (changed.length > 0) events.emit('health.changed', changed);
      for (const ticket of new Map(saved.tickets.map((each) => [each.id, each])).values())
        events.emit('incident.changed', ticket);
    },
  };
};
