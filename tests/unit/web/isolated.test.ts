import { describe, expect, test } from 'vitest';
import { isolated } from '../../../web/src/i18n/isolated.js';

const turnsAtTheEnd = (text: string): number => {
  let depth = 0;
  for (const character of text) {
    if (/[\u2066-\u2068]/.test(character)) depth += 1;
    if (character === '\u2069') depth -= 1;
  }
  return depth;
};

describe('a name within a sentence', () => {
  test.each(['KC Bandung router 6', 'ATM 🏧 <script>', 'Jl. Élysée № 5', ''])('%j stays as it is', (name) => {
    expect(isolated(name)).toBe(name);
  });

  test.each([
    ['an override', 'ATM \u202Exyz'],
    ['an embedding', '\u202Babc'],
    ['Arabic', 'مصرف'],
    ['Hebrew', 'בנק 5'],
    ['a script of the far planes', '\u{1e900}'],
  ])('%s is held within an isolate', (_what, name) => {
    expect(isolated(name)).toBe(`\u2068${name}\u2069`);
  });

  test.each(['a\u2069\u202Eb', '\u2067abc', '\u2069\u2069\u202E'])(
    'an isolate of the name’s own cannot end ours: %j',
    (name) => {
      const text = isolated(name);
      expect(text.startsWith('\u2068')).toBe(true);
      expect(text.indexOf('\u2069')).toBe(text.length - 1);
      expect(turnsAtTheEnd(text)).toBe(0);
    },
  );
});
