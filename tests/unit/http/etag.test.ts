import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { requireRevision } from '../../../hub/src/errors.js';
import {
  entityTagOf,
  ifMatchOf,
  isKnown,
  parseEntityTags,
  type EntityTag,
} from '../../../hub/src/platform/http/etag.js';

const strong = (opaque: string): EntityTag => ({ isWeak: false, opaque });
const weak = (opaque: string): EntityTag => ({ isWeak: true, opaque });

describe('a header of entity tags (RFC 9110 §8.8.3, §13.1)', () => {
  test.each<[string, '*' | EntityTag[] | undefined]>([
    ['*', '*'],
    [' * ', '*'],
    ['"a"', [strong('a')]],
    ['W/"a"', [weak('a')]],
    ['"a", W/"b","c"', [strong('a'), weak('b'), strong('c')]],
    // Commas and slashes may stand inside.
    ['"a,b", "W/"', [strong('a,b'), strong('W/')]],
    // Empty elements are nothing.
    [', "a",, ,"b" ,', [strong('a'), strong('b')]],
    ['""', [strong('')]],
    ['"ÿ"', [strong('ÿ')]],
    ['', undefined],
    [' , ,', undefined],
    ['a', undefined],
    ['"a', undefined],
    ['a"', undefined],
    ['w/"a"', undefined],
    ['W/ "a"', undefined],
    ['"a" "b"', undefined],
    ['"a b"', undefined],
    ['"a\tb"', undefined],
    ['"a", *', undefined],
    ['*, "a"', undefined],
    ['**', undefined],
    ['"€"', undefined],
  ])('%j', (text, tags) => expect(parseEntityTags(text)).toEqual(tags));

  // Any character a tag may have: %x21 / %x23-7E / obs-text.
  const character = fc
    .integer({ min: 0x21, max: 0xff })
    .filter((code) => code !== 0x22 && code !== 0x7f && (code < 0x7f || code >= 0x80))
    .map((code) => String.fromCharCode(code));
  const tag = fc.record({ isWeak: fc.boolean(), opaque: fc.string({ unit: character, maxLength: 30 }) });
  const space = fc.stringMatching(/^[ \t]{0,3}$/);

  test('is read back as it was written, whatever the blanks and empty elements', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(space, tag, space, fc.nat(2)), { minLength: 1, maxLength: 8 }),
        (elements) => {
          const text = elements
            .map(
              ([before, { isWeak, opaque }, after, empties]) =>
                `${','.repeat(empties)}${before}${isWeak ? 'W/' : ''}"${opaque}"${after}`,
            )
            .join(',');
          expect(parseEntityTags(text)).toEqual(elements.map(([, each]) => each));
        },
      ),
    );
  });

  test('never throws, and nothing that is read has a quote or a blank in it', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('"', ',', 'W', '/', '*', ' ', '\t', 'a', '\0', 'é', '€') }),
        (text) => {
          const tags = parseEntityTags(text);
          if (tags === '*' || tags === undefined) return;
          expect(tags.length).toBeGreaterThan(0);
          for (const { opaque } of tags) expect(opaque).toMatch(/^[\x21\x23-\x7e\x80-\xff]*$/);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  // So long that whoever looks at each character for each character meets the time limit of a test.
  test('takes no longer for being hostile', () => {
    for (const text of [
      '"'.repeat(800_000),
      ' '.repeat(800_000),
      `"${'a'.repeat(800_000)}`,
      ', '.repeat(400_000),
      'W/'.repeat(400_000),
    ])
      expect(parseEntityTags(text)).toBeUndefined();
  });
});

describe('tags of ours', () => {
  const json = fc.jsonValue();
  const revision = fc.option(fc.nat(Number.MAX_SAFE_INTEGER), { nil: undefined });

  test('are well formed, the same for the same, others for others', () => {
    fc.assert(
      fc.property(json, json, revision, revision, (a, b, one, other) => {
        const tag = entityTagOf(a, one);
        expect(parseEntityTags(tag)).toHaveLength(1);
        expect(tag).toBe(entityTagOf(structuredClone(a), one));
        const isSame = JSON.stringify(a) === JSON.stringify(b) && one === other;
        expect(tag === entityTagOf(b, other)).toBe(isSame);
      }),
    );
  });

  test('are known to whoever sends them, also weakened and among others', () => {
    fc.assert(
      fc.property(json, revision, (data, own) => {
        const tag = entityTagOf(data, own);
        for (const sent of [tag, `W/${tag}`, `"x", ${tag}`, `${tag}, W/"y"`, '*'])
          expect(isKnown(sent, tag)).toBe(true);
        for (const sent of ['"x"', tag.slice(1), `"x${tag.slice(1)}`, '', 'nonsense'])
          expect(isKnown(sent, tag)).toBe(false);
      }),
    );
  });

  test('let a change through by their revision alone', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), json, json, (one, other, a, b) => {
        fc.pre(one !== other);
        const may = (header: string, current: number) => {
          try {
            requireRevision(ifMatchOf(header), current);
            return true;
          } catch {
            return false;
          }
        };
        expect(may(entityTagOf(a, one), one)).toBe(true);
        expect(may(`W/${entityTagOf(b, one)}`, one)).toBe(true);
        expect(may(`${entityTagOf(a, other)}, ${entityTagOf(b, one)}`, one)).toBe(true);
        expect(may(entityTagOf(a, other), one)).toBe(false);
        expect(may('*', one)).toBe(true);
      }),
    );
  });

  test.each([
    '"x"',
    '"7"',
    '"7.short"',
    entityTagOf({}, undefined),
    `"-7.${'a'.repeat(22)}"`,
    `"7.5.${'a'.repeat(22)}"`,
  ])('%s lets nothing through', (header) => {
    expect(ifMatchOf(header)).toEqual([]);
    expect(() => requireRevision(ifMatchOf(header), 7)).toThrow(expect.objectContaining({ status: 412 }));
  });

  test.each(['', 'x', '7', '"', '"a" "b"'])('%j cannot be read', (header) =>
    expect(() => ifMatchOf(header)).toThrow(
      expect.objectContaining({ code: 'MALFORMED_REQUEST', status: 400 }),
    ),
  );
});
