import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshState, lastOutcomes, parseState } from '../../../hub/src/detection/engine/index.js';
import { lossShare, rememberLoss, rememberOutcome } from '../../../hub/src/detection/engine/state.js';
import { play } from './engine-harness.js';

describe('the loss window', () => {
  it('knows the share of the last 20 cycles’ packets, whatever came before', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { minLength: 1, maxLength: 90 }), (losses) => {
        const state = freshState(0);
        for (const lost of losses) rememberLoss(state, lost);
        const last = losses.slice(-20);
        expect(lossShare(state, 0)).toBeCloseTo(
          last.reduce((sum, lost) => sum + lost, 0) / (last.length * 3),
        );
      }),
    );
  });
  it('says nothing below the packets it needs', () => {
    const state = freshState(0);
    rememberLoss(state, 3);
    expect(lossShare(state, 4)).toBe(0);
    expect(lossShare(state, 3)).toBe(1);
    expect(lossShare(freshState(0), 0)).toBe(0);
  });
});

describe('the last outcomes', () => {
  it('are the last 20, oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { maxLength: 50 }), (failures) => {
        const state = freshState(0);
        for (const failed of failures) rememberOutcome(state, failed);
        expect(lastOutcomes(state)).toEqual(failures.slice(-20).map(Number));
      }),
    );
  });
});

describe('a saved state', () => {
  const saved = (): Record<string, unknown> =>
    JSON.parse(JSON.stringify(play('..2xxxx').own)) as Record<string, unknown>;
  it('comes back as it was', () => {
    expect(parseState(saved())).toEqual(play('..2xxxx').own);
  });
  const faults: [name: string, damage: unknown][] = [
    ['nothing', null],
    ['no object', 'up'],
    ['another version', { ...saved(), v: 2 }],
    ['a count that is none', { ...saved(), fails: -1 }],
    ['a missing count', { ...saved(), seq: undefined }],
    ['an unknown health', { ...saved(), health: 'fine' }],
    ['evidence that is none', { ...saved(), failing: ['x'] }],
    ['no record', { ...saved(), record: 7 }],
  ];
  it.each(faults)('%s is not taken', (_name, damage) => {
    expect(parseState(damage)).toBeUndefined();
  });
});
