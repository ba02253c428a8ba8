import { describe, expect, test } from 'vitest';
import { axeFindings, type Look } from '../support/browser.js';
import { focusedText } from '../support/focus-order.js';
import { acknowledgedBy, another, cards, cardTitles, first } from './incident-world.js';
import { failure } from './web-fixture.js';
import { describePages, open, serve } from './web-page.js';
import { bank, colleague, incidentEvent, liveDevice, scriptOf, storm } from './web-world.js';

describePages('incidents', () => {
  test('rows stay where they are under the pointer, and find their order when it leaves', async () => {
    const world = bank();
    const fixture = await serve(world);
    const page = await open();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    const before = await cardTitles(page);
    await cards(page).nth(1).hover();
    const worst = another(world, 3);
    worst.priority = 'critical';
    fixture.push(incidentEvent(worst));
    acknowledgedBy(first(world), colleague, 'Planned work');
    fixture.push(incidentEvent(first(world)));
    await page.getByRole('heading', { name: 'New meanwhile' }).waitFor();
    expect(await cardTitles(page)).toEqual([...before, worst.title]);
    await page.mouse.move(5, 5);
    await expect.poll(async () => (await cardTitles(page))[0]).toBe(worst.title);
    await expect.poll(async () => (await cardTitles(page)).at(-1)).toBe(first(world).title);
  });

  test('a storm: seven stand on a small screen at once, and the rail counts those that want a hand', async () => {
    const world = storm();
    const { url } = await serve(world);
    const page = await open({ width: 1366, height: 768 });
    await page.goto(url);
    await cards(page).first().waitFor();
    const boxes = await Promise.all((await cards(page).all()).slice(0, 7).map((card) => card.boundingBox()));
    expect(boxes).toHaveLength(7);
    for (const box of boxes) expect((box?.y ?? Infinity) + (box?.height ?? 0)).toBeLessThanOrEqual(768);
    for (const button of await cards(page).first().getByRole('button').all())
      expect((await button.boundingBox())?.height).toBeGreaterThanOrEqual(24);
    const waiting = world.tickets.filter(({ acknowledged_at }) => acknowledged_at === null).length;
    expect(waiting).toBeLessThan(world.tickets.length);
    await page
      .getByRole('link', { name: `Incidents ${waiting} of ${world.tickets.length} unacknowledged` })
      .waitFor();
    expect(await page.locator('siaga-rail .count').innerText()).toBe(String(waiting));
  });

  test.each([
    ['a phone', { width: 390, height: 844 }],
    ['a tablet', { width: 820, height: 1180 }],
    ['a desk with large type', { width: 1366, height: 768, typePx: 24 }],
  ])('%s shows the three worst until one asks for all, and goes on with an open form', async (_, look) => {
    const world = storm();
    const { url } = await serve(world);
    const page = await open(look);
    await page.goto(url);
    await cards(page).first().waitFor();
    expect(await cards(page).count()).toBe(3);
    await page.getByRole('button', { name: `All ${world.tickets.length}` }).click();
    await expect.poll(() => cards(page).count()).toBe(50);
    await cards(page).nth(5).getByRole('button', { name: 'Comment' }).click();
    await page.getByRole('button', { name: 'Only the worst' }).click();
    await cards(page).nth(5).getByRole('textbox').waitFor();
    await cards(page).nth(5).getByRole('textbox').focus();
    await page.keyboard.press('Escape');
    await expect.poll(() => cards(page).count()).toBe(3);
    // Keys go on to what is folded.
    const titles = await cardTitles(page);
    for (let step = 0; step < 4; step++) await page.keyboard.press('j');
    await expect.poll(() => cards(page).count()).toBe(50);
    expect((await cardTitles(page)).slice(0, 3)).toEqual(titles);
    await expect.poll(() => focusedText(page)).toBe((await cardTitles(page))[3]);
  });

  test('the page steps through the open ones by key', async () => {
    const world = bank();
    const { url } = await serve(world);
    const page = await open();
    await page.goto(url);
    await cards(page).first().waitFor();
    const titles = await cardTitles(page);
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: titles[0] ?? '' }).waitFor();
    await page.getByText('1 of 3 open').waitFor();
    await page.keyboard.press('j');
    await page.getByRole('heading', { level: 1, name: titles[1] ?? '' }).waitFor();
    await page.keyboard.press('k');
    await page.keyboard.press('k');
    await page.getByRole('heading', { level: 1, name: titles[2] ?? '' }).waitFor();
  });

  test('a name that turns the direction of reading does not turn the sentence it stands in', async () => {
    const world = bank();
    const ticket = another(world, 2, 'ATM \u202Exyz');
    const { url } = await serve(world);
    const page = await open();
    await page.goto(`${url}/incidents/${ticket.id}`);
    await page
      .getByRole('heading', { level: 1, name: '\u2068ATM \u202Exyz\u2069 does not answer' })
      .waitFor();
    await expect.poll(() => page.title()).toContain('\u2069 does not answer');
  });

  test('names as people and attackers write them stay text, on every page', async () => {
    const names = [
      '<script>window.hit = 1</script><img src=x onerror="window.hit = 1">',
      'A'.repeat(300),
      '🏧🔥 ATM 👩🏽‍💻',
      'فرع الرياض الرئيسي',
    ];
    const world = bank();
    const odd = names.map((name, place) => another(world, place, name));
    const [attack] = odd;
    if (!attack) throw new Error('no name');
    acknowledgedBy(attack, { ...colleague, name: '<b>Bayu</b>' }, '<script>window.hit = 1</script>');
    const { url } = await serve(world);
    for (const look of [{}, { width: 390, height: 844 }]) {
      const page = await open(look);
      for (const path of ['/', '/incidents', ...odd.map(({ id }) => `/incidents/${id}`)]) {
        await page.goto(url + path);
        await page.getByRole('heading', { level: 1 }).first().waitFor();
        await page.getByText(/\b/).first().waitFor();
        await expect.poll(() => page.locator('siaga-skeleton').count()).toBe(0);
        expect(await page.evaluate('window.hit')).toBeUndefined();
        const over = await page.evaluate<number>(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        expect(over, `${path} scrolls sideways`).toBeLessThanOrEqual(0);
      }
    }
  });

  describe('the list', () => {
    test('is filtered and sorted in its address', async () => {
      const world = bank();
      acknowledgedBy(first(world), colleague, 'Planned work');
      const { url, asked } = await serve(world);
      const page = await open();
      await page.goto(`${url}/incidents`);
      await page.locator('tbody tr').first().waitFor();
      await page.getByLabel('Acknowledged').selectOption('yes');
      await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
      expect(new URL(page.url()).searchParams.get('acknowledged')).toBe('yes');
      await page.getByText('Bayu Pratama').waitFor();
      await page.getByLabel('Acknowledged').selectOption('');
      await page.getByLabel('Show').selectOption('resolved');
      await expect.poll(() => page.locator('tbody').innerText()).toContain('Resolved');
      await page.getByRole('link', { name: 'Priority' }).click();
      await expect.poll(() => asked.at(-1)).toContain('sort=priority');
      expect(asked.at(-1)).toContain('status=resolved%2Cclosed');
      await page.getByLabel('Opened').selectOption('custom');
      await page.getByLabel('From').fill('2026-02-02');
      await page.getByLabel('To', { exact: true }).fill('2026-02-01');
      await page.getByRole('alert').filter({ hasText: 'The last day lies before the first.' }).waitFor();
      await page.reload();
      expect(await page.getByLabel('From').inputValue()).toBe('2026-02-02');
      await page.getByLabel('Title or number').fill('no such thing');
      await page.goto(`${url}/incidents?q=no+such+thing`);
      await page.getByText('No incident matches these filters.').waitFor();
      await page.getByRole('link', { name: 'Show all incidents' }).click();
      await expect.poll(() => page.locator('tbody tr').count()).toBe(world.tickets.length);
    });

    test('rows change where they stand, marked; the list waits until nobody points at it', async () => {
      const world = bank();
      const fixture = await serve(world);
      const page = await open();
      await page.goto(`${fixture.url}/incidents`);
      await page.locator('tbody tr').first().waitFor();
      const rows = page.locator('tbody th a');
      const before = await rows.allInnerTexts();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      expect(await focusedText(page)).toBe(before[1]);
      fixture.push(incidentEvent(another(world, 2)));
      acknowledgedBy(first(world), colleague, 'Planned work');
      fixture.push(incidentEvent(first(world)));
      await page.locator('tr.changed').getByText('Bayu Pratama').waitFor();
      expect(await rows.allInnerTexts()).toEqual(before);
      await page.getByRole('button', { name: 'The list has changed: show it anew' }).click();
      await expect.poll(() => rows.count()).toBe(4);
    });

    test('tells of an error with its code and tries again', async () => {
      const world = bank();
      let broken = true;
      const known = scriptOf(world);
      const { url } = await serve(world, (request) =>
        broken && request.path === '/tickets' ? failure(500, 'INTERNAL_SERVER_ERROR', 'x') : known(request),
      );
      const page = await open();
      await page.goto(`${url}/incidents`);
      await page.getByText('INTERNAL_SERVER_ERROR').waitFor();
      broken = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('tbody tr').first().waitFor();
    });
  });

  test('the story is told in words, of codes that are known and of others', async () => {
    const world = bank();
    const ticket = first(world);
    ticket.evidence = ticket.evidence && { ...ticket.evidence, reason: 'site-storm-rule' };
    ticket.history.push({
      id: 91,
      at: new Date().toISOString(),
      event: 'merged_into',
      actor: null,
      reason: 'brand-new-reason',
      changes: { priority: { from: 'medium', to: 'high' }, secret_field: { from: 1, to: 2 } },
    });
    const { url } = await serve(world);
    const page = await open({ language: 'id' });
    await page.goto(`${url}/incidents/${ticket.id}`);
    await page.locator('siaga-story').getByText('Prioritas: Sedang → Tinggi').waitFor();
    const text = await page.locator('siaga-incident-page').innerText();
    for (const code of ['site-storm', 'site storm', 'merged', 'brand-new', 'secret', ticket.description]) {
      expect(text).not.toContain(code);
    }
  });

  test('a device that is down is told with its incident', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const page = await open();
    await page.goto(`${fixture.url}/incidents/${ticket.id}`);
    const facts = page.locator('siaga-incident-facts');
    await facts.getByText('Down').waitFor();
    const about = world.devices.find(({ id }) => id === ticket.device_id);
    if (!about) throw new Error('the incident is about no device');
    fixture.push({
      name: 'device',
      data: { ...liveDevice(about), health: 'up', since: new Date().toISOString() },
    });
    await facts.getByText('Up', { exact: true }).waitFor();
    await facts.getByText('12 sec after the first failure').waitFor();
  });

  const looks: Look[] = [
    { language: 'en', theme: 'light' },
    { language: 'id', theme: 'dark' },
    { language: 'id', theme: 'light', width: 390, height: 844 },
    { language: 'en', theme: 'dark', width: 390, height: 844 },
  ];
  test.each(looks)('are accessible: $language, $theme, $width', async (look) => {
    const world = bank();
    const taken = another(world, 4);
    acknowledgedBy(taken, colleague, 'Planned work');
    const { url } = await serve(world);
    const page = await open(look);
    const found: string[] = [];
    const check = async (name: string): Promise<void> => {
      for (const finding of await axeFindings(page)) found.push(`${name}: ${finding}`);
    };
    await page.goto(url);
    await cards(page).first().waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.locator('siaga-acknowledge-form textarea').press('Enter');
    await check('board with an open form');
    await page.keyboard.press('Escape');
    for (const id of [taken.id, first(world).id]) {
      await page.goto(`${url}/incidents/${id}`);
      await page.locator('siaga-chart').first().waitFor();
      await check('incident');
    }
    await page.goto(`${url}/incidents?status=all&period=custom&from=2026-02-02&to=2026-02-01`);
    await page.locator('#period-fault').waitFor();
    await check('list, wrong period');
    await page.goto(`${url}/incidents?status=all`);
    await page.locator('tbody tr').first().waitFor();
    await check('list');
    expect(found).toEqual([]);
  });
});
