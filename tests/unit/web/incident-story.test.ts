import type { TicketComment, TicketDetail, TicketHistoryEntry } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { foldStory, storyOf } from '../../../web/src/incidents/story.js';
import { changesWords, entryReason, evidenceWords } from '../../../web/src/incidents/story-words.js';
import { lengthOf } from '../../../web/src/incidents/text-length.js';
import { at, person } from './tickets.js';

describe('the story', () => {
  const entry = (
    id: number,
    minute: number,
    event: string,
    more: Partial<TicketHistoryEntry> = {},
  ): TicketHistoryEntry => ({
    id,
    at: at(minute),
    event,
    actor: null,
    reason: null,
    changes: {},
    ...more,
  });
  const comment = (id: string, minute: number, more: Partial<TicketComment> = {}): TicketComment => ({
    id,
    content: 'text',
    is_internal: false,
    is_system_generated: false,
    user: person,
    attachments: [],
    created_at: at(minute),
    ...more,
  });
  const detail = (
    history: TicketHistoryEntry[],
  ): Pick<TicketDetail, 'first_failed_at' | 'detected_at' | 'history'> => ({
    first_failed_at: at(0),
    detected_at: at(1),
    history,
  });

  test('is one list in the order of time, the cause before its effect where both carry the same one', () => {
    const story = storyOf(
      detail([
        entry(2, 5, 'acknowledged', { actor: person }),
        entry(1, 1, 'opened'),
        entry(3, 9, 'resolved'),
      ]),
      [comment('b', 7), comment('a', 5)],
    );
    expect(story.map(({ id }) => id)).toEqual([
      'failed',
      'verdict',
      'history-1',
      'history-2',
      'comment-a',
      'comment-b',
      'history-3',
    ]);
    expect(story[1]).toMatchObject({ kind: 'verdict', afterMs: 60_000 });
    expect(story.map(({ isSystem }) => isSystem)).toEqual([true, true, true, false, false, false, true]);
  });

  test('tells of a comment once', () => {
    const story = storyOf(detail([entry(4, 7, 'commented', { actor: person })]), [comment('a', 7)]);
    expect(story.filter(({ kind }) => kind === 'history')).toEqual([]);
  });

  test('of a ticket that a person opened has no verdict', () => {
    const story = storyOf({ first_failed_at: null, detected_at: null, history: [entry(1, 1, 'opened')] }, []);
    expect(story.map(({ id }) => id)).toEqual(['history-1']);
  });

  test('folds what the system did all night, but neither its ends nor what people said', () => {
    const night = Array.from({ length: 20 }, (_, n) => entry(n + 1, n + 2, n % 2 ? 'resolved' : 'reopened'));
    const folded = foldStory(storyOf(detail(night), [comment('a', 50)]));
    expect(folded.map(({ id, kind }) => (kind === 'fold' ? kind : id))).toEqual([
      'failed',
      'verdict',
      'history-1',
      'fold',
      'history-20',
      'comment-a',
    ]);
    const fold = folded.find(({ kind }) => kind === 'fold');
    expect(fold && 'items' in fold && fold.items.length).toBe(18);
    const short = storyOf(detail(night.slice(0, 5)), []);
    expect(foldStory(short)).toEqual(short);
  });

  test('never shows a code, and shows what people wrote as they wrote it', () => {
    expect(entryReason(entry(1, 1, 'x', { reason: 'three-cycles-good' }), 'en')).toBe(
      '3 probe cycles in a row were answered again.',
    );
    for (const code of ['brand-new-rule', 'site_storm', 'flapping']) {
      expect(entryReason(entry(1, 1, 'x', { reason: code }), 'en')).not.toContain(code);
    }
    expect(entryReason(entry(1, 1, 'x', { reason: 'padam', actor: person }), 'en')).toBe('padam');
    expect(entryReason(entry(1, 1, 'x'), 'en')).toBeUndefined();
    expect(
      changesWords(
        entry(1, 1, 'x', {
          changes: {
            status: { from: 'new', to: 'in_progress' },
            priority: { from: 'urgent', to: 'high' },
            some_internal_field: { from: 1, to: 2 },
          },
        }),
      ),
    ).toEqual(['Status: New → In progress', 'Priority: another one → High']);
    const evidence = {
      device: {},
      site: {},
      reason: 'half-the-site-failed',
      cycles: [],
    } as unknown as Parameters<typeof evidenceWords>[0];
    expect(evidenceWords(evidence, 'en')).not.toContain('half-the-site');
  });

  test('counts characters as the hub does', () => {
    expect(lengthOf('a👍🏽é')).toBe(4);
    expect(lengthOf('👍'.repeat(500))).toBe(500);
  });
});
