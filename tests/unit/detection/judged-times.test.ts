import { describe, expect, it } from 'vitest';
import { createJudgedTimes } from '../../../hub/src/detection/judged-times.js';
import { createDirectory } from '../../../hub/src/fleet/directory.js';

const directory = createDirectory();
for (const [id, shard] of [
  ['calm', '00'],
  ['cut', '00'],
  ['other', '01'],
] as const)
  directory.putAgent({ id, name: id, siteId: 'site', shard, state: 'online', lastSeenAtMs: null });

const START_MS = 1_000_000;
const setUp = () => {
  const blind = new Set<string>();
  let nowMs = START_MS;
  const times = createJudgedTimes({
    directory,
    // The monotonic clock counts from elsewhere.
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs - 900_000 },
    isBlind: (agentId) => blind.has(agentId),
  });
  return {
    times,
    blind,
    /** A batch that was made `ageMs` before it came, and is judged `waitedMs` after. */
    judge: (agentId: string, atMs: number, ageMs = 0, waitedMs = 0) => {
      nowMs = atMs;
      const arrivedMs = nowMs - 900_000 - waitedMs;
      times.judged({ agentId, stream: 1, seq: 1, ageMs, arrivedMs, body: { t0: 0 } });
    },
    behind: (atMs: number) => Object.fromEntries(times.until(atMs).behind),
  };
};

describe('until when agents were judged', () => {
  it('names only those that are behind, by shard', () => {
    const { judge, behind } = setUp();
    judge('cut', START_MS);
    judge('other', START_MS);
    judge('calm', START_MS + 10_000);
    expect(behind(START_MS + 12_000)).toEqual({});
    expect(behind(START_MS + 20_000)).toEqual({ '00': { cut: START_MS }, '01': { other: START_MS } });
  });
  it('counts from when a batch was made, and never back', () => {
    const { judge, behind } = setUp();
    judge('cut', START_MS + 60_000, 20_000, 5_000);
    expect(behind(START_MS + 60_000)).toEqual({ '00': { cut: START_MS + 35_000 } });
    judge('cut', START_MS + 61_000, 50_000);
    expect(behind(START_MS + 61_000)).toEqual({ '00': { cut: START_MS + 35_000 } });
  });
  it('leaves out the blind, whose devices are unknown on record, and those that are gone', () => {
    const { judge, behind, blind } = setUp();
    judge('cut', START_MS);
    judge('removed', START_MS);
    blind.add('cut');
    expect(behind(START_MS + 60_000)).toEqual({});
  });
  // A hub that starts again and again must not claim a little more each time.
  it('keeps the word of the hub before until a batch is judged, however young it is', () => {
    const { times, judge, behind } = setUp();
    times.load(new Map([['cut', START_MS - 3_000]]));
    expect(behind(START_MS)).toEqual({ '00': { cut: START_MS - 3_000 } });
    judge('cut', START_MS);
    expect(behind(START_MS)).toEqual({});
  });
});
