import { isIP } from 'node:net';
import { Ack, AgentConfig, HubAnnouncement } from '@siaga/shared';
import type { TSchema } from 'typebox';
import { Check, Errors } from 'typebox/value';

/** What came in, or why it is refused: the field and its fault. */
export type Inbound<T> = { ok: true; value: T } | { ok: false; reason: string };

/** No message of a hub is longer; a configuration of 20,000 checks has 4 MB. */
const MAX_INBOUND_BYTES = 16 * 1024 * 1024;

const refuse = (reason: string): { ok: false; reason: string } => ({ ok: false, reason });

const firstFault = (schema: TSchema, value: unknown): string => {
  const [fault] = Errors(schema, value);
  return fault ? `${fault.instancePath || '(root)'} ${fault.message}` : 'does not fit';
};

const parse = (payload: Uint8Array): Inbound<unknown> => {
  if (payload.length > MAX_INBOUND_BYTES) return refuse(`is longer than ${MAX_INBOUND_BYTES} bytes`);
  try {
    return { ok: true, value: JSON.parse(Buffer.from(payload).toString()) as unknown };
  } catch {
    return refuse('is no JSON');
  }
};

export const readAck = (payload: Uint8Array): Inbound<Ack> => {
  const parsed = parse(payload);
  if (!parsed.ok) return parsed;
  return Check(Ack, parsed.value) ? { ok: true, value: parsed.value } : refuse(firstFault(Ack, parsed.value));
};

export const readAnnouncement = (payload: Uint8Array): Inbound<HubAnnouncement> => {
  const parsed = parse(payload);
  if (!parsed.ok) return parsed;
  return Check(HubAnnouncement, parsed.value)
    ? { ok: true, value: parsed.value }
    : refuse(firstFault(HubAnnouncement, parsed.value));
};

/** A configuration as a value (from the disk or a message): the schema, then what no schema can say. */
export const checkConfig = (value: unknown): Inbound<AgentConfig> => {
  if (!Check(AgentConfig, value)) return refuse(firstFault(AgentConfig, value));
  const ids = new Set<number>();
  for (const [index, check] of value.checks.entries()) {
    if (ids.has(check.id)) return refuse(`/checks/${index}/id ${check.id} is there twice`);
    ids.add(check.id);
    if (check.type === 'icmp' && isIP(check.address) === 0)
      return refuse(`/checks/${index}/address must be an IPv4 or IPv6 address`);
  }
  return { ok: true, value };
};

export const readConfig = (payload: Uint8Array): Inbound<AgentConfig> => {
  const parsed = parse(payload);
  return parsed.ok ? checkConfig(parsed.value) : parsed;
};
