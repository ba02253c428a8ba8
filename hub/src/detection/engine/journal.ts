import { copyState, freshState, type DeviceState } from './state.js';
import type { Tracked } from './tracked.js';

/** What a group of steps changed, so that it can be undone (telemetry.md: a failed group leaves no trace). */
export interface Journal {
  begin(): void;
  /** Puts the device's state aside, once a group, before it is first changed. */
  touch(tracked: Tracked): void;
  /** Remembers how to undo a change of another kind. */
  undo(action: () => void): void;
  rollback(): void;
  end(): void;
}

/**
 * Copies are kept in objects that are used again group after group: a steady sample costs a copy of some twenty
 * numbers and no allocation.
 */
export const createJournal = (): Journal => {
  const touched: Tracked[] = [];
  const states: DeviceState[] = [];
  const seenMs: number[] = [];
  const lookedAtMs: number[] = [];
  let undos: (() => void)[] = [];
  let group = 0;
  let count = 0;

  const end = (): void => {
    // References to devices are dropped by overwriting: a removed one may live until the next busy group.
    count = 0;
    undos = [];
  };
  return {
    begin: () => {
      group += 1;
      end();
    },
    touch: (tracked) => {
      if (tracked.mark === group) return;
      tracked.mark = group;
      touched[count] = tracked;
      seenMs[count] = tracked.seenMs;
      lookedAtMs[count] = tracked.lookedAtMs;
      let copy = states[count];
      if (copy === undefined) states.push((copy = freshState(0)));
      copyState(tracked.state, copy);
      count += 1;
    },
    undo: (action) => {
      undos.push(action);
    },
    rollback: () => {
      for (let index = undos.length - 1; index >= 0; index -= 1) undos[index]!();
      for (let index = 0; index < count; index += 1) {
        const tracked = touched[index]!;
        copyState(states[index]!, tracked.state);
        tracked.seenMs = seenMs[index]!;
        tracked.lookedAtMs = lookedAtMs[index]!;
        tracked.mark = 0;
      }
      end();
    },
    end,
  };
};
