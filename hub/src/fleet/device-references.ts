import { lockAgents, standardAgent } from './agents-repository.js';
import { keepDevices } from './devices-repository.js';
import type { Faults } from './faults.js';
import { findCycle } from './rules.js';
import { lockSite } from './sites-repository.js';
import { ancestry } from './topology-repository.js';
import type { Change } from './writer.js';

/**
 * Finds and locks the site and the agent of a device and answers the agent, the site's or the bank's only one where
 * none is named. What is wrong goes to `faults`; the answer is then of no use. `leaving` is the agent it has so far.
 */
export const placeDevice = async (
  trx: Change['trx'],
  faults: Faults,
  place: { siteId: string; agentId: string | undefined; leaving?: string },
): Promise<string> => {
  if (!(await lockSite(trx, place.siteId, 'keep')))
    faults.add('site_id', 'There is no site with this id', 'not_found');
  const agentId = place.agentId ?? (await standardAgent(trx, place.siteId));
  if (agentId === undefined) {
    faults.add(
      'agent_id',
      'Name the agent that is to watch it: this site has none or several of its own',
      'required',
    );
    return '';
  }
  const agents = await lockAgents(trx, [...new Set([agentId, place.leaving ?? agentId])]);
  const agent = agents.find((candidate) => candidate.id === agentId);
  if (!agent) faults.add('agent_id', 'There is no agent with this id', 'not_found');
  else if (agent.state === 'revoked' && agentId !== place.leaving)
    faults.add('agent_id', `Agent ${agent.name} is revoked; enrol it again or name another`);
  return agentId;
};

/** Parents must exist, be others than the device itself, and not lead back to it (detection.md, rule 4). */
export const checkParents = async (
  trx: Change['trx'],
  faults: Faults,
  deviceId: string,
  parentIds: readonly string[],
): Promise<void> => {
  if (parentIds.includes(deviceId)) {
    faults.add('parent_ids', 'A device cannot be its own parent');
    return;
  }
  const there = await keepDevices(trx, parentIds);
  const missing = parentIds.filter((id) => !there.has(id));
  if (missing.length > 0) {
    faults.add('parent_ids', `There is no device ${missing.join(', ')}`, 'not_found');
    return;
  }
  const parents = await ancestry(trx, parentIds);
  const cycle = findCycle(deviceId, parentIds, (id) => parents.get(id) ?? []);
  if (cycle) faults.add('parent_ids', `These parents lead back to the device itself: ${cycle.join(' → ')}`);
};
