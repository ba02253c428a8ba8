import type { TicketDetail } from '@siaga/shared';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { axeFindings, chromiumPath, launch, openPage, type Look } from '../support/browser.js';
import { startWebFixture, type WebFixture } from './web-fixture.js';
import {
  bank,
  colleague,
  incident,
  incidentEvent,
  liveDevice,
  scriptOf,
  snapshotOf,
  storm,
  type World,
} from './web-world.js';

const canRun = chromiumPath !== undefined || process.env['CI'] === 'true';

// As text: the content security policy lets the debugger evaluate it, and no polling helper.
const FOCUSED = `(() => {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active?.textContent?.trim() ?? '';
})()`;
const ICON = `document.querySelector('link[rel="icon"]').getAttribute('href')`;
const SPOKEN = `document.querySelector('siaga-app').shadowRoot.querySelector('siaga-announcer').shadowRoot.querySelector('[role=status]').textContent`;

let browser: Browser;
const fixtures: WebFixture[] = [];
const pages: Page[] = [];

const serve = async (world: World): Promise<WebFixture> => {
  const fixture = await startWebFixture(scriptOf(world), () => snapshotOf(world));
  fixtures.push(fixture);
  return fixture;
};
const open = async (look: Look = {}) => {
  const opened = await openPage(browser, { language: 'en', ...look });
  pages.push(opened.page);
  return opened;
};
const first = ({ tickets }: World): TicketDetail => {
  const [ticket] = tickets;
  if (!ticket) throw new Error('the made-up bank has no incident');
  return ticket;
};
/** Another incident about a device that is up so far. */
const another = (world: World, place: number, name?: string): TicketDetail => {
  const about = world.devices.filter(({ health }) => health === 'up')[place];
  const at = world.sites.find(({ id }) => id === about?.site_id);
  if (!about || !at) throw new Error('the made-up bank is too small');
  if (name !== undefined) about.name = name;
  const ticket = incident(700 + place, about, at, 14_000);
  world.tickets.push(ticket);
  return ticket;
};
const acknowledgedBy = (ticket: TicketDetail, person: typeof colleague, reason: string): void => {
  ticket.acknowledged_at = new Date(Date.now() - 5000).toISOString();
  ticket.acknowledged_by = person;
  ticket.acknowledge_reason = reason;
  ticket.updated_at = new Date().toISOString();
  ticket.history.push({
    id: 90,
    at: ticket.acknowledged_at,
    event: 'acknowledged',
    actor: person,
    reason,
    changes: {},
  });
};
const cards = (page: Page) => page.locator('siaga-incident-card');
const cardTitles = (page: Page): Promise<string[]> => page.locator('siaga-incident-card a').allInnerTexts();

