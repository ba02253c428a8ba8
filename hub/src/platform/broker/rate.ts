export interface RateLimits {
  bytesPerS: number;
  /** May come at once. */
  burstBytes: number;
  messagesPerS: number;
  burstMessages: number;
}

/**
 * Far above what an honest agent can need. 20,000 checks each second are 0.8 MB/s in the clear, 0.2 deflated; their
 * ring of 60 s, sent again on a connection, is some 12 MB deflated; an agent sends ten batches a second in a storm of
 * changes, full ones and history beside, and 60 s of them at once on a connection.
 */
export const AGENT_LIMITS: RateLimits = {
  bytesPerS: 8 * 1024 * 1024,
  burstBytes: 16 * 1024 * 1024,
  messagesPerS: 5_000,
  burstMessages: 20_000,
};

/** What one client may send: it is heard out, and heard again once that is paid for. */
export interface RateLimit {
  /** Charges what has come already; it may run into debt. Monotonic ms. */
  charge(bytes: number, messages: number, nowMs: number): void;
  /** How long until nothing is owed, ms; 0: go on. */
  waitMs(nowMs: number): number;
}

export const createRateLimit = (limits: RateLimits, startMs: number): RateLimit => {
  let bytes = limits.burstBytes;
  let messages = limits.burstMessages;
  let filledMs = startMs;
  const fill = (nowMs: number): void => {
    const s = (nowMs - filledMs) / 1000;
    filledMs = nowMs;
    bytes = Math.min(limits.burstBytes, bytes + s * limits.bytesPerS);
    messages = Math.min(limits.burstMessages, messages + s * limits.messagesPerS);
  };
  return {
    charge: (byteCount, messageCount, nowMs) => {
      fill(nowMs);
      bytes -= byteCount;
      messages -= messageCount;
    },
    waitMs: (nowMs) => {
      fill(nowMs);
      const s = Math.max(0, -bytes / limits.bytesPerS, -messages / limits.messagesPerS);
      return Math.ceil(s * 1000);
    },
  };
};
