import type {
  AgentState,
  CheckType,
  Condition,
  DeviceKind,
  Evidence,
  Health,
  Link,
  Priority,
  ProbeMode,
  Role,
  TicketState,
  TicketType,
} from '@siaga/shared';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** The tables as kysely sees them; the truth is in migrations/postgres. bigint columns are read as number (< 2^53). */

/** jsonb: read as the value; written as its JSON text. */
export type Json<T> = ColumnType<T, string, string>;
type WithDefault<T> = Generated<T>;

export interface UsersTable {
  id: string;
  username: string;
  email: string;
  name: string;
  first_name: string;
  last_name: string;
  password_hash: string | null;
  role: Role;
  is_active: WithDefault<boolean>;
  failed_logins: WithDefault<number>;
  locked_until: Date | null;
  last_login_at: Date | null;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
}

export interface SignInsTable {
  id: string;
  user_id: string;
  kind: 'api' | 'web';
  user_agent: string | null;
  ip: string | null;
  created_at: WithDefault<Date>;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_reason: string | null;
}

export interface SignInSecretsTable {
  hmac: Buffer;
  sign_in_id: string;
  predecessor: Buffer | null;
  used_at: Date | null;
  created_at: WithDefault<Date>;
}

export interface AuditLogTable {
  id: GeneratedAlways<number>;
  at: WithDefault<Date>;
  user_id: string | null;
  action: string;
  resource_type: string;
  resource_id: string | null;
  ip: string | null;
  user_agent: string | null;
  status: 'success' | 'failure';
  details: ColumnType<Record<string, unknown>, string | undefined, string>;
}

export interface SitesTable {
  id: string;
  code: string;
  name: string;
  timezone: string;
  region: string | null;
  latitude: number | null;
  longitude: number | null;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
  deleted_at: Date | null;
}

export interface AgentsTable {
  id: string;
  name: string;
  site_id: string;
  shard: string;
  secret_hmac: Buffer | null;
  broker_hash: string | null;
  state: WithDefault<AgentState>;
  version: string | null;
  probe: ProbeMode | null;
  probe_note: string | null;
  clock_offset_ms: number | null;
  outbox_rows: number | null;
  lost_samples: number | null;
  stream: WithDefault<number>;
  process: string | null;
  state_stream: WithDefault<number>;
  connection: WithDefault<number>;
  instance: string | null;
  config_version: WithDefault<number>;
  last_seen_at: Date | null;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
  deleted_at: Date | null;
}

export interface AgentEnrolmentsTable {
  token_hmac: Buffer;
  agent_id: string;
  expires_at: Date;
  used_at: Date | null;
  created_by: string | null;
  created_at: WithDefault<Date>;
}

export interface DevicesTable {
  id: string;
  code: string;
  name: string;
  kind: DeviceKind;
  model: string | null;
  address: string;
  link: Link;
  site_id: string;
  agent_id: string;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
  deleted_at: Date | null;
  /** When it came back into service after a deletion. */
  restored_at: WithDefault<Date | null>;
  /** Its parents and its children when it was deleted. */
  parents_before: WithDefault<string[]>;
  children_before: WithDefault<string[]>;
}

export interface DeviceParentsTable {
  device_id: string;
  parent_id: string;
}

export interface ChecksTable {
  id: GeneratedAlways<number>;
  device_id: string;
  type: CheckType;
  interval_s: number;
  timeout_ms: number | null;
  settings: ColumnType<Record<string, unknown>, string | undefined, string>;
  created_at: WithDefault<Date>;
  deleted_at: Date | null;
  /** The agent that measured it until its device moved to another. */
  moved_from: WithDefault<string | null>;
}

