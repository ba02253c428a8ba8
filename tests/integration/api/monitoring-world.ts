import { expect } from 'vitest';
import { startApi, startFleet, type ApiBody, type TestApi, type TestFleet } from '../fleet/fleet-harness.js';

/** An id that nothing has. */
export const UNKNOWN = '0190f4a8-0000-7000-8000-00000000dead';

/** The monitoring routes over a fleet of their own. */
export interface MonitoringWorld {
  world: TestFleet;
  api: TestApi;
  /** Creates what `path` below /monitoring creates; answers its id. */
  made(path: string, body: unknown): Promise<string>;
  /** A site with one agent of its own. */
  branch(): Promise<{ siteId: string; agentId: string }>;
  stop(): Promise<void>;
}

export const startMonitoring = async (): Promise<MonitoringWorld> => {
  const world = await startFleet();
  const api = await startApi(world);
  const made = async (path: string, body: unknown): Promise<string> => {
    const answer = await api.call('POST', `/monitoring${path}`, body);
    expect(answer.body, JSON.stringify(answer.body)).toMatchObject({ success: true });
    expect(answer.status).toBe(201);
    return answer.body.data['id'] as string;
  };
  let branches = 0;
  return {
    world,
    api,
    made,
    async branch() {
      branches += 1;
      const siteId = await made('/sites', { code: `BR-${branches}`, name: `Branch ${branches}` });
      const agentId = await made('/agents', { name: `agent ${branches}`, site_id: siteId });
      return { siteId, agentId };
    },
    async stop() {
      await api.stop();
      await world.stop();
    },
  };
};

/** The fields that an answer finds fault with. */
export const fieldsOf = (body: ApiBody): string[] => (body.error.details ?? []).map(({ field }) => field);
