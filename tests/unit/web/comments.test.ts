import type { TicketComment } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { readComments } from '../../../web/src/incidents/actions.js';
import { createDrafts } from '../../../web/src/incidents/drafts.js';

describe('comments', () => {
  test('full pages that are known are not asked for again', async () => {
    const all = Array.from({ length: 450 }, (_, n) => ({ id: `c${n}` }) as TicketComment);
    const asked: number[] = [];
    const api = {
      list: (_path: string, query: { page: number; per_page: number }) => {
        asked.push(query.page);
        const items = all.slice((query.page - 1) * query.per_page, query.page * query.per_page);
        return Promise.resolve({ items, pagination: { has_next: query.page * query.per_page < all.length } });
      },
    };
    const needs = { api } as unknown as Parameters<typeof readComments>[0];
    const first = await readComments(needs, 't', []);
    expect(first).toEqual(all);
    all.push({ id: 'new' } as TicketComment);
    asked.length = 0;
    expect(await readComments(needs, 't', first)).toEqual(all);
    expect(asked).toEqual([3]);
  });
});

describe('drafts', () => {
  const storage = (): Storage => {
    const kept = new Map<string, string>();
    return {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    } as unknown as Storage;
  };
  const place = { kind: 'comment', userId: 'u1', ticketId: 't1' } as const;

  test('outlive the page, belong to one person, one ticket and one form', () => {
    const tab = storage();
    createDrafts(() => tab).keep(place, 'half a sent');
    const after = createDrafts(() => tab);
    expect(after.read(place)).toBe('half a sent');
    expect(after.read({ ...place, userId: 'u2' })).toBe('');
    expect(after.read({ ...place, ticketId: 't2' })).toBe('');
    expect(after.read({ ...place, kind: 'acknowledge' })).toBe('');
    after.drop(place);
    expect(createDrafts(() => tab).read(place)).toBe('');
  });

  test('of blanks are none', () => {
    const tab = storage();
    const drafts = createDrafts(() => tab);
    drafts.keep(place, 'words');
    drafts.keep(place, ' \n ');
    expect(drafts.read(place)).toBe('');
  });

  test('live as long as the page where storage is forbidden', () => {
    const drafts = createDrafts(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    drafts.keep(place, 'words');
    expect(drafts.read(place)).toBe('words');
    drafts.drop(place);
    expect(drafts.read(place)).toBe('');
  });

  test('remember which form stood open', () => {
    const tab = storage();
    createDrafts(() => tab).setOpenForm('u1', { kind: 'acknowledge', ticketId: 't1' });
    expect(createDrafts(() => tab).openForm('u1')).toEqual({ kind: 'acknowledge', ticketId: 't1' });
    expect(createDrafts(() => tab).openForm('u2')).toBeUndefined();
    createDrafts(() => tab).setOpenForm('u1', undefined);
    expect(createDrafts(() => tab).openForm('u1')).toBeUndefined();
  });
});
