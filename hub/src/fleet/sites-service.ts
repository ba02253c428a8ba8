import type { CreateSiteBody, Site, UpdateSiteBody } from '@siaga/shared';
import { v7 as uuidv7 } from 'uuid';
import { DomainError, requireRevision, type IfMatch } from '../errors.js';
import type { EventBus } from '../events.js';
import type { Db } from '../platform/postgres/postgres.js';
import { differences } from './changes.js';
import type { WritableDirectory } from './directory.js';
import { conflict, count, createFaults, notFound, refuseControls, violatedIndex } from './faults.js';
import type { ListPage } from './listing.js';
import type { DirectorySite } from './ports.js';
import { isTimezone } from './rules.js';
import {
  countAtSite,
  findSite,
  findSiteByCode,
  insertSite,
  listSites,
  lockSite,
  markSiteDeleted,
  toSite,
  updateSite,
  type SiteListQuery,
  type SiteRow,
  type SiteValues,
} from './sites-repository.js';
import type { Actor, Write } from './writer.js';

/** Where a site is unless told: most of the bank's branches. */
export const DEFAULT_TIMEZONE = 'Asia/Jakarta';

export interface SiteService {
  list(query: SiteListQuery): Promise<ListPage<Site>>;
  /** Throws RESOURCE_NOT_FOUND. */
  get(id: string): Promise<Site>;
  /** Throws VALIDATION_ERROR, RESOURCE_CONFLICT (code in use). */
  create(actor: Actor, body: CreateSiteBody): Promise<Site>;
  /** What is absent stays as it is. Throws as `get` and `create` do, and PRECONDITION_FAILED. */
  update(actor: Actor, id: string, body: UpdateSiteBody, ifMatch?: IfMatch): Promise<Site>;
  /** Throws RESOURCE_NOT_FOUND, RESOURCE_CONFLICT (agents or devices are still there). */
  remove(actor: Actor, id: string): Promise<void>;
}

interface Deps {
  db: Db;
  write: Write;
  directory: WritableDirectory;
  events: EventBus;
}

/** The directory's view of a row. */
export const directorySite = ({
  id,
  code,
  name,
  region,
  timezone,
  latitude,
  longitude,
}: SiteRow): DirectorySite => ({
  id,
  code,
  name,
  region,
  timezone,
  latitude,
  longitude,
});

export const createSites = ({ db, write, directory, events }: Deps): SiteService => {
  const remember = (row: SiteRow): void => {
    directory.putSite(directorySite(row));
    events.emit('site.changed', row.id);
  };

  return {
    list: async (query) => {
      const faults = createFaults();
      refuseControls(faults, { search: query.search, region: query.region });
      faults.throwIfAny();
      const { rows, total } = await listSites(db, query);
      return { items: rows.map(toSite), page: query.page, perPage: query.perPage, total };
    },

    get: async (id) => {
      const row = await findSite(db, id);
      if (!row) throw notFound('site');
      return toSite(row);
    },

    create: async (actor, body) => {
      check(body);
      const id = uuidv7();
      const values: SiteValues = {
        code: body.code,
        name: body.name.trim(),
        timezone: body.timezone ?? DEFAULT_TIMEZONE,
        region: body.region?.trim() ?? null,
        latitude: body.latitude ?? null,
        longitude: body.longitude ?? null,
      };
      return explainedSite(db, values, () =>
        write(actor, async ({ trx, now, audit, afterCommit }) => {
          const row = await insertSite(trx, id, values, now);
          await audit({
            action: 'site.created',
            resourceType: 'site',
            resourceId: id,
            details: { ...values },
          });
          afterCommit(() => remember(row));
          return toSite(row);
        }),
      );
    },

    update: async (actor, id, body, ifMatch) => {
      check(body);
      return explainedSite(db, { code: body.code ?? '' }, () =>
        write(actor, async ({ trx, now, audit, afterCommit }) => {
          const old = await lockSite(trx, id, 'change');
          if (!old) throw notFound('site');
          requireRevision(ifMatch, old.updated_at.getTime());
          const values = merged(old, body);
          const changes = differences<SiteValues>(old, values);
          if (Object.keys(changes).length === 0) return toSite(old);
          const row = await updateSite(trx, id, values, now);
          await audit({ action: 'site.changed', resourceType: 'site', resourceId: id, details: { changes } });
          afterCommit(() => remember(row));
          return toSite(row);
        }),
      );
    },

    remove: (actor, id) =>
      write(actor, async ({ trx, now, audit, afterCommit }) => {
        const site = await lockSite(trx, id, 'change');
        if (!site) throw notFound('site');
        const { agents, devices } = await countAtSite(trx, id);
        if (agents + devices > 0) {
          const what = [
            ...(agents > 0 ? [count(agents, 'agent')] : []),
            ...(devices > 0 ? [count(devices, 'device')] : []),
          ].join(' and ');
          throw new DomainError('RESOURCE_CONFLICT', {
            message: `Site ${site.code} still has ${what}; move or delete them first`,
          });
        }
        await markSiteDeleted(trx, id, now);
        await audit({ action: 'site.deleted', resourceType: 'site', resourceId: id });
        afterCommit(() => {
          directory.removeSite(id);
          events.emit('site.removed', id);
        });
      }),
  };
};

const check = (body: Partial<CreateSiteBody>): void => {
  const faults = createFaults();
  refuseControls(faults, body);
  if (body.timezone !== undefined && !isTimezone(body.timezone))
    faults.add(
      'timezone',
      'must be a zone of the IANA list, e.g. Asia/Jakarta, Asia/Makassar, Asia/Jayapura',
      'wrong_form',
    );
  faults.throwIfAny();
};

const merged = (old: SiteRow, body: UpdateSiteBody): SiteValues => ({
  code: body.code ?? old.code,
  name: body.name?.trim() ?? old.name,
  timezone: body.timezone ?? old.timezone,
  region: body.region === undefined ? old.region : (body.region?.trim() ?? null),
  latitude: body.latitude === undefined ? old.latitude : body.latitude,
  longitude: body.longitude === undefined ? old.longitude : body.longitude,
});

/** Runs a write and names the other site where the code is taken. */
export const explainedSite = async <T>(
  db: Db,
  wanted: { code: string },
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    if (violatedIndex(error) !== 'sites_code_key') throw error;
    const other = await findSiteByCode(db, wanted.code);
    throw conflict(
      'code',
      `The code ${wanted.code} is in use${other ? ` by site "${other.name}" (${other.id})` : ''}`,
    );
  }
};
