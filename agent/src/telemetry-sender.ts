import type { BatchHeader } from '@siaga/shared';

/** What a lane tells of a message; the rest of the header is the conversation's. */
export type LaneHeader = Pick<BatchHeader, 'lane' | 'seq' | 'from' | 'ageMs' | 'config' | 'origin' | 'enc'>;

/** The way of both lanes to the hub. */
export interface TelemetrySender {
  /** A connection is up, subscribed and greeted. */
  readonly open: boolean;
  /** `done` once the broker confirmed it; never after the connection ended. */
  send(header: LaneHeader, body: Uint8Array, done?: () => void): void;
}
