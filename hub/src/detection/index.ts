import type { Logger } from 'pino';
import type { Registry } from 'prom-client';
import type { EventBus } from '../events.js';
import type { FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import type { Db } from '../platform/postgres/postgres.js';
import type { SettingsByClass } from './engine/index.js';
import type { IncidentDesk } from './ports.js';
import { createVerdictStore } from './repository.js';
import { createRunner, type Detection } from './runner.js';

export {
  AGENT_REASONS,
  BLIND_REASONS,
  DEFAULT_SETTINGS,
  HEALTH_REASONS,
  RESOLVE_REASONS,
  settingsOf,
  type AgentReason,
  type BlindReason,
  type DetectionSettings,
  type HealthReason,
  type ResolveReason,
  type SettingsByClass,
} from './engine/index.js';
export { createRunner, type Detection, type RunnerDeps } from './runner.js';
export * from './store.js';
export type { Verdict } from './verdicts.js';

/** Detection over PostgreSQL. `settings`: numbers of the rules by class of device, the defaults unless told. */
export const createDetection = ({
  db,
  incidents,
  ...rest
}: {
  db: Db;
  directory: FleetDirectory;
  incidents: IncidentDesk;
  events: EventBus;
  clock: Clock;
  run: string;
  log: Logger;
  metrics: Registry;
  settings?: SettingsByClass;
}): Detection => createRunner({ ...rest, store: createVerdictStore({ db, incidents }) });
