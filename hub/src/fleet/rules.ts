import type {
  AgentConfig,
  AgentState,
  AgentStateMessage,
  CheckType,
  HostCheckConfig,
  IcmpCheckConfig,
  Link,
} from '@siaga/shared';
import { TIMEOUT_MS_BY_LINK } from '@siaga/shared';

/** Seconds between two cycles of a new device's ICMP check (detection.md, rule 1). */
export const ICMP_INTERVAL_S = 5;
/** Seconds between two readings of an agent's own host. */
export const HOST_INTERVAL_S = 10;
/** An enrolment token is good for one day and one use (api.md). */
export const ENROLMENT_LIFE_MS = 24 * 3_600_000;

/** The two hex digits an agent's topics carry: spread evenly, since the end of a UUIDv7 is random. */
export const shardOf = (agentId: string): string => agentId.slice(-2);

/** A device's code where none was given: its address, in the letters a code may have. */
export const codeFromAddress = (address: string): string =>
  address.includes(':') ? `v6-${address.replaceAll(':', '-')}` : address;

/** `base`, or the first of `base-2`, `base-3` … that is not taken. `taken` holds lower-case words. */
export const firstFree = (base: string, taken: ReadonlySet<string>): string => {
  if (!taken.has(base.toLowerCase())) return base;
  for (let n = 2; ; n += 1) if (!taken.has(`${base}-${n}`.toLowerCase())) return `${base}-${n}`;
};

/** Whether the zone is one of IANA's that this machine knows; offsets such as +07:00 are none. */
export const isTimezone = (zone: string): boolean => {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};

/**
 * The way round from `deviceId` over its would-be parents back to itself, or undefined where there is none.
 * `parentsOf` answers the parents as they are now; the device's own present parents are not asked for.
 */
export const findCycle = (
  deviceId: string,
  parentIds: readonly string[],
  parentsOf: (id: string) => readonly string[],
): string[] | undefined => {
  const cameFrom = new Map<string, string>();
  const open: string[] = [];
  for (const id of parentIds) {
    if (cameFrom.has(id)) continue;
    cameFrom.set(id, deviceId);
    open.push(id);
  }
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === deviceId) {
      const way = [deviceId];
      for (let step = cameFrom.get(at); step !== deviceId && step !== undefined; step = cameFrom.get(step))
        way.push(step);
      return [...way, deviceId].reverse();
    }
    for (const parent of parentsOf(at)) {
      if (cameFrom.has(parent)) continue;
      cameFrom.set(parent, at);
      open.push(parent);
    }
  }
  return undefined;
};

/** What PostgreSQL holds of an agent's newest state message. */
export interface KnownState {
  state: AgentState;
  stream: number;
  connection: number;
  instance: string | null;
  /** The newest stream that telemetry knows: whichever of the two hears of a process first, the other may follow. */
  telemetryStream: number;
}

/** A stream, or a connection, may be so far above the newest known: one each second for eleven days. */
const MAX_JUMP = 1_000_000;

export type StateOrder =
  | { take: true }
  | {
      take: false;
      /**
       * `older`: of a connection before the newest one; `repeated`: says what is known; `ended`: the connection has
       * had its last word; `second-instance`: another live machine uses the same identity; `revoked`: may not speak;
       * `far-ahead`: of a stream or connection that no restarts explain, after which no later one could be told.
       */
      reason: 'older' | 'repeated' | 'ended' | 'second-instance' | 'revoked' | 'far-ahead';
    };

/** Puts state messages in order by (stream, connection), whatever order the broker brings them in (rule 7). */
export const orderState = (
  known: KnownState,
  message: Pick<AgentStateMessage, 'state' | 'stream' | 'connection' | 'instance'>,
): StateOrder => {
  if (known.state === 'revoked') return { take: false, reason: 'revoked' };
  const order = message.stream - known.stream || message.connection - known.connection;
  const other = known.instance !== null && known.instance !== message.instance;
  if (other && message.stream <= known.stream && known.state === 'online')
    return { take: false, reason: 'second-instance' };
  if (order < 0) return { take: false, reason: 'older' };
  const isNewStream = message.stream > known.stream;
  const before = isNewStream ? 0 : known.connection;
  const newestStream = Math.max(known.stream, known.telemetryStream);
  if (message.stream - newestStream > MAX_JUMP || message.connection - before > MAX_JUMP)
    return { take: false, reason: 'far-ahead' };
  if (order > 0) return { take: true };
  if (known.state === message.state) return { take: false, reason: 'repeated' };
  // Within one connection there is one way only: online, then its end. A silence (rule 7) may have marked it lost
  // before its will or its clean stop arrives.
  if (message.state === 'online' || known.state === 'stopped') return { take: false, reason: 'ended' };
  return { take: true };
};

/** A check as an agent's configuration needs it. */
export interface ConfigCheck {
  id: number;
  deviceId: string;
  type: CheckType;
  address: string;
  link: Link;
  intervalMs: number;
  timeoutMs: number | null;
}

/** The retained configuration of one agent, checks in the order of their ids. */
export const buildConfig = (version: number, checks: readonly ConfigCheck[]): AgentConfig => ({
  v: 1,
  version,
  checks: [...checks]
    .sort((a, b) => a.id - b.id)
    .map((check): IcmpCheckConfig | HostCheckConfig =>
      check.type === 'icmp'
        ? {
            id: check.id,
            deviceId: check.deviceId,
            type: 'icmp',
            address: check.address,
            link: check.link,
            intervalMs: check.intervalMs,
            timeoutMs: check.timeoutMs ?? TIMEOUT_MS_BY_LINK[check.link],
          }
        : { id: check.id, deviceId: check.deviceId, type: 'host', intervalMs: check.intervalMs },
    ),
});
