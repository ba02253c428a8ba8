import { OUTCOME, PACKETS_PER_CYCLE, type DeviceKind, type Health, type Link } from '@siaga/shared';

/** Cycles whose losses are remembered: the last 60 packets (rule 2). */
export const LOSS_WINDOW_CYCLES = 20;
/** Outcomes that are remembered. */
export const OUTCOMES_KEPT = 20;
/** Failing cycles kept as evidence of a verdict: the first ones of the outage. */
export const EVIDENCE_CYCLES = 10;

/** What the engine must know of a device to judge it. */
export interface WatchedDevice {
  id: string;
  agentId: string;
  kind: DeviceKind;
  link: Link;
  /** The check that tells whether it answers; null where it has none yet. */
  checkId: number | null;
  /** The check's interval. */
  intervalMs: number;
  createdAtMs: number;
}

/**
 * All that was decided and counted of one device. Plain numbers on purpose: a step must not allocate, a copy for the
 * rollback must be cheap, and it is saved as JSON as it is. Arrays are replaced, never changed in place.
 */
export interface DeviceState {
  v: 1;
  health: Health;
  /** Epoch ms; never goes back. */
  sinceMs: number;
  /** Rule 9: this device's one incident (condition `unreachable`) is open. */
  incidentOpen: boolean;
  /** Whose record the place below is of: agent and check. Another one counts its places anew. */
  record: string;
  /** Place of the last judged outcome in the agent's record: an outcome that is not above it is ignored. */
  stream: number;
  seq: number;
  place: number;
  /** Stamp of the last judged cycle, epoch ms of the agent; 0 before the first. */
  stampMs: number;
  /** Consecutive failed and good cycles; one of them is 0. */
  fails: number;
  goods: number;
  /** Stamp of the first cycle of the present run of equal outcomes. */
  runStartMs: number;
  /** Stamps of the first EVIDENCE_CYCLES failed cycles of the present run. */
  failing: readonly number[];
  /** Whether the link was lossy when the present run of failures began. */
  lossyLink: boolean;
  /** Packets lost per cycle before any outage, 2 bits a cycle, the newest lowest: 10 cycles a number. */
  lossNewer: number;
  lossOlder: number;
  /** Cycles in that window, and packets lost in it. */
  lossCycles: number;
  packetsLost: number;
  /** The last outcomes as bits, 1 failed, the newest lowest; and how many. */
  outcomes: number;
  outcomeCount: number;
}

const NONE: readonly number[] = Object.freeze([]);

/** The record in which a device's outcomes have their places. */
export const recordOf = (device: Pick<WatchedDevice, 'agentId' | 'checkId'>): string =>
  `${device.agentId}/${device.checkId ?? ''}`;

/** A device nobody has looked at yet. */
export const freshState = (sinceMs: number, record = ''): DeviceState => ({
  v: 1,
  health: 'unknown',
  sinceMs,
  incidentOpen: false,
  record,
  stream: 0,
  seq: 0,
  place: -1,
  stampMs: 0,
  fails: 0,
  goods: 0,
  runStartMs: 0,
  failing: NONE,
  lossyLink: false,
  lossNewer: 0,
  lossOlder: 0,
  lossCycles: 0,
  packetsLost: 0,
  outcomes: 0,
  outcomeCount: 0,
});

/** Copies field by field: half the price of a spread, and the target keeps its shape. */
export const copyState = (from: DeviceState, to: DeviceState): void => {
  to.health = from.health;
  to.sinceMs = from.sinceMs;
  to.incidentOpen = from.incidentOpen;
  to.record = from.record;
  to.stream = from.stream;
  to.seq = from.seq;
  to.place = from.place;
  to.stampMs = from.stampMs;
  to.fails = from.fails;
  to.goods = from.goods;
  to.runStartMs = from.runStartMs;
  to.failing = from.failing;
  to.lossyLink = from.lossyLink;
  to.lossNewer = from.lossNewer;
  to.lossOlder = from.lossOlder;
  to.lossCycles = from.lossCycles;
  to.packetsLost = from.packetsLost;
  to.outcomes = from.outcomes;
  to.outcomeCount = from.outcomeCount;
};

