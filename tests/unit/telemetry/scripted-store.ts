import type { RowPostResult, RowStore } from '../../../hub/src/telemetry/writer.js';
import type { ManualClock } from './support.js';

/** What becomes of one post. */
export type PostScript =
  | { do: 'ok' }
  /** Answers after so long. */
  | { do: 'slow'; ms: number }
  /** Nothing is stored, and it fails. */
  | { do: 'fail' }
  /** Everything is stored, and it fails all the same. */
  | { do: 'ambiguous' };

/** A row store that does what it is told, post by post, then works. Rows are lines, kept as a set. */
export const createScriptedStore = (clock: ManualClock, script: PostScript[] = []) => {
  const rows = new Set<string>();
  const posts: string[][] = [];
  const poison = new Set<string>();
  let under = 0;
  let mostUnder = 0;
  let away = false;
  const wait = (ms: number) => new Promise<void>((resolve) => clock.after(ms, resolve));

  const post = async (bytes: Buffer): Promise<RowPostResult> => {
    const lines = bytes.toString().split('\n').slice(0, -1);
    posts.push(lines);
    const step = script.shift() ?? { do: 'ok' };
    if (step.do === 'slow') await wait(step.ms);
    else await Promise.resolve();
    if (away || step.do === 'fail') throw new Error('away');
    const bad = lines.findIndex((line) => poison.has(line));
    if (bad >= 0) return { ok: false, line: bad + 1, message: `cannot store ${lines[bad]!}` };
    for (const line of lines) rows.add(line);
    if (step.do === 'ambiguous') throw new Error('connection lost');
    return { ok: true };
  };

  const store: RowStore = {
    post: async (bytes) => {
      mostUnder = Math.max(mostUnder, ++under);
      try {
        return await post(bytes);
      } finally {
        under--;
      }
    },
  };
  return {
    store,
    rows,
    posts,
    poison,
    mostUnderWay: () => mostUnder,
    setAway: (value: boolean) => {
      away = value;
    },
  };
};
