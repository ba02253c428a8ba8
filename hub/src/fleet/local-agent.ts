import type { Secrets } from '../platform/secrets.js';
import type { EventBus } from '../events.js';
import { directoryAgent } from './agents-service.js';
import {
  findAgentEverMade,
  insertAgent,
  raiseConfigVersions,
  takenAgentNames,
  updateAgent,
  type AgentRow,
  type NewAgent,
} from './agents-repository.js';
import { insertChecks } from './checks-repository.js';
import type { Credentials } from './credentials.js';
import { deviceWasMade, findDevice, insertDevice, takenDeviceCodes } from './devices-repository.js';
import { directoryDevice, icmpCheck } from './devices-service.js';
import type { WritableDirectory } from './directory.js';
import { HOST_INTERVAL_S, firstFree, isTimezone, shardOf } from './rules.js';
import { DEFAULT_TIMEZONE, directorySite } from './sites-service.js';
import { insertSite, lockSite, takenSiteCodes } from './sites-repository.js';
import { HUB_ACTOR, type Change, type Write } from './writer.js';

/** What the agent that the hub runs beside itself needs to sign in. */
export interface LocalAgent {
  agentId: string;
  shard: string;
  username: string;
  password: string;
}

interface Deps {
  write: Write;
  secrets: Pick<Secrets, 'hmac'>;
  credentials: Credentials;
  directory: WritableDirectory;
  events: EventBus;
}

/**
 * Makes the site, the agent and the device of this machine where they were never made, and gives the agent fresh
 * credentials where those it holds (`password`) are not good: an external broker knows new ones only after its files
 * were written. What an operator renamed, moved or deleted stays as he left it; undefined where he deleted
 * or revoked the agent. Its three ids follow from the installation's key, so that they are found again whatever
 * they are called by now.
 */
export const ensureLocalAgent = (
  deps: Deps,
  options: { address: string; timezone: string; password?: string | undefined },
): Promise<LocalAgent | undefined> =>
  deps.write(HUB_ACTOR, async (change) => {
    const ids = {
      site: idOf(deps.secrets, 'site'),
      agent: idOf(deps.secrets, 'agent'),
      device: idOf(deps.secrets, 'device'),
    };
    const { trx, now, afterCommit } = change;
    const known = await findAgentEverMade(trx, ids.agent);
    if (known && (known.deleted_at !== null || known.state === 'revoked')) return undefined;
    const login = loginOf(deps, ids.agent, known, options.password);
    const secrets = { secret_hmac: login.hmac, broker_hash: login.brokerHash };
    if (!known) await makeSiteAndAgent(deps, change, { ids, secrets, timezone: options.timezone });
    else if (login.isNew) await updateAgent(trx, known.id, secrets, now);
    afterCommit(() => deps.credentials.set(ids.agent, login.hmac));
    if (!known && !(await deviceWasMade(trx, ids.device)))
      await makeDevice(deps, change, { ids, address: options.address });
    return {
      agentId: ids.agent,
      shard: known?.shard ?? shardOf(ids.agent),
      username: ids.agent,
      password: login.password,
    };
  });

/** What the agent holds where it is good and an external broker can be told of it, else something new. */
const loginOf = (
  { credentials }: Deps,
  agentId: string,
  known: AgentRow | undefined,
  held: string | undefined,
): ReturnType<Credentials['issue']> & { isNew: boolean } => {
  const { secret_hmac: hmac = null, broker_hash: brokerHash = null } = known ?? {};
  if (hmac && brokerHash !== null && held !== undefined && credentials.matches(agentId, Buffer.from(held)))
    return { password: held, hmac, brokerHash, isNew: false };
  return { ...credentials.issue(), isNew: true };
};

interface LocalIds {
  site: string;
  agent: string;
  device: string;
}

type Logins = Pick<NewAgent, 'secret_hmac' | 'broker_hash'>;

const makeSiteAndAgent = async (
  { directory, events }: Deps,
  { trx, now, audit, afterCommit }: Change,
  { ids, secrets, timezone }: { ids: LocalIds; secrets: Logins; timezone: string },
): Promise<void> => {
  const site =
    (await lockSite(trx, ids.site, 'keep')) ??
    (await insertSite(
      trx,
      ids.site,
      {
        code: firstFree('LOCAL', await takenSiteCodes(trx, 'LOCAL')),
        name: 'This machine',
        timezone: isTimezone(timezone) ? timezone : DEFAULT_TIMEZONE,
        region: null,
        latitude: null,
        longitude: null,
      },
      now,
    ));
  const name = firstFree('local', await takenAgentNames(trx, 'local'));
  const row = await insertAgent(
    trx,
    { id: ids.agent, name, site_id: ids.site, shard: shardOf(ids.agent), ...secrets },
    now,
  );
  await audit({ action: 'site.created', resourceType: 'site', resourceId: ids.site });
  await audit({ action: 'agent.created', resourceType: 'agent', resourceId: ids.agent });
  afterCommit(() => {
    directory.putSite(directorySite(site));
    directory.putAgent(directoryAgent(row, undefined));
    events.emit('site.changed', ids.site);
    events.emit('agent.changed', ids.agent);
  });
};

const makeDevice = async (
  { directory, events }: Deps,
  { trx, now, audit, afterCommit }: Change,
  { ids, address }: { ids: LocalIds; address: string },
): Promise<void> => {
  const code = firstFree('LOCAL', await takenDeviceCodes(trx, 'LOCAL'));
  await insertDevice(
    trx,
    ids.device,
    {
      code,
      name: 'This machine',
      kind: 'server',
      model: null,
      address,
      link: 'other',
      site_id: ids.site,
      agent_id: ids.agent,
    },
    now,
  );
  await insertChecks(
    trx,
    ids.device,
    [icmpCheck('other'), { type: 'host', interval_s: HOST_INTERVAL_S, timeout_ms: null }],
    now,
  );
  await raiseConfigVersions(trx, [ids.agent]);
  await audit({ action: 'device.created', resourceType: 'device', resourceId: ids.device });
  const device = await findDevice(trx, ids.device);
  afterCommit(() => {
    if (device) directory.putDevice(directoryDevice(device));
    events.emit('device.changed', ids.device);
    events.emit('agent.config', ids.agent);
  });
};

/** A UUID (version 8: by a rule of our own) that this installation alone arrives at. */
const idOf = (secrets: Pick<Secrets, 'hmac'>, kind: keyof LocalIds): string => {
  const bytes = secrets.hmac('agent', `local-${kind}`).subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
};
