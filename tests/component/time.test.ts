import { describe, expect, test } from 'vitest';
import { SiagaTime } from '../../web/src/components/siaga-time.js';
import { inside, openStage, textOf } from './stage.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

describe('siaga-time', () => {
  test('counts on by the hub’s clock', async () => {
    const stage = openStage();
    const element = new SiagaTime();
    element.at = new Date(stage.services.clock.nowMs() - 3 * MINUTE).toISOString();
    element.mode = 'for';
    await stage.put(element);
    expect(textOf(element)).toMatch(/^3 min/);
    stage.pass(2 * MINUTE);
    await element.updateComplete;
    expect(textOf(element)).toMatch(/^5 min/);
  });

  test('the exact moment is there for machines and on hover', async () => {
    const stage = openStage('id');
    const element = new SiagaTime();
    element.at = '2026-03-01T01:00:00.000Z';
    await stage.put(element);
    const time = inside<HTMLTimeElement>(element, 'time');
    expect(time.dateTime).toBe('2026-03-01T01:00:00.000Z');
    expect(time.title).toMatch(/2026/);
    expect(textOf(element)).toBe('1 jam yang lalu');
  });

  test('takes the hub’s word where the browser’s clock is hours off', async () => {
    const stage = openStage();
    const element = new SiagaTime();
    const hubNowMs = stage.services.clock.nowMs() + 5 * 60 * MINUTE;
    element.at = new Date(hubNowMs - 2 * MINUTE).toISOString();
    element.mode = 'for';
    stage.services.clock.correct(hubNowMs);
    await stage.put(element);
    expect(textOf(element)).toMatch(/^2 min/);
  });

  test('what is no time is a dash, not NaN', async () => {
    const element = new SiagaTime();
    element.at = 'yesterday';
    expect(textOf(await openStage().put(element))).toBe('–');
  });

  test('one that has left the page is not told the time any more', async () => {
    const stage = openStage();
    const element = new SiagaTime();
    element.at = new Date(stage.services.clock.nowMs()).toISOString();
    element.mode = 'for';
    await stage.put(element);
    const before = textOf(element);
    element.remove();
    stage.pass(10 * MINUTE);
    await element.updateComplete;
    expect(textOf(element)).toBe(before);
  });
});