/** Counters begin anew; what is known of the link and the last outcomes stays. */
export const resetCounters = (state: DeviceState): void => {
  state.fails = 0;
  state.goods = 0;
  state.runStartMs = 0;
  state.failing = NONE;
  state.lossyLink = false;
};

/** Another agent or another check looks from now on: its record begins at its own place. */
export const resetPosition = (state: DeviceState, record: string): void => {
  resetCounters(state);
  state.record = record;
  state.stream = 0;
  state.seq = 0;
  state.place = -1;
  state.stampMs = 0;
};

/** True where (stream, seq, place) lies above the last judged one (telemetry.md, "Idempotence"). */
export const isAbove = (state: DeviceState, stream: number, seq: number, place: number): boolean =>
  stream !== state.stream ? stream > state.stream : seq !== state.seq ? seq > state.seq : place > state.place;

/** Mask of ten cycles' losses, 2 bits a cycle. */
export const TEN_CYCLES = 0xfffff;

/** Puts a cycle's lost packets (0–3) into the loss window; the oldest cycle falls out. */
export const rememberLoss = (state: DeviceState, lost: number): void => {
  const dropped = state.lossOlder >>> 18;
  state.lossOlder = ((state.lossOlder << 2) & TEN_CYCLES) | (state.lossNewer >>> 18);
  state.lossNewer = ((state.lossNewer << 2) & TEN_CYCLES) | lost;
  state.packetsLost += lost - dropped;
  if (state.lossCycles < LOSS_WINDOW_CYCLES) state.lossCycles += 1;
};

/** Share of the remembered packets that were lost, 0–1; 0 below `minPackets`. */
export const lossShare = (state: DeviceState, minPackets: number): number => {
  const packets = state.lossCycles * PACKETS_PER_CYCLE;
  return packets === 0 || packets < minPackets ? 0 : state.packetsLost / packets;
};

export const rememberOutcome = (state: DeviceState, failed: boolean): void => {
  state.outcomes = ((state.outcomes << 1) & 0xfffff) | (failed ? 1 : 0);
  if (state.outcomeCount < OUTCOMES_KEPT) state.outcomeCount += 1;
};

/** The last outcomes, oldest first, as they travel in telemetry. */
export const lastOutcomes = (state: DeviceState): number[] =>
  Array.from({ length: state.outcomeCount }, (_, place) =>
    (state.outcomes >>> (state.outcomeCount - 1 - place)) & 1 ? OUTCOME.failed : OUTCOME.ok,
  );

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const COUNTS = [
  'stream',
  'seq',
  'stampMs',
  'fails',
  'goods',
  'runStartMs',
  'lossNewer',
  'lossOlder',
  'lossCycles',
  'packetsLost',
  'outcomes',
  'outcomeCount',
] as const;

/**
 * A saved state read back, or undefined where it is of another version or damaged: the caller then begins anew with
 * the health that was saved beside it.
 */
export const parseState = (saved: unknown): DeviceState | undefined => {
  const value = saved as Partial<DeviceState> | null;
  if (typeof value !== 'object' || value?.v !== 1) return undefined;
  const sound =
    COUNTS.every((field) => isCount(value[field])) &&
    Number.isSafeInteger(value.place) &&
    Number.isFinite(value.sinceMs) &&
    typeof value.incidentOpen === 'boolean' &&
    typeof value.record === 'string' &&
    typeof value.lossyLink === 'boolean' &&
    ['up', 'degraded', 'down', 'unknown'].includes(value.health as string) &&
    Array.isArray(value.failing) &&
    value.failing.every(Number.isFinite);
  if (!sound) return undefined;
  const state = freshState(0);
  copyState(value as DeviceState, state);
  return state;
};
