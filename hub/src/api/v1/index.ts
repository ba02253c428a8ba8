import type { EventBus } from '../../events.js';
import type { Identity } from '../../identity/index.js';
import type { Live } from '../../live/index.js';
import type { Desk } from '../../desk/index.js';
import type { Clock } from '../../platform/clock.js';
import type { Http } from '../../platform/http/http.js';
import { registerAuthRoutes } from './auth.js';
import { registerLiveRoutes } from './live.js';
import { registerMonitoringRoutes, type MonitoringDeps } from './monitoring.js';
import { registerTicketRoutes } from './tickets.js';

export interface V1Deps extends MonitoringDeps {
  identity: Identity;
  desk: Pick<Desk, 'tickets'>;
  live: Live;
  events: EventBus;
  clock: Clock;
  /** Where browsers find the hub. */
  publicUrl: string;
}

/** Every route of v1 (api.md); call it before the HTTP part starts. */
export const registerV1 = (http: Pick<Http, 'v1' | 'cookie'>, deps: V1Deps): void =>
  http.v1((app) => {
    registerAuthRoutes(app, {
      identity: deps.identity,
      cookie: http.cookie,
      publicUrl: deps.publicUrl,
    });
    registerMonitoringRoutes(app, deps);
    registerTicketRoutes(app, deps);
    registerLiveRoutes(app, deps);
  });