describe.skipIf(!canRun)('incidents', () => {
  beforeAll(async () => {
    browser = await launch();
  });
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    for (const fixture of fixtures.splice(0)) await fixture.stop();
  });
  afterAll(async () => {
    await browser.close();
  });

  test('are acknowledged by keyboard alone, in Indonesian, and taken back', async () => {
    const world = bank();
    const { url, asked } = await serve(world);
    const { page, complaints } = await open({ language: 'id' });
    await page.goto(url);
    await cards(page).first().waitFor();
    const titles = await cardTitles(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await page.evaluate(FOCUSED)).toBe(titles[0]);
    await page.keyboard.press('a');
    await page.getByRole('textbox', { name: 'Alasan, atau siapa yang menangani' }).waitFor();
    // Letters typed into the form are no commands.
    await page.keyboard.type('jack dihubungi');
    await page.keyboard.press('Enter');
    await page.getByText('Diakui oleh Dewi Lestari').first().waitFor();
    expect(
      world.tickets.filter(({ acknowledge_reason }) => acknowledge_reason === 'jack dihubungi'),
    ).toHaveLength(1);
    await expect.poll(() => page.evaluate(FOCUSED)).toBe(titles[0]);
    await expect.poll(() => page.title()).toMatch(/^\(2\) /);
    expect(asked.filter((line) => line.endsWith('/acknowledge'))).toHaveLength(1);
    await page.getByRole('button', { name: 'Tarik kembali' }).first().press('Enter');
    await expect
      .poll(() => world.tickets.every(({ acknowledged_at }) => acknowledged_at === null))
      .toBe(true);
    await expect.poll(() => page.title()).toMatch(/^\(3\) /);
    expect(complaints).toEqual([]);
  });

  test('a reason is wanted, may be chosen, and is not too long', async () => {
    const world = bank();
    const { url, asked } = await serve(world);
    const { page, complaints } = await open();
    await page.goto(url);
    await cards(page).first().getByRole('button', { name: 'Acknowledge' }).click();
    const text = page.getByRole('textbox', { name: 'Reason, or who is on it' });
    await text.press('Enter');
    await page.getByText('This is needed.').waitFor();
    await text.fill('👍'.repeat(501));
    await text.press('Enter');
    await page.getByText('One character too many; at most 500.').waitFor();
    await text.fill('');
    await page.getByRole('button', { name: 'Provider fault' }).click();
    await page.getByRole('button', { name: 'Power cut known' }).click();
    expect(await text.inputValue()).toBe('Power cut known');
    await page.keyboard.press('Escape');
    expect(await text.count()).toBe(0);
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([]);
    // What was written before Escape is not lost.
    await cards(page).first().getByRole('button', { name: 'Acknowledge (draft)' }).click();
    expect(await text.inputValue()).toBe('Power cut known');
    await page.keyboard.press('Enter');
    await page.getByText('Power cut known').first().waitFor();
    await expect
      .poll(() => world.tickets.map(({ acknowledge_reason: one }) => one))
      .toContain('Power cut known');
    expect(complaints).toEqual([]);
  });

  test('two tabs at the same one: the slower is told by whom and why, and sends none', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/incidents/${ticket.id}`);
    await page.getByText('Nobody has taken note of it yet.').waitFor();
    await page.keyboard.press('a');
    const text = page.getByRole('textbox', { name: 'Reason, or who is on it' });
    await text.fill('I am calling the branch');
    acknowledgedBy(ticket, colleague, 'Power cut known');
    fixture.push(incidentEvent(ticket));
    await page.getByText(/^Bayu Pratama acknowledged it \d+ seconds ago: Power cut known$/).waitFor();
    await page.keyboard.press('Enter');
    expect(fixture.asked.filter((line) => line.endsWith('/acknowledge'))).toEqual([]);
    expect(await axeFindings(page)).toEqual([]);
    // The words are of use all the same.
    await page.getByRole('button', { name: 'Send as a comment' }).click();
    await page.locator('siaga-story').getByText('I am calling the branch').waitFor();
    await page.getByText('Acknowledged by Bayu Pratama').first().waitFor();
    expect(complaints).toEqual([]);
  });

  test('the refusal of the hub is told in the same words where the feed was slower', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const { page, complaints } = await open();
    await page.goto(fixture.url);
    await page
      .locator('siaga-incident-card', { hasText: ticket.ticket_number })
      .getByRole('button', { name: 'Acknowledge' })
      .click();
    await page.keyboard.type('On it');
    acknowledgedBy(ticket, colleague, 'Field team informed');
    await page.keyboard.press('Enter');
    await page.getByText(/^Bayu Pratama acknowledged it \d+ seconds ago: Field team informed$/).waitFor();
    expect(fixture.asked.filter((line) => line.endsWith('/acknowledge'))).toHaveLength(1);
    expect(await page.getByText('RESOURCE_CONFLICT').count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await page.getByText('Acknowledged by Bayu Pratama').waitFor();
    expect(complaints).toEqual([]);
  });

  test('an incident that recovers under an open form says so', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const { page, complaints } = await open();
    await page.goto(fixture.url);
    await page
      .locator('siaga-incident-card', { hasText: ticket.ticket_number })
      .getByRole('button', { name: 'Acknowledge' })
      .click();
    await page.keyboard.type('half');
    ticket.status = 'resolved';
    ticket.updated_at = ticket.resolved_at = new Date().toISOString();
    fixture.push(incidentEvent(ticket));
    await page.getByText('It has recovered meanwhile: there is nothing left to acknowledge.').waitFor();
    await page.keyboard.press('Enter');
    expect(fixture.asked.filter((line) => line.startsWith('POST'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test("a comment's draft survives a reload and the end of the session, and is sent once", async () => {
    const world = bank();
    const ticket = first(world);
    const { url, asked } = await serve(world);
    const { page, complaints } = await open();
    await page.goto(`${url}/incidents/${ticket.id}`);
    const text = page.getByRole('textbox', { name: 'Comment' });
    await text.waitFor();
    await page.keyboard.press('c');
    await page.keyboard.type('The branch says: ');
    await page.reload();
    await text.waitFor();
    expect(await text.inputValue()).toBe('The branch says: ');
    await page.keyboard.press('c');
    await page.keyboard.type('no power.\nUPS <b>empty</b>');
    world.signedIn = false;
    await page.keyboard.press('Control+Enter');
    await page.getByText('Your session has ended, Dewi Lestari').waitFor();
    await page.getByLabel('Password').fill('right-password');
    await page.keyboard.press('Enter');
    await page.locator('siaga-story').getByText('The branch says: no power.').waitFor();
    expect(world.comments.get(ticket.id)?.map(({ content }) => content)).toContain(
      'The branch says: no power.\nUPS <b>empty</b>',
    );
    await expect.poll(() => text.inputValue()).toBe('');
    expect(asked.filter((line) => line === `POST /tickets/${ticket.id}/comments`)).toHaveLength(2);
    await page.reload();
    await text.waitFor();
    expect(await text.inputValue()).toBe('');
    expect(complaints).toEqual([]);
  });

  test('what is typed keeps its place when others comment meanwhile', async () => {
    const world = bank();
    const ticket = first(world);
    const fixture = await serve(world);
    const { page, complaints } = await open();
    await page.goto(`${fixture.url}/incidents/${ticket.id}`);
    const text = page.getByRole('textbox', { name: 'Comment' });
    await text.waitFor();
    await page.keyboard.press('c');
    await page.keyboard.type('half a ');
    const said = {
      id: '00000005-0000-4000-8000-000000000999',
      content: 'Technician is on the way',
      is_internal: false,
      is_system_generated: false,
      user: colleague,
      attachments: [],
      created_at: new Date().toISOString(),
    };
    world.comments.set(ticket.id, [...(world.comments.get(ticket.id) ?? []), said]);
    ticket.updated_at = new Date().toISOString();
    fixture.push(incidentEvent(ticket));
    await page.locator('siaga-story').getByText('Technician is on the way').waitFor();
    await page.keyboard.type('sentence');
    expect(await text.inputValue()).toBe('half a sentence');
    expect(complaints).toEqual([]);
  });

  test('title and icon count what nobody acknowledged', async () => {
    const world = bank();
    const fixture = await serve(world);
    const { page, complaints } = await open();
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
    expect(complaints).toEqual([]);
  });

  test('the sound is off by default, and the browser remembers that it was switched on', async () => {
    const world = bank();
    const fixture = await serve(world);
    const { page, complaints } = await open();
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
    expect(complaints.filter((line) => !line.includes('AudioContext'))).toEqual([]);
  });

  test('a burst is announced in one sentence', async () => {
    const world = bank();
    const fixture = await serve(world);
    const { page, complaints } = await open();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    const one = another(world, 1);
    fixture.push(incidentEvent(one));
    await expect.poll(() => page.evaluate<string>(SPOKEN)).toContain('New incident: ');
    for (let place = 2; place < 12; place += 1) {
      fixture.push(incidentEvent(another(world, place)));
      await page.waitForTimeout(60);
    }
    await expect
      .poll(() => page.evaluate<string>(SPOKEN), { timeout: 15_000 })
      .toContain('10 new incidents.');
    expect(complaints).toEqual([]);
  });

  test("a colleague's acknowledgement is announced where one stands on it, and nowhere else", async () => {
    const world = bank();
    const fixture = await serve(world);
    const { page, complaints } = await open();
    await page.goto(fixture.url);
    await cards(page).first().waitFor();
    await page.keyboard.press('j');
    const open_ = world.tickets.filter(({ status }) => status === 'new');
    const focused = await page.evaluate<string>(FOCUSED);
    const mine = open_.find(({ title }) => title === focused);
    const other = open_.find(({ title }) => title !== focused);
    if (!mine || !other) throw new Error('no incident has the focus');
    acknowledgedBy(other, colleague, 'elsewhere');
    fixture.push(incidentEvent(other));
    await page.getByText('Acknowledged by Bayu Pratama').waitFor();
    expect(await page.evaluate<string>(SPOKEN)).not.toContain('elsewhere');
    acknowledgedBy(mine, colleague, 'here');
    fixture.push(incidentEvent(mine));
    await expect.poll(() => page.evaluate<string>(SPOKEN)).toContain('Bayu Pratama acknowledged it: here');
    expect(complaints).toEqual([]);
  });

  test('rows stay where they are under the pointer, and find their order when it leaves', async () => {
    const world = bank();
    const fixture = await serve(world);
    const { page, complaints } = await open();
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
    expect(complaints).toEqual([]);
  });

  test('who lacks the right is offered nothing and told why', async () => {
    const world = bank();
    world.user = { ...world.user, permissions: ['monitoring:read', 'tickets:read'] };
    const { url, asked } = await serve(world);
    const { page, complaints } = await open();
    await page.goto(url);
    await page.getByText(/take the right “tickets:write”/).waitFor();
    expect(await page.getByRole('button', { name: 'Acknowledge' }).count()).toBe(0);
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await page.goto(`${url}/incidents/${first(world).id}`);
    await page.getByText(/Acknowledging takes the right “tickets:write”/).waitFor();
    await page.getByText(/Commenting takes the right “tickets:write”/).waitFor();
    expect(await page.getByRole('textbox').count()).toBe(0);
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test('a storm: seven stand on a small screen at once, and the rail counts those that want a hand', async () => {
    const world = storm();
    const { url } = await serve(world);
    const { page, complaints } = await open({ width: 1366, height: 768 });
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
    expect(complaints).toEqual([]);
  });

  test('a phone shows the three worst until one asks for all, and goes on with a form that stands open', async () => {
    const world = storm();
    const { url } = await serve(world);
    const { page, complaints } = await open({ width: 390, height: 844 });
    await page.goto(url);
    await cards(page).first().waitFor();
    expect(await cards(page).count()).toBe(3);
    await page.getByRole('button', { name: `All ${world.tickets.length}` }).click();
    await expect.poll(() => cards(page).count()).toBe(50);
    await cards(page).nth(5).getByRole('button', { name: 'Comment' }).click();
    await page.getByRole('button', { name: 'Only the worst' }).click();
    await cards(page).nth(5).getByRole('textbox').waitFor();
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
  });

  test('the page steps through the open ones by key', async () => {
    const world = bank();
    const { url } = await serve(world);
    const { page, complaints } = await open();
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
    expect(complaints).toEqual([]);
  });

  test('a name that turns the direction of reading does not turn the sentence it stands in', async () => {
    const world = bank();
    const ticket = another(world, 2, 'ATM \u202Exyz');
    const { url } = await serve(world);
    const { page, complaints } = await open();
    await page.goto(`${url}/incidents/${ticket.id}`);
    await page
      .getByRole('heading', { level: 1, name: '\u2068ATM \u202Exyz\u2069 does not answer' })
      .waitFor();
    await expect.poll(() => page.title()).toContain('\u2069 does not answer');
    expect(complaints).toEqual([]);
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
      const { page, complaints } = await open(look);
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
      expect(complaints).toEqual([]);
    }
  });

  describe('the list', () => {
    test('is filtered and sorted in its address', async () => {
      const world = bank();
      acknowledgedBy(first(world), colleague, 'Planned work');
      const { url, asked } = await serve(world);
      const { page, complaints } = await open();
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
      expect(complaints).toEqual([]);
    });

    test('rows change where they stand, marked; the list waits until nobody points at it', async () => {
      const world = bank();
      const fixture = await serve(world);
      const { page, complaints } = await open();
      await page.goto(`${fixture.url}/incidents`);
      await page.locator('tbody tr').first().waitFor();
      const rows = page.locator('tbody th a');
      const before = await rows.allInnerTexts();
      await page.keyboard.press('j');
      await page.keyboard.press('j');
      expect(await page.evaluate(FOCUSED)).toBe(before[1]);
      fixture.push(incidentEvent(another(world, 2)));
      acknowledgedBy(first(world), colleague, 'Planned work');
      fixture.push(incidentEvent(first(world)));
      await page.locator('tr.changed').getByText('Bayu Pratama').waitFor();
      expect(await rows.allInnerTexts()).toEqual(before);
      await page.getByRole('button', { name: 'The list has changed: show it anew' }).click();
      await expect.poll(() => rows.count()).toBe(4);
      expect(complaints).toEqual([]);
    });

    test('tells of an error with its code and tries again', async () => {
      const world = bank();
      let broken = true;
      const known = scriptOf(world);
      const fixture = await startWebFixture(
        (request) =>
          broken && request.path === '/tickets'
            ? {
                status: 500,
                body: { success: false, error: { code: 'INTERNAL_SERVER_ERROR', message: 'x' } },
              }
            : known(request),
        () => snapshotOf(world),
      );
      fixtures.push(fixture);
      const { page, complaints } = await open();
      await page.goto(`${fixture.url}/incidents`);
      await page.getByText('INTERNAL_SERVER_ERROR').waitFor();
      broken = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.locator('tbody tr').first().waitFor();
      expect(complaints).toEqual([]);
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
    const { page, complaints } = await open({ language: 'id' });
    await page.goto(`${url}/incidents/${ticket.id}`);
    await page.locator('siaga-story').getByText('Prioritas: Sedang → Tinggi').waitFor();
    const text = await page.locator('siaga-incident-page').innerText();
    for (const code of ['site-storm', 'site storm', 'merged', 'brand-new', 'secret', ticket.description]) {
      expect(text).not.toContain(code);
    }
    expect(complaints).toEqual([]);
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
    const { page, complaints } = await open(look);
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
    expect(complaints).toEqual([]);
  });

  test('a device that is down is told with its incident', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const { page, complaints } = await open();
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
    expect(complaints).toEqual([]);
  });
});
