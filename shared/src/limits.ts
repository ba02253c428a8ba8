/** Largest telemetry payload in bytes, on the wire and inflated alike. */
export const MAX_MESSAGE_BYTES = 256 * 1024;
/** Samples in one batch; a batch is capped in bytes as well. */
export const MAX_BATCH_SAMPLES = 5_000;
/** MQTT keep-alive an agent asks for, in seconds. */
export const KEEP_ALIVE_S = 15;
/** A calm agent sends at least this often; the empty batch is its heartbeat. */
export const CALM_BATCH_MS = 10_000;
/** The live lane's window: what is older and not stored goes by history. */
export const LIVE_WINDOW_MS = 60_000;
/** Past this age (on arrival plus waiting) a live sample is not judged any more. */
export const JUDGE_MAX_AGE_MS = 90_000;
/** History batches of one agent that may wait for storage. */
export const MAX_HISTORY_IN_FLIGHT = 16;
