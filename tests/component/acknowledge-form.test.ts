import { expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createNotices } from '../../web/src/app/notices.js';
import { createObservable } from '../../web/src/app/observable.js';
import { SiagaAcknowledgeForm } from '../../web/src/incidents/siaga-acknowledge-form.js';
import { bank, colleague, summaryOf, user } from '../e2e/world/index.js';
import { inside, openStage, textOf } from './stage.js';

test('a reason that came too late is sent as one comment, however often one presses', async () => {
  const [incident] = bank().tickets;
  if (!incident) throw new Error('the world has no incident');
  const ticket = {
    ...summaryOf(incident),
    status: 'new' as const,
    acknowledged_at: null,
    acknowledged_by: null,
  };
  const sent: unknown[] = [];
  let finish = (): void => undefined;
  const stage = openStage();
  Object.assign(stage.services, {
    notices: createNotices(),
    session: { state: createObservable({ phase: 'signed-in', user }) },
    api: {
      send: (_method: string, _path: string, body: unknown) => {
        sent.push(body);
        return new Promise((resolve) => (finish = () => resolve({})));
      },
    },
  });
  const form = new SiagaAcknowledgeForm();
  form.ticket = ticket;
  await stage.put(form);
  await userEvent.fill(inside(form, 'textarea'), 'Field team informed');
  form.ticket = {
    ...ticket,
    status: 'assigned',
    acknowledged_at: '2026-03-01T01:59:00.000Z',
    acknowledged_by: colleague,
    acknowledge_reason: 'mine',
  };
  await form.updateComplete;
  const button = inside<HTMLElement>(form, 'wa-button');
  expect(button.textContent.trim()).toBe('Send as a comment');
  button.click();
  button.click();
  await form.updateComplete;
  button.click();
  expect(sent).toEqual([{ id: expect.any(String) as string, content: 'Field team informed' }]);
  finish();
  await expect.poll(() => textOf(form)).not.toContain('Send as a comment');
  expect(sent).toHaveLength(1);
});

test('a reason of which nothing can be seen is not sent', async () => {
  const [incident] = bank().tickets;
  if (!incident) throw new Error('the world has no incident');
  const sent: unknown[] = [];
  const stage = openStage();
  Object.assign(stage.services, {
    session: { state: createObservable({ phase: 'signed-in', user }) },
    api: { send: (...call: unknown[]) => Promise.resolve(sent.push(call)) },
  });
  const form = new SiagaAcknowledgeForm();
  form.ticket = { ...summaryOf(incident), status: 'new', acknowledged_at: null, acknowledged_by: null };
  await stage.put(form);
  await userEvent.fill(inside(form, 'textarea'), '\u200b\u2060\u00ad ');
  inside<HTMLElement>(form, 'wa-button[type=submit]').click();
  await expect.poll(() => textOf(form)).toContain('This is needed.');
  expect(sent).toEqual([]);
});
