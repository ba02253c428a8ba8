import { AcknowledgeBody, CreateCommentBody, CreateSiteBody, isBlank } from '@siaga/shared';
import { Check } from 'typebox/value';
import { expect, test } from 'vitest';

test.each([
  ['nothing', '', true],
  ['blanks', ' \t\r\n\u00a0\u3000\u2028', true],
  ['zero-width characters', '\u200b\u200c\u200d\u2060\ufeff', true],
  ['soft hyphens', '\u00ad\u00ad', true],
  ['marks of direction', '\u200e\u202e\u2066\u2069\u061c', true],
  ['controls', '\u0007\u007f\u0085', true],
  ['fillers', '\u115f\u1160\u3164\uffa0\u180e\u034f', true],
  ['selectors of variants and tags', '\ufe0f\u{e0041}\u{e0100}', true],
  ['an empty Braille cell', '\u2800', true],
  ['a letter among them', '\u200b \u2060x', false],
  ['Braille', '\u2801', false],
  ['an emoji of several', '👩‍🔧', false],
  ['a letter that takes two of UTF-16', '𝒜', false],
  ['Arabic', 'مرحبا', false],
  ['a full stop', '.', false],
])('%s', (_what, text, blank) => {
  expect(isBlank(text)).toBe(blank);
  // The contract's own idea of it is the same.
  expect(Check(AcknowledgeBody, { reason: text })).toBe(!blank);
  expect(Check(CreateCommentBody, { content: text })).toBe(!blank);
  expect(Check(CreateSiteBody, { code: 'S', name: text })).toBe(!blank);
});

test('a long text without anything to see is told at once', () => {
  const startedMs = performance.now();
  expect(Check(CreateCommentBody, { content: '\u200b'.repeat(10_000) })).toBe(false);
  expect(Check(CreateCommentBody, { content: `${'\u200b'.repeat(9_000)}\0` })).toBe(false);
  expect(performance.now() - startedMs).toBeLessThan(1_000);
});
