import type { Agent, CreateAgentBody, UpdateAgentBody } from '@siaga/shared';
import { v7 as uuidv7 } from 'uuid';
import { DomainError, requireRevision, type IfMatch } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Db } from '../platform/postgres/postgres.js';
import {
  findAgent,
  findAgentByName,
  insertAgent,
  listAgents,
  lockAgentForDeletion,
  lockAgents,
  raiseConfigVersions,
  toAgent,
  updateAgent,
  voidEnrolments,
  type AgentListQuery,
  type AgentRow,
} from './agents-repository.js';
import { differences } from './changes.js';
import type { Credentials } from './credentials.js';
import type { WritableDirectory } from './directory.js';
import { conflict, count, createFaults, notFound, refuseControls, violatedIndex } from './faults.js';
import type { ListPage } from './listing.js';
import type { DirectoryAgent } from './ports.js';
import { shardOf } from './rules.js';
import { lockSite } from './sites-repository.js';
import type { Actor, Change, Write } from './writer.js';

export interface AgentService {
  list(query: AgentListQuery): Promise<ListPage<Agent>>;
  /** Throws RESOURCE_NOT_FOUND. */
  get(id: string): Promise<Agent>;
  /** Makes a pending agent. Throws VALIDATION_ERROR, RESOURCE_CONFLICT (name in use). */
  create(actor: Actor, body: CreateAgentBody): Promise<Agent>;
  /** What is absent stays as it is. Throws PRECONDITION_FAILED besides. */
  update(actor: Actor, id: string, body: UpdateAgentBody, ifMatch?: IfMatch): Promise<Agent>;
  /** Takes its credentials and its connection away; its devices stay, watched by nobody. Twice does no harm. */
  revoke(actor: Actor, id: string): Promise<Agent>;
  /** Throws RESOURCE_NOT_FOUND, RESOURCE_CONFLICT (it still watches devices). */
  remove(actor: Actor, id: string): Promise<void>;
}

interface Deps {
  db: Db;
  write: Write;
  directory: WritableDirectory;
  credentials: Credentials;
  events: EventBus;
  /** Ends the connections of an agent whose credentials are gone. */
  disconnect: (agentId: string) => void;
}

/** The directory's view of a row; `last_seen_at` in memory may be newer than what was written last. */
export const directoryAgent = (row: AgentRow, present: DirectoryAgent | undefined): DirectoryAgent => {
  const writtenMs = row.last_seen_at?.getTime() ?? null;
  const presentMs = present?.lastSeenAtMs ?? null;
  return {
    id: row.id,
    name: row.name,
    siteId: row.site_id,
    shard: row.shard,
    state: row.state,
    lastSeenAtMs: presentMs !== null && (writtenMs === null || presentMs > writtenMs) ? presentMs : writtenMs,
  };
};

const NO_CREDENTIALS = { secret_hmac: null, broker_hash: null } as const;

export const createAgents = (deps: Deps): AgentService => {
  const { db, write, directory, credentials, events } = deps;

  const view = async (source: Db, id: string) => {
    const row = await findAgent(source, id);
    if (!row) throw notFound('agent');
    return row;
  };
  const lock = async (trx: Change['trx'], id: string): Promise<AgentRow> => {
    const [row] = await lockAgents(trx, [id]);
    if (!row) throw notFound('agent');
    return row;
  };
  const remember = (row: AgentRow): void => {
    directory.putAgent(directoryAgent(row, directory.agent(row.id)));
    events.emit('agent.changed', row.id);
  };

  return {
    list: async (query) => {
      const faults = createFaults();
      refuseControls(faults, { search: query.search });
      faults.throwIfAny();
      const { rows, total } = await listAgents(db, query);
      return { items: rows.map(toAgent), page: query.page, perPage: query.perPage, total };
    },

    get: async (id) => toAgent(await view(db, id)),

    create: (actor, body) => {
      const name = body.name.trim();
      return explainedAgent(db, { name }, () =>
        write(actor, async ({ trx, now, audit, afterCommit }) => {
          await check(trx, body);
          const id = uuidv7();
          const agent = { id, name, site_id: body.site_id, shard: shardOf(id), ...NO_CREDENTIALS };
          const row = await insertAgent(trx, agent, now);
          const details = { name, site_id: body.site_id };
          await audit({ action: 'agent.created', resourceType: 'agent', resourceId: id, details });
          afterCommit(() => {
            remember(row);
            events.emit('agent.config', id);
          });
          return toAgent({ ...row, device_count: 0 });
        }),
      );
    },

    update: (actor, id, body, ifMatch) =>
      explainedAgent(db, { name: body.name?.trim() ?? '' }, () =>
        write(actor, async ({ trx, now, audit, afterCommit }) => {
          const old = await lock(trx, id);
          requireRevision(ifMatch, old.updated_at.getTime());
          await check(trx, body);
          const values = { name: body.name?.trim() ?? old.name, site_id: body.site_id ?? old.site_id };
          const changes = differences<typeof values>(old, values);
          if (Object.keys(changes).length === 0) return toAgent(await view(trx, id));
          await updateAgent(trx, id, values, now);
          await audit({
            action: 'agent.changed',
            resourceType: 'agent',
            resourceId: id,
            details: { changes },
          });
          const row = await view(trx, id);
          afterCommit(() => remember(row));
          return toAgent(row);
        }),
      ),

    revoke: (actor, id) =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        const old = await lock(trx, id);
        await voidEnrolments(trx, id);
        if (old.state === 'revoked') return toAgent(await view(trx, id));
        await updateAgent(trx, id, { state: 'revoked', ...NO_CREDENTIALS }, now);
        await raiseConfigVersions(trx, [id]);
        await audit({ action: 'agent.revoked', resourceType: 'agent', resourceId: id });
        const row = await view(trx, id);
        afterCommit(() => {
          credentials.set(id, null);
          remember(row);
          deps.disconnect(id);
          events.emit('agent.config', id);
        });
        return toAgent(row);
      }),

    remove: (actor, id) =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        const old = await lockAgentForDeletion(trx, id);
        if (!old) throw notFound('agent');
        const { device_count: devices } = await view(trx, id);
        if (devices > 0)
          throw new DomainError('RESOURCE_CONFLICT', {
            message: `Agent ${old.name} still watches ${count(devices, 'device')}; move or delete them first`,
          });
        await voidEnrolments(trx, id);
        await updateAgent(trx, id, { state: 'revoked', ...NO_CREDENTIALS, deleted_at: now }, now);
        await audit({ action: 'agent.deleted', resourceType: 'agent', resourceId: id });
        afterCommit(() => {
          credentials.set(id, null);
          directory.removeAgent(id);
          events.emit('agent.removed', id);
          deps.disconnect(id);
          events.emit('agent.config', id);
        });
      }),
  };
};

const check = async (trx: Change['trx'], body: Partial<CreateAgentBody>): Promise<void> => {
  const faults = createFaults();
  refuseControls(faults, body);
  if (body.site_id !== undefined && !(await lockSite(trx, body.site_id, 'keep')))
    faults.add('site_id', 'There is no site with this id', 'not_found');
  faults.throwIfAny();
};

/** Runs a write and names the other agent where the name is taken. */
export const explainedAgent = async <T>(
  db: Db,
  wanted: { name: string },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (violatedIndex(error) !== 'agents_name_key') throw error;
    const other = await findAgentByName(db, wanted.name);
    throw conflict('name', `The name "${wanted.name}" is in use${other ? ` by agent ${other.id}` : ''}`);
  }
};
