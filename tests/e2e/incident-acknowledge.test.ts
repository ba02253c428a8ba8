import { expect, test } from 'vitest';
import { axeFindings } from '../support/browser.js';
import { focusedText } from '../support/focus-order.js';
import { acknowledgedBy, cards, cardTitles, first } from './incident-world.js';
import { describePages, open, serve } from './web-page.js';
import { bank, colleague, incidentEvent } from './web-world.js';

describePages('incidents', () => {
  test('are acknowledged by keyboard alone, in Indonesian, and taken back', async () => {
    const world = bank();
    const { url, asked } = await serve(world);
    const page = await open({ language: 'id' });
    await page.goto(url);
    await cards(page).first().waitFor();
    const titles = await cardTitles(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('k');
    expect(await focusedText(page)).toBe(titles[0]);
    await page.keyboard.press('a');
    await page.getByRole('textbox', { name: 'Alasan, atau siapa yang menangani' }).waitFor();
    // Letters typed into the form are no commands.
    await page.keyboard.type('jack dihubungi');
    await page.keyboard.press('Enter');
    await page.getByText('Diakui oleh Dewi Lestari').first().waitFor();
    expect(
      world.tickets.filter(({ acknowledge_reason }) => acknowledge_reason === 'jack dihubungi'),
    ).toHaveLength(1);
    await expect.poll(() => focusedText(page)).toBe(titles[0]);
    await expect.poll(() => page.title()).toMatch(/^\(2\) /);
    expect(asked.filter((line) => line.endsWith('/acknowledge'))).toHaveLength(1);
    await page.getByRole('button', { name: 'Tarik kembali' }).first().press('Enter');
    await expect
      .poll(() => world.tickets.every(({ acknowledged_at }) => acknowledged_at === null))
      .toBe(true);
    await expect.poll(() => page.title()).toMatch(/^\(3\) /);
  });

  test('a reason is wanted, may be chosen, and is not too long', async () => {
    const world = bank();
    const { url, asked } = await serve(world);
    const page = await open();
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
  });

  test('two tabs at the same one: the slower is told by whom and why, and sends none', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const page = await open();
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
  });

  test('the refusal of the hub is told in the same words where the feed was slower', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const page = await open();
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
  });

  test('an incident that recovers under an open form says so', async () => {
    const world = bank();
    const fixture = await serve(world);
    const ticket = first(world);
    const page = await open();
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
  });

  test("a comment's draft survives a reload and the end of the session, and is sent once", async () => {
    const world = bank();
    const ticket = first(world);
    const { url, asked } = await serve(world);
    const page = await open();
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
  });

  test('what is typed keeps its place when others comment meanwhile', async () => {
    const world = bank();
    const ticket = first(world);
    const fixture = await serve(world);
    const page = await open();
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
  });

  test('who lacks the right is offered nothing and told why', async () => {
    const world = bank();
    world.user = { ...world.user, permissions: ['monitoring:read', 'tickets:read'] };
    const { url, asked } = await serve(world);
    const page = await open();
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
  });
});
