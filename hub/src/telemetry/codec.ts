import { inflateRawSync } from 'node:zlib';
import { BatchBody, BatchHeader, MAX_MESSAGE_BYTES, type HostColumns, type IcmpColumns } from '@siaga/shared';
import { Compile } from 'typebox/compile';

/** Longest header line, bytes. */
const MAX_HEADER_BYTES = 1024;
/** zlib takes its memory in such pieces: most bodies fit one, and a batch does not cost 16 KiB of garbage. */
const INFLATE_CHUNK_BYTES = 8 * 1024;
const LINE_FEED = 0x0a;

const headerCheck = Compile(BatchHeader);
const bodyCheck = Compile(BatchBody);

/** Why a message cannot be read. */
export type DecodeFault = 'oversized' | 'header' | 'version' | 'inflate' | 'json' | 'schema' | 'columns';

/** A batch's header: one with a place in its lane. */
export type PlacedHeader = BatchHeader & { seq: number; from: number };

export type SplitMessage =
  | { ok: true; kind: 'hello'; header: BatchHeader }
  | { ok: true; kind: 'batch'; header: PlacedHeader; body: Buffer }
  | { ok: false; fault: DecodeFault };

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Reads the header line only: most of what is sent twice is told by it, and its body is never looked at. */
export const splitMessage = (payload: Buffer): SplitMessage => {
  if (payload.length > MAX_MESSAGE_BYTES) return { ok: false, fault: 'oversized' };
  const end = payload.indexOf(LINE_FEED);
  const headerEnd = end < 0 ? payload.length : end;
  if (headerEnd > MAX_HEADER_BYTES) return { ok: false, fault: 'header' };
  const header = parseJson(payload.toString('utf8', 0, headerEnd));
  if (!headerCheck.Check(header)) {
    const version = (header as { v?: unknown } | null | undefined)?.v;
    return { ok: false, fault: version !== undefined && version !== 1 ? 'version' : 'header' };
  }
  const bodyLength = end < 0 ? 0 : payload.length - end - 1;
  if (header.seq === undefined) {
    // A hello has no place, nothing that belongs to a place, and no body.
    const bare = header.from === undefined && header.origin === undefined && header.enc === undefined;
    return bare && bodyLength === 0 ? { ok: true, kind: 'hello', header } : { ok: false, fault: 'header' };
  }
  if (header.from === undefined || header.from > header.seq) return { ok: false, fault: 'header' };
  if (header.origin !== undefined && (header.lane !== 'history' || header.origin > header.stream))
    return { ok: false, fault: 'header' };
  return { ok: true, kind: 'batch', header: header as PlacedHeader, body: payload.subarray(headerEnd + 1) };
};

export type DecodedBody = { ok: true; body: BatchBody } | { ok: false; fault: DecodeFault };

/** Inflates (never past MAX_MESSAGE_BYTES), parses and checks a batch's body. */
export const decodeBody = (header: PlacedHeader, bytes: Buffer): DecodedBody => {
  let plain = bytes;
  if (header.enc === 'deflate') {
    try {
      plain = inflateRawSync(bytes, { maxOutputLength: MAX_MESSAGE_BYTES, chunkSize: INFLATE_CHUNK_BYTES });
    } catch (error) {
      const tooLong = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
      return { ok: false, fault: tooLong ? 'oversized' : 'inflate' };
    }
  }
  const body = parseJson(plain.toString('utf8'));
  if (body === undefined) return { ok: false, fault: 'json' };
  if (!bodyCheck.Check(body)) return { ok: false, fault: 'schema' };
  if ((body.icmp && !evenIcmp(body.icmp)) || (body.host && !evenHost(body.host)))
    return { ok: false, fault: 'columns' };
  return { ok: true, body };
};

const evenIcmp = ({ c, d, o, a, b, m, l }: IcmpColumns): boolean =>
  [d, o, a, b, m, l].every((column) => column.length === c.length);

const evenHost = ({ c, d, cpu, mem, disk, up }: HostColumns): boolean =>
  [d, cpu, mem, disk, up].every((column) => column.length === c.length);
