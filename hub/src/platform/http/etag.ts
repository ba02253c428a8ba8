import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DomainError, type IfMatch } from '../../errors.js';

/**
 * Entity tags of answers (RFC 9110 §8.8.3): `"<revision>.<hash>"`, or `"<hash>"` of what has no revision. The hash is
 * of the answer's data, for caches (`If-None-Match`): figures change without anybody's doing. The revision alone
 * decides whether a change may be made (`If-Match`).
 */

/**
 * Where an answer's revision comes from: `updated_at` of its data; `revision` that the handler puts into the request;
 * or nowhere, as of lists (`content`).
 */
export type EtagKind = 'content' | 'updated_at' | 'revision';

export interface EntityTag {
  isWeak: boolean;
  /** What is between the quotes. */
  opaque: string;
}

/** `W/"…"` or `"…"`, then the list's comma or its end. Sticky, so that reading takes one pass. */
const ENTITY_TAG = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)")?[ \t]*(,|$)/y;

/** Reads `If-Match` or `If-None-Match`; undefined where it is neither `*` nor a list with a tag in it. */
export const parseEntityTags = (text: string): '*' | EntityTag[] | undefined => {
  if (text.trim() === '*') return '*';
  const tags: EntityTag[] = [];
  for (let at = 0; at <= text.length;) {
    ENTITY_TAG.lastIndex = at;
    const match = ENTITY_TAG.exec(text);
    if (!match) return undefined;
    // An empty element is nothing (RFC 9110 §5.6.1.2).
    if (match[2] !== undefined) tags.push({ isWeak: match[1] !== undefined, opaque: match[2] });
    if (match[3] === '') break;
    at = ENTITY_TAG.lastIndex;
  }
  return tags.length > 0 ? tags : undefined;
};

const HASH_BYTES = 16;
const REVISED = /^(\d{1,16})\.[\w-]{22}$/;

/** The tag of data, quotes included. */
export const entityTagOf = (data: unknown, revision: number | undefined): string => {
  const hash = createHash('sha256')
    .update(JSON.stringify(data) ?? '')
    .digest()
    .subarray(0, HASH_BYTES);
  return `"${revision === undefined ? '' : `${revision}.`}${hash.toString('base64url')}"`;
};

/** Whether a cache that sent this `If-None-Match` has what the tag names: weak comparison (RFC 9110 §13.1.2). */
export const isKnown = (ifNoneMatch: string, tag: string): boolean => {
  const tags = parseEntityTags(ifNoneMatch);
  // What cannot be read asks for nothing: the whole answer is right in any case.
  if (tags === undefined || tags === '*') return tags === '*';
  return tags.some(({ opaque }) => `"${opaque}"` === tag);
};

/**
 * The revisions that an `If-Match` lets its caller change; undefined for `*`. Tags of ours without a revision, and
 * others', match nothing. A weak one counts: proxies that compress weaken tags, and the revision in it is exact.
 * Throws MALFORMED_REQUEST.
 */
export const ifMatchOf = (text: string): IfMatch => {
  const tags = parseEntityTags(text);
  if (tags === undefined)
    throw new DomainError('MALFORMED_REQUEST', {
      message: 'If-Match must be *, or entity tags in double quotes joined by commas',
    });
  if (tags === '*') return undefined;
  return tags.flatMap(({ opaque }) => {
    const revision = REVISED.exec(opaque)?.[1];
    return revision === undefined ? [] : [Number(revision)];
  });
};

/** The revision that an answer's tag carries. */
export const revisionOf = (request: FastifyRequest, data: unknown): number | undefined => {
  switch (request.routeOptions.config.etag) {
    case 'revision':
      return request.revision ?? undefined;
    case 'updated_at':
      return Date.parse((data as { updated_at: string }).updated_at);
    default:
      return undefined;
  }
};

/**
 * Sends the tag of an answer, and 304 instead of it where the caller has it already. Such answers may be kept by the
 * caller's own cache, which has to ask each time.
 */
export const sendEntityTag = (
  request: FastifyRequest,
  reply: FastifyReply,
  content: unknown,
  revision: number | undefined,
): void => {
  const tag = entityTagOf(content, revision);
  reply.header('etag', tag);
  if (request.method !== 'GET' && request.method !== 'HEAD') return;
  reply.header('cache-control', 'private, no-cache');
  const known = request.headers['if-none-match'];
  if (known !== undefined && isKnown(known, tag)) {
    request.isNotModified = true;
    reply.code(304);
  }
};

/** The body of a 304, which is none. */
export const bodyOf = (request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown => {
  if (!request.isNotModified) return payload;
  reply.removeHeader('content-type');
  // The framework takes the length of whatever a HEAD answers, unless it is a stream.
  return request.method === 'HEAD' ? Readable.from([]) : null;
};
