import type { Tracked } from '../tracked.js';
import { isWatched } from './blind.js';

/**
 * The agent is heard but brings no judged sample of this device (it may not probe it, or its configuration lacks it):
 * nobody looks. `clockMs` is the engine's own clock, so that a hub set back or forward changes no verdict (rule 15).
 */
export const isStale = (tracked: Tracked, clockMs: number): boolean =>
  isWatched(tracked) && clockMs - tracked.lookedAtMs > tracked.staleMs;
