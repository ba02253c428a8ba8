/** Puts where `value` is there, deletes where it is undefined. */
export interface StoreOp {
  key: string;
  value?: Uint8Array;
}

export type StoreFault = 'corrupt' | 'full' | 'failed';

/** Why a store refused; `corrupt` ends its life, `full` may pass when something is deleted. */
export class StoreError extends Error {
  constructor(
    readonly fault: StoreFault,
    message: string,
  ) {
    super(message);
    this.name = 'StoreError';
  }
}

/** An ordered key–value store on the disk; keys are ASCII and compare by byte. Every rejection is a `StoreError`. */
export interface OutboxStore {
  open(): Promise<void>;
  /** All or nothing; `sync` waits until it would survive a power cut. */
  write(ops: readonly StoreOp[], sync: boolean): Promise<void>;
  get(key: string): Promise<Uint8Array | undefined>;
  /** Ascending, `from` included, `to` excluded, at most `limit`. */
  range(from: string, to: string, limit: number): Promise<{ key: string; value: Uint8Array }[]>;
  /** Gives the space of deleted keys in a range back to the disk. */
  compact(from: string, to: string): Promise<void>;
  /** Puts a damaged store aside under another name and opens an empty one; answers that name. */
  renew(): Promise<string>;
  /** Bytes that are left on the store's file system. */
  freeBytes(): Promise<number>;
  close(): Promise<void>;
}

/** What must outlive a corrupt store. */
export interface StreamRecord {
  /** Number of the newest process of this agent that began; 0 before the first. */
  stream: number;
  /** Random id of that process, 16 hex digits. */
  process: string;
  /** Corrupt outboxes set aside since the agent was installed. */
  corrupt: number;
}

/** The stream number in a file of its own. */
export interface StreamFile {
  /** Undefined before the first process; rejects where the file is there but cannot be read. */
  read(): Promise<StreamRecord | undefined>;
  /** On the disk (fsync) when it resolves. */
  write(record: StreamRecord): Promise<void>;
}

/** The configuration last taken, so that an agent that starts without a hub knows what to watch. */
export interface ConfigFile {
  read(): Promise<unknown>;
  write(text: string): Promise<void>;
}
