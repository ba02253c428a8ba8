export { createLive, type Live, type LiveSink, type Subscription } from './live.js';
export type { Verdict } from './projection.js';
