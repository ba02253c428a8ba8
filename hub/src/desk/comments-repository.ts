import { type Kysely, type Transaction } from 'kysely';
import type { Database } from '../platform/postgres/schema.js';

/** Comments of tickets: SQL only. */

/** A comment with its author as he is called now. */
export interface CommentRow {
  id: string;
  content: string;
  is_internal: boolean;
  is_system_generated: boolean;
  created_at: Date;
  author_id: string;
  author_name: string;
  author_email: string;
}

type Db = Kysely<Database>;

const comments = (db: Db) =>
  db
    .selectFrom('ticket_comments as c')
    .innerJoin('users as u', 'u.id', 'c.author_id')
    .select([
      'c.id',
      'c.content',
      'c.is_internal',
      'c.is_system_generated',
      'c.created_at',
      'c.author_id',
      'u.name as author_name',
      'u.email as author_email',
    ]);

/** One page, the oldest first. */
export const listComments = async (
  db: Db,
  ticketId: string,
  page: { offset: number; limit: number },
): Promise<{ rows: CommentRow[]; total: number }> => {
  const [rows, { total }] = await Promise.all([
    comments(db)
      .where('c.ticket_id', '=', ticketId)
      .orderBy('c.created_at')
      .orderBy('c.id')
      .limit(page.limit)
      .offset(page.offset)
      .execute(),
    db
      .selectFrom('ticket_comments')
      .select((select) => select.fn.countAll<number>().as('total'))
      .where('ticket_id', '=', ticketId)
      .executeTakeFirstOrThrow(),
  ]);
  return { rows, total };
};

/** The comment with this id, and the ticket it is on. */
export const findComment = (
  trx: Transaction<Database>,
  id: string,
): Promise<(CommentRow & { ticket_id: string }) | undefined> =>
  comments(trx).select('c.ticket_id').where('c.id', '=', id).executeTakeFirst();

/**
 * Answers undefined where a comment has this id, on whatever ticket; one that is being saved just now is waited for.
 */
export const insertComment = async (
  trx: Transaction<Database>,
  comment: {
    id: string;
    ticketId: string;
    authorId: string;
    content: string;
    isInternal: boolean;
    createdAt: Date;
  },
): Promise<CommentRow | undefined> => {
  const { numInsertedOrUpdatedRows: inserted } = await trx
    .insertInto('ticket_comments')
    .values({
      id: comment.id,
      ticket_id: comment.ticketId,
      author_id: comment.authorId,
      content: comment.content,
      is_internal: comment.isInternal,
      created_at: comment.createdAt,
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirstOrThrow();
  if (!inserted) return undefined;
  return comments(trx).where('c.id', '=', comment.id).executeTakeFirstOrThrow();
};
