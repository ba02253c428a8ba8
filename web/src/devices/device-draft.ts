import {
  isBlank,
  type CreateDeviceBody,
  type Device,
  type DeviceKind,
  type Link,
  type UpdateDeviceBody,
} from '@siaga/shared';
import { sameValue } from '../forms/merge.js';

/** A device as its form holds it: text as typed, empty where nothing is said. */
export interface DeviceDraft {
  readonly [name: string]: string | readonly string[];
  address: string;
  site_id: string;
  agent_id: string;
  name: string;
  code: string;
  kind: DeviceKind;
  link: Link;
  model: string;
  /** What it is reached through, nearest first. */
  parent_ids: readonly string[];
}

export const emptyDraft: DeviceDraft = {
  address: '',
  site_id: '',
  agent_id: '',
  name: '',
  code: '',
  kind: 'other',
  link: 'other',
  model: '',
  parent_ids: [],
};

export const draftOf = (device: Device): DeviceDraft => ({
  address: device.address,
  site_id: device.site_id,
  agent_id: device.agent_id,
  name: device.name,
  code: device.code,
  kind: device.kind,
  link: device.link,
  model: device.model ?? '',
  parent_ids: device.parent_ids,
});

const creation = (draft: DeviceDraft): CreateDeviceBody => {
  const body: CreateDeviceBody = {
    address: draft.address.trim(),
    site_id: draft.site_id,
    kind: draft.kind,
    link: draft.link,
  };
  if (draft.agent_id !== '') body.agent_id = draft.agent_id;
  if (!isBlank(draft.name)) body.name = draft.name.trim();
  if (draft.code.trim() !== '') body.code = draft.code.trim();
  if (draft.model.trim() !== '') body.model = draft.model.trim();
  if (draft.parent_ids.length > 0) body.parent_ids = [...draft.parent_ids];
  return body;
};

const changes = (draft: DeviceDraft, device: Device): UpdateDeviceBody | undefined => {
  const before = draftOf(device);
  const body: UpdateDeviceBody = {};
  if (draft.address.trim() !== before.address) body.address = draft.address.trim();
  if (draft.site_id !== before.site_id) body.site_id = draft.site_id;
  if (draft.agent_id !== '' && draft.agent_id !== before.agent_id) body.agent_id = draft.agent_id;
  if (draft.name.trim() !== before.name)
    body.name = (isBlank(draft.name) ? draft.address : draft.name).trim();
  if (draft.code.trim() !== '' && draft.code.trim() !== before.code) body.code = draft.code.trim();
  if (draft.kind !== before.kind) body.kind = draft.kind;
  if (draft.link !== before.link) body.link = draft.link;
  if (draft.model.trim() !== before.model) body.model = draft.model.trim() === '' ? null : draft.model.trim();
  if (!sameValue(draft.parent_ids, before.parent_ids)) body.parent_ids = [...draft.parent_ids];
  return Object.keys(body).length === 0 ? undefined : body;
};

/** What to send: everything said for a new device, only what changed for a known one; undefined: nothing. */
export const bodyOf = (
  draft: DeviceDraft,
  device: Device | undefined,
): CreateDeviceBody | UpdateDeviceBody | undefined => (device ? changes(draft, device) : creation(draft));
