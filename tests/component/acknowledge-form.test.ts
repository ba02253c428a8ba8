import { describe, expect, test } from 'vitest';
import { userEvent } from 'vitest/browser';
import { createNotices } from '../../web/src/app/notices.js';
import { createObservable } from '../../web/src/app/observable.js';
import { SiagaAcknowledgeForm } from '../../web/src/incidents/siaga-acknowledge-form.js';
import { bank, colleague, summaryOf, user } from '../e2e/world/index.js';
import { ApiError } from '../../web/src/http/api-error.js';
import { SiagaCommentForm } from '../../web/src/incidents/siaga-comment-form.js';
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

describe('what got no answer', () => {
  const NO_ANSWER = new ApiError('UNREACHABLE', 0, '').ofChange();

  const show = async <T extends SiagaAcknowledgeForm | SiagaCommentForm>(
    form: T,
    language: 'en' | 'id' = 'en',
  ): Promise<{ form: T; bodies: unknown[]; submit: () => void }> => {
    const [incident] = bank().tickets;
    if (!incident) throw new Error('the world has no incident');
    const bodies: unknown[] = [];
    const stage = openStage(language);
    Object.assign(stage.services, {
      notices: createNotices(),
      session: { state: createObservable({ phase: 'signed-in', user }) },
      api: {
        send: (_method: string, _path: string, body: unknown) => {
          bodies.push(body);
          return bodies.length === 1 ? Promise.reject(NO_ANSWER) : Promise.resolve({});
        },
      },
    });
    form.ticket = { ...summaryOf(incident), status: 'new', acknowledged_at: null, acknowledged_by: null };
    await stage.put(form);
    await userEvent.fill(inside(form, 'textarea'), 'Field team informed');
    const submit = (): void => inside<HTMLFormElement>(form, 'form').requestSubmit();
    submit();
    await expect.poll(() => form.shadowRoot?.querySelector('[role=alert]')).toBeTruthy();
    return { form, bodies, submit };
  };

  test('a comment may be sent once more, and is: as the same one', async () => {
    const { form, bodies, submit } = await show(new SiagaCommentForm());
    expect(textOf(form)).toContain('it is not known whether the comment was saved. Send it once more');
    submit();
    await expect.poll(() => bodies.length).toBe(2);
    expect(bodies[1]).toEqual(bodies[0]);
    const { form: indonesian } = await show(new SiagaCommentForm(), 'id');
    expect(textOf(indonesian)).toContain('Kirim sekali lagi');
  });

  test('an acknowledgement is looked for, and known as mine when the feed brings it', async () => {
    const { form } = await show(new SiagaAcknowledgeForm());
    expect(textOf(form)).toContain('Reload the page to see whether it is acknowledged');
    form.ticket = {
      ...form.ticket,
      status: 'assigned',
      acknowledged_at: '2026-03-01T01:59:00.000Z',
      acknowledged_by: { id: user.id, name: user.name, email: user.email },
      acknowledge_reason: 'Field team informed',
    };
    await form.updateComplete;
    expect(textOf(form)).toContain('It was saved after all: you acknowledged it');
    expect(textOf(form)).not.toContain('Send as a comment');
  });
});
