import fc from 'fast-check';
import type { Site } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { emptySiteDraft, siteBodyOf, siteDraftOf } from '../../../web/src/fleet/site-draft.js';
import { zonesFor } from '../../../web/src/fleet/time-zones.js';
import { mergeDrafts, sameValue } from '../../../web/src/forms/merge.js';

describe('my changes over theirs', () => {
  const base = { name: 'KC Bandung', region: 'Jawa Barat', parent_ids: ['a', 'b'] };
  test.each([
    // mine, what is there now, result, changed meanwhile, clashes
    [{ name: 'Mine' }, {}, { name: 'Mine' }, [], []],
    [{}, { name: 'Theirs' }, { name: 'Theirs' }, ['name'], []],
    [{ name: 'Mine' }, { region: 'Bali' }, { name: 'Mine', region: 'Bali' }, ['region'], []],
    [{ name: 'Mine' }, { name: 'Theirs' }, { name: 'Mine' }, ['name'], ['name']],
    // As I want it already, whoever did it.
    [{ name: 'Same' }, { name: 'Same' }, { name: 'Same' }, [], []],
    // As the hub has kept what I typed: my own write, whose answer was lost.
    [{ name: 'Same ' }, { name: 'Same' }, { name: 'Same ' }, [], []],
    [
      { parent_ids: ['b', 'a'] },
      { parent_ids: ['a'] },
      { parent_ids: ['b', 'a'] },
      ['parent_ids'],
      ['parent_ids'],
    ],
  ])('%j over %j', (mine, now, draft, theirs, clashes) => {
    expect(mergeDrafts(base, { ...base, ...mine }, { ...base, ...now })).toEqual({
      draft: { ...base, ...draft },
      theirs,
      clashes,
    });
  });

  test('nothing of mine is lost, and nothing of theirs that I left alone', () => {
    const drafts = fc.record({
      a: fc.constantFrom('1', '2'),
      b: fc.constantFrom('1', '2'),
      c: fc.constantFrom('1', '2'),
    });
    fc.assert(
      fc.property(drafts, drafts, drafts, (was, mine, now) => {
        const { draft } = mergeDrafts(was, mine, now);
        for (const name of ['a', 'b', 'c'] as const) {
          expect(draft[name]).toBe(sameValue(mine[name], was[name]) ? now[name] : mine[name]);
        }
      }),
    );
  });
});

describe('what a site form sends', () => {
  const site = {
    id: '1',
    code: 'KC-BDG',
    name: 'KC Bandung',
    timezone: 'Asia/Jakarta',
    region: 'Jawa Barat',
    latitude: -6.9,
    longitude: null,
  } as Site;

  test('for a new one: what was said', () => {
    expect(
      siteBodyOf({ ...emptySiteDraft, name: ' KC ', code: 'KC', longitude: '107,6' }, undefined),
    ).toEqual({
      name: 'KC',
      code: 'KC',
      timezone: 'Asia/Jakarta',
      longitude: 107.6,
    });
  });

  test.each([
    ['nothing changed', {}, undefined],
    ['an emptied region is taken away', { region: ' ' }, { region: null }],
    ['an emptied latitude too', { latitude: '' }, { latitude: null }],
    ['a number written otherwise is no change', { latitude: '-6,90' }, undefined],
    ['zero is a place', { longitude: '0' }, { longitude: 0 }],
  ])('for a known one: %s', (_name, typed, body) => {
    expect(siteBodyOf({ ...siteDraftOf(site), ...typed }, site)).toEqual(body);
  });
});

describe('time zones', () => {
  test.each([
    ['', 'Asia/Jakarta'],
    ['maka', 'Asia/Makassar'],
    ['NEW YORK', 'America/New_York'],
    // one that is chosen already: all of them, ours first
    ['Europe/Berlin', 'Asia/Jakarta'],
  ])('"%s" offers %s first', (typed, first) => {
    expect(zonesFor(typed)[0]).toBe(first);
  });

  test('what is none offers none', () => {
    expect(zonesFor('<script>')).toEqual([]);
  });
});
