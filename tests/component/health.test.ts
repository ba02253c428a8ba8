import { HEALTHS, type Health } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { SiagaHealth } from '../../web/src/components/siaga-health.js';
import { inside, openStage, textOf } from './stage.js';

const show = async (health: Health, language: 'en' | 'id'): Promise<SiagaHealth> => {
  const element = new SiagaHealth();
  element.health = health;
  return openStage(language).put(element);
};

describe('siaga-health', () => {
  test.each([
    ['up', 'Up', 'Normal'],
    ['degraded', 'Degraded', 'Terganggu'],
    ['down', 'Down', 'Mati'],
    ['unknown', 'Unknown', 'Tidak diketahui'],
  ] as const)('%s has its word in both languages', async (health, english, indonesian) => {
    expect(textOf(await show(health, 'en'))).toBe(english);
    expect(textOf(await show(health, 'id'))).toBe(indonesian);
  });

  test('no two healths have the same shape: colour is never alone', async () => {
    const shapes = new Set<string>();
    for (const health of HEALTHS)
      shapes.add(inside(await show(health, 'en'), '.shape').innerHTML.replaceAll(/<!--.*?-->/g, ''));
    expect(shapes.size).toBe(HEALTHS.length);
  });

  test('a shape is hidden from a screen reader, which has the word', async () => {
    expect(inside(await show('down', 'en'), '.shape').getAttribute('aria-hidden')).toBe('true');
  });
});
