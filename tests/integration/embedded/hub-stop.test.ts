import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Agent, Device } from '@siaga/shared';
import { expect, it } from 'vitest';
import { signIn, startHubProcess } from '../../support/hub-process.js';
import { questDbJar } from '../../support/questdb-jar.js';
import { recordOf } from './support.js';

const AGENT_SPEAKS_WITHIN_MS = 12_000;
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it('a clean stop waits for the rows under way and has nothing to warn of', { timeout: 150_000 }, async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'siaga-stop-'));
  const hub = await startHubProcess({
    dataDir,
    env: { SIAGA_QUESTDB_JAR: questDbJar() },
  });
  let frozen: number | undefined;
  try {
    const api = await signIn(hub.url);
    const [agent] = await api.get<Agent[]>('/monitoring/agents');
    await api.send<Device>('POST', '/monitoring/devices', {
      ...{ site_id: agent!.site_id, agent_id: agent!.id, address: '127.0.0.2' },
    });
    const figures = async () =>
      (await api.get<Device[]>('/monitoring/devices?search=127.0.0.2'))[0]?.last_seen_at ?? null;
    await expect.poll(figures, { timeout: 40_000 }).not.toBeNull();
    // A store that takes its time: rows are on their way to it when the hub is told to stop.
    frozen = (await recordOf(dataDir, 'questdb')).pid;
    process.kill(frozen, 'SIGSTOP');
    await sleep(AGENT_SPEAKS_WITHIN_MS);
    const saidBefore = hub.output().length;
    const ended = once(hub.child, 'exit');
    hub.child.kill('SIGTERM');
    await sleep(1_000);
    process.kill(frozen, 'SIGCONT');
    frozen = undefined;
    expect(await ended).toEqual([0, null]);
    const said = hub.output().slice(saidBefore);
    expect(said).toContain('stopped');
    expect(said.split('\n').filter((line) => /"level":[4-6]0/.test(line))).toEqual([]);
  } finally {
    if (frozen !== undefined) process.kill(frozen, 'SIGCONT');
    await hub.end('SIGTERM');
    await rm(dataDir, { recursive: true, force: true });
  }
});
