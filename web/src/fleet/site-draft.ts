import type { CreateSiteBody, Site, UpdateSiteBody } from '@siaga/shared';
import { numberOf } from '../forms/faults.js';

/** A site as its form holds it: text as typed, empty where nothing is said. */
export interface SiteDraft {
  readonly [name: string]: string;
  readonly name: string;
  readonly code: string;
  readonly region: string;
  readonly timezone: string;
  readonly latitude: string;
  readonly longitude: string;
}

export const emptySiteDraft: SiteDraft = {
  name: '',
  code: '',
  region: '',
  timezone: 'Asia/Jakarta',
  latitude: '',
  longitude: '',
};

export const siteDraftOf = (site: Site): SiteDraft => ({
  name: site.name,
  code: site.code,
  region: site.region ?? '',
  timezone: site.timezone,
  latitude: site.latitude === null ? '' : String(site.latitude),
  longitude: site.longitude === null ? '' : String(site.longitude),
});

const textOrNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());
const numberOrNull = (text: string): number | null => (text.trim() === '' ? null : numberOf(text));

const creation = (draft: SiteDraft): CreateSiteBody => {
  const body: CreateSiteBody = {
    name: draft.name.trim(),
    code: draft.code.trim(),
    timezone: draft.timezone.trim(),
  };
  if (draft.region.trim() !== '') body.region = draft.region.trim();
  if (draft.latitude.trim() !== '') body.latitude = numberOf(draft.latitude);
  if (draft.longitude.trim() !== '') body.longitude = numberOf(draft.longitude);
  return body;
};

/** What to send: everything said for a new site, only what changed for a known one; undefined: nothing changed. */
export const siteBodyOf = (
  draft: SiteDraft,
  site: Site | undefined,
): CreateSiteBody | UpdateSiteBody | undefined => {
  if (!site) return creation(draft);
  const body: UpdateSiteBody = {};
  if (draft.name.trim() !== site.name) body.name = draft.name.trim();
  if (draft.code.trim() !== site.code) body.code = draft.code.trim();
  if (draft.timezone.trim() !== site.timezone) body.timezone = draft.timezone.trim();
  if (textOrNull(draft.region) !== site.region) body.region = textOrNull(draft.region);
  if (numberOrNull(draft.latitude) !== site.latitude) body.latitude = numberOrNull(draft.latitude);
  if (numberOrNull(draft.longitude) !== site.longitude) body.longitude = numberOrNull(draft.longitude);
  return Object.keys(body).length === 0 ? undefined : body;
};
