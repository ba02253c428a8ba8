import { Ok, Overview } from '@siaga/shared';
import type { Detection } from '../../detection/index.js';
import type { Fleet } from '../../fleet/index.js';
import { ok } from '../../platform/http/envelope.js';
import type { App } from '../../platform/http/types.js';
import { registerAgentRoutes } from './monitoring-agents.js';
import { deviceView, registerDeviceRoutes } from './monitoring-devices.js';
import { registerHistoryRoutes } from './monitoring-history.js';
import { registerRestoreRoutes } from './monitoring-restore.js';
import { registerSiteRoutes } from './monitoring-sites.js';
import type { Reports } from '../../reports/index.js';
import type { Telemetry } from '../../telemetry/index.js';

export interface MonitoringDeps {
  fleet: Fleet;
  telemetry: Pick<Telemetry, 'latest' | 'series'>;
  detection: Pick<Detection, 'verdict'>;
  reports: Reports;
}

/** Siaga's own routes under /monitoring (api.md); `app` is mounted at v1. */
export const registerMonitoringRoutes = (
  app: App,
  { fleet, telemetry, detection, reports }: MonitoringDeps,
): void => {
  const shown = deviceView(telemetry);
  registerSiteRoutes(app, fleet);
  registerAgentRoutes(app, fleet);
  registerDeviceRoutes(app, fleet, telemetry, shown);
  registerHistoryRoutes(app, reports);
  registerRestoreRoutes(app, fleet, shown);
  app.get(
    '/monitoring/overview',
    {
      config: { permission: 'monitoring:read' },
      schema: {
        tags: ['overview'],
        summary: 'Devices by health, over all and by site; agents by state; open incidents',
        response: { 200: Ok(Overview) },
      },
    },
    async (request) => ok(request, await fleet.overview((id) => detection.verdict(id).health)),
  );
};
