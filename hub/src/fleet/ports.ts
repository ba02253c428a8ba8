import type { AgentState, CheckType, DeviceKind, Link } from '@siaga/shared';

/**
 * The fleet in memory: what telemetry, detection, the live feed and the overview look up without asking PostgreSQL.
 * Loaded before anything listens, changed right after each commit, before the event of the change is sent.
 */
export interface DirectorySite {
  id: string;
  code: string;
  name: string;
  region: string | null;
  timezone: string;
  latitude: number | null;
  longitude: number | null;
}

export interface DirectoryAgent {
  id: string;
  name: string;
  siteId: string;
  shard: string;
  state: AgentState;
  lastSeenAtMs: number | null;
}

export interface DirectoryDevice {
  id: string;
  code: string;
  name: string;
  kind: DeviceKind;
  address: string;
  link: Link;
  siteId: string;
  agentId: string;
  parentIds: readonly string[];
  checks: readonly DirectoryCheck[];
  /** When it came into service: made, or restored after a deletion. */
  createdAtMs: number;
}

export interface DirectoryCheck {
  id: number;
  deviceId: string;
  agentId: string;
  type: CheckType;
  intervalMs: number;
  timeoutMs: number | null;
}

export interface FleetDirectory {
  site(id: string): DirectorySite | undefined;
  agent(id: string): DirectoryAgent | undefined;
  device(id: string): DirectoryDevice | undefined;
  /** A check in service. Deleted ones are not found: their late samples are counted and dropped. */
  check(id: number): DirectoryCheck | undefined;
  /** A check whose device moved to another agent, as it was: what its old agent still holds of it is stored, and judged no more. */
  movedCheck(id: number): DirectoryCheck | undefined;
  sites(): Iterable<DirectorySite>;
  agents(): Iterable<DirectoryAgent>;
  devices(): Iterable<DirectoryDevice>;
  devicesOfAgent(agentId: string): Iterable<DirectoryDevice>;
}