export interface TicketsTable {
  id: string;
  serial: GeneratedAlways<number>;
  number: string;
  type: TicketType;
  title: string;
  description: string;
  state: TicketState;
  approval: WithDefault<'none' | 'pending' | 'approved' | 'rejected'>;
  hold_reason: 'vendor' | 'customer' | 'change' | 'other' | null;
  priority: Priority;
  requester_id: string;
  assigned_to_id: string | null;
  category: string | null;
  subcategory: string | null;
  tags: WithDefault<string[]>;
  custom_fields: ColumnType<Record<string, unknown>, string | undefined, string>;
  source: 'monitoring' | 'person';
  site_id: string | null;
  device_id: string | null;
  version: WithDefault<number>;
  created_at: WithDefault<Date>;
  updated_at: WithDefault<Date>;
  resolved_at: Date | null;
  closed_at: Date | null;
}

export interface IncidentDetailsTable {
  ticket_id: string;
  impact: 'low' | 'medium' | 'high';
  urgency: 'low' | 'medium' | 'high';
  subject_kind: string | null;
  subject_id: string | null;
  condition: Condition | null;
  is_open: WithDefault<boolean>;
  occurrences: WithDefault<number>;
  first_failed_at: Date | null;
  detected_at: Date | null;
  evidence: ColumnType<Evidence | null, string | null | undefined, string | null>;
  previous_incident_id: string | null;
  acknowledged_at: ColumnType<Date | null, string | null | undefined, string | null>;
  acknowledged_by_id: string | null;
  acknowledge_reason: string | null;
}

export interface TicketCommentsTable {
  id: string;
  ticket_id: string;
  author_id: string;
  content: string;
  is_internal: WithDefault<boolean>;
  is_system_generated: WithDefault<boolean>;
  created_at: WithDefault<Date>;
}

export interface TicketHistoryTable {
  id: GeneratedAlways<number>;
  ticket_id: string;
  at: WithDefault<Date>;
  event: string;
  actor_id: string | null;
  reason: string | null;
  changes: ColumnType<Record<string, { from: unknown; to: unknown }>, string | undefined, string>;
}

export interface DeviceVerdictsTable {
  device_id: string;
  health: Health;
  since: Date;
  state: Json<unknown>;
  updated_at: WithDefault<Date>;
}

export interface HealthIntervalsTable {
  id: GeneratedAlways<number>;
  device_id: string;
  health: Health;
  started_at: Date;
  ended_at: Date | null;
  late: WithDefault<boolean>;
}

export interface TimelineTable {
  id: GeneratedAlways<number>;
  device_id: string | null;
  site_id: string | null;
  agent_id: string | null;
  at: Date;
  kind: string;
  code: string;
  data: ColumnType<Record<string, unknown>, string | undefined, string>;
}

export interface ParkedEffectsTable {
  id: GeneratedAlways<number>;
  at: WithDefault<Date>;
  device_id: string | null;
  effect: Json<unknown>;
  reason: string;
}

export interface ShardLeasesTable {
  shard: string;
  fence: number;
  run: string;
  taken_at: WithDefault<Date>;
  behind: ColumnType<Record<string, number>, string | undefined, string>;
}

export interface DeadLettersTable {
  id: GeneratedAlways<number>;
  at: WithDefault<Date>;
  agent_id: string | null;
  topic: string | null;
  reason: string;
  payload: Buffer;
}

export interface Database {
  users: UsersTable;
  sign_ins: SignInsTable;
  sign_in_secrets: SignInSecretsTable;
  audit_log: AuditLogTable;
  sites: SitesTable;
  agents: AgentsTable;
  agent_enrolments: AgentEnrolmentsTable;
  devices: DevicesTable;
  device_parents: DeviceParentsTable;
  checks: ChecksTable;
  tickets: TicketsTable;
  incident_details: IncidentDetailsTable;
  ticket_history: TicketHistoryTable;
  ticket_comments: TicketCommentsTable;
  device_verdicts: DeviceVerdictsTable;
  health_intervals: HealthIntervalsTable;
  timeline: TimelineTable;
  parked_effects: ParkedEffectsTable;
  shard_leases: ShardLeasesTable;
  dead_letters: DeadLettersTable;
}
