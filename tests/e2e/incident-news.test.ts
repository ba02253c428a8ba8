import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { focusedText } from '../support/focus-order.js';
import { acknowledgedBy, another, cards } from './incident-world.js';
import { describePages, open, serve } from './web-page.js';
import { bank, colleague, incidentEvent } from './web-world.js';

// As text: the content security policy lets the debugger evaluate it, and no polling helper.
const ICON = `document.querySelector('link[rel="icon"]').getAttribute('href')`;
const SPOKEN = `document.querySelector('siaga-app').shadowRoot.querySelector('siaga-announcer').shadowRoot.querySelector('[role=status]').textContent`;
const spoken = (page: Page): Promise<string> => page.evaluate<string>(SPOKEN);

describePages('news of incidents', () => {
  test('title and icon count what nobody acknowledged', async () => {
    const world = bank();
    const fixture = await serve(world);
    const page = await open();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    await expect.poll(() => page.title()).toBe('(3) Board · Siaga');
    expect(decodeURIComponent(await page.evaluate<string>(ICON))).toContain('>3</text>');
    for (const ticket of world.tickets.filter(({ status }) => status === 'new')) {
      acknowledgedBy(ticket, colleague, 'Planned work');
      fixture.push(incidentEvent(ticket));
    }
    await expect.poll(() => page.title()).toBe('Board · Siaga');
    expect(await page.evaluate(ICON)).toBe('/favicon.svg');
    await page.getByText('Somebody has taken note of every open incident.').waitFor();
  });

  test('the sound is off by default, and the browser remembers that it was switched on', async () => {
    const world = bank();
    const fixture = await serve(world);
    // Without a device for sound the browser may say so.
    const page = await open({}, /AudioContext/);
    // Counts what would be heard.
    await page.addInitScript(`
      window.played = 0;
      const start = OscillatorNode.prototype.start;
      OscillatorNode.prototype.start = function (...given) { window.played += 1; return start.apply(this, given); };
    `);
    await page.goto(fixture.url);
    const sound = page.getByRole('switch', { name: /Sound/ });
    expect(await sound.getAttribute('aria-checked')).toBe('false');
    fixture.push(incidentEvent(another(world, 1)));
    await expect.poll(() => cards(page).count()).toBe(4);
    expect(await page.evaluate('window.played')).toBe(0);
    await sound.click();
    expect(await sound.getAttribute('aria-checked')).toBe('true');
    await expect.poll(() => page.evaluate<number>('window.played')).toBeGreaterThan(0);
    const sample = await page.evaluate<number>('window.played');
    for (let place = 2; place < 8; place += 1) fixture.push(incidentEvent(another(world, place)));
    await expect.poll(() => cards(page).count()).toBe(10);
    await expect.poll(() => page.evaluate<number>('window.played')).toBe(2 * sample);
    await page.reload();
    await sound.waitFor();
    expect(await sound.getAttribute('aria-checked')).toBe('true');
  });

  test('a burst is announced in one sentence', async () => {
    const world = bank();
    const fixture = await serve(world);
    const page = await open();
    await page.clock.install();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    const one = another(world, 1);
    fixture.push(incidentEvent(one));
    await expect.poll(() => spoken(page)).toContain('New incident: ');
    for (let place = 2; place < 12; place += 1) {
      fixture.push(incidentEvent(another(world, place)));
      await page.waitForTimeout(60);
    }
    await expect.poll(() => cards(page).count()).toBe(14);
    await page.clock.fastForward('00:05');
    await expect.poll(() => spoken(page)).toContain('10 new incidents.');
  });

  test("a colleague's acknowledgement is announced where one stands on it, and nowhere else", async () => {
    const world = bank();
    const fixture = await serve(world);
    const page = await open();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    await page.keyboard.press('j');
    const open_ = world.tickets.filter(({ status }) => status === 'new');
    const focused = await focusedText(page);
    const mine = open_.find(({ title }) => title === focused);
    const other = open_.find(({ title }) => title !== focused);
    if (!mine || !other) throw new Error('no incident has the focus');
    acknowledgedBy(other, colleague, 'elsewhere');
    fixture.push(incidentEvent(other));
    await page.getByText('Acknowledged by Bayu Pratama').waitFor();
    expect(await spoken(page)).not.toContain('elsewhere');
    acknowledgedBy(mine, colleague, 'here');
    fixture.push(incidentEvent(mine));
    await expect.poll(() => spoken(page)).toContain('Bayu Pratama acknowledged it: here');
  });
});
