import { onNextFrame } from '../app/next-frame.js';
import { createRenderQueue } from './render-queue.js';

/** In which the tiles of the page wait for their turn. */
export const tileQueue = createRenderQueue({ onNextFrame, nowMs: () => performance.now() });

addEventListener('scroll', tileQueue.noteScroll, { capture: true, passive: true });
