import type { TicketComment, TicketDetail, TicketHistoryEntry } from '@siaga/shared';

/** One thing that happened to an incident. */
export type StoryItem = { readonly id: string; readonly at: string; readonly isSystem: boolean } & (
  | { readonly kind: 'failed' }
  | { readonly kind: 'verdict'; readonly afterMs: number | undefined }
  | { readonly kind: 'history'; readonly entry: TicketHistoryEntry }
  | { readonly kind: 'comment'; readonly comment: TicketComment }
);

/** Several entries of the system in a row, folded. */
export interface StoryFold {
  readonly kind: 'fold';
  readonly id: string;
  readonly items: readonly StoryItem[];
}

const msOf = (iso: string | null): number | undefined => (iso === null ? undefined : Date.parse(iso));

/** What came first where two things carry the same time. */
const RANK: Readonly<Record<StoryItem['kind'], number>> = { failed: 0, verdict: 1, history: 2, comment: 3 };

/**
 * First failure, verdict, what people and the system did, what was said: in the order in which it happened. Entries of
 * the history that tell of a comment are left out, as the comment itself stands there.
 */
export const storyOf = (
  ticket: Pick<TicketDetail, 'first_failed_at' | 'detected_at' | 'history'>,
  comments: readonly TicketComment[],
): StoryItem[] => {
  const items: StoryItem[] = [];
  const failedAtMs = msOf(ticket.first_failed_at);
  const detectedAtMs = msOf(ticket.detected_at);
  if (ticket.first_failed_at !== null) {
    items.push({ id: 'failed', at: ticket.first_failed_at, isSystem: true, kind: 'failed' });
  }
  if (ticket.detected_at !== null) {
    const afterMs =
      failedAtMs === undefined || detectedAtMs === undefined ? undefined : detectedAtMs - failedAtMs;
    items.push({ id: 'verdict', at: ticket.detected_at, isSystem: true, kind: 'verdict', afterMs });
  }
  for (const entry of ticket.history) {
    if (entry.event.startsWith('comment')) continue;
    const isSystem = entry.actor === null;
    items.push({ id: `history-${entry.id}`, at: entry.at, isSystem, kind: 'history', entry });
  }
  for (const comment of comments) {
    items.push({
      id: `comment-${comment.id}`,
      at: comment.created_at,
      isSystem: comment.is_system_generated,
      kind: 'comment',
      comment,
    });
  }
  return items
    .map((item, place) => ({ item, place, atMs: Date.parse(item.at) }))
    .sort((a, b) => a.atMs - b.atMs || RANK[a.item.kind] - RANK[b.item.kind] || a.place - b.place)
    .map(({ item }) => item);
};

/** A run of the system's entries that is longer than this is folded between its first and its last. */
const RUN = 5;

/** Folds long runs of the system's entries: an incident that came and went all night stays readable. */
export const foldStory = (items: readonly StoryItem[]): (StoryItem | StoryFold)[] => {
  const folded: (StoryItem | StoryFold)[] = [];
  let run: StoryItem[] = [];
  const close = (): void => {
    const [first, last] = [run[0], run.at(-1)];
    if (run.length > RUN && first && last) {
      const inner = run.slice(1, -1);
      folded.push(first, { kind: 'fold', id: `fold-${inner[0]?.id ?? ''}`, items: inner }, last);
    } else folded.push(...run);
    run = [];
  };
  for (const item of items) {
    // How it began is the story's head: never folded.
    if (item.isSystem && item.kind !== 'failed' && item.kind !== 'verdict') run.push(item);
    else {
      close();
      folded.push(item);
    }
  }
  close();
  return folded;
};
