import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { BatchBody, MAX_MESSAGE_BYTES, type BatchHeader } from '@siaga/shared';
import { Check } from 'typebox/value';

/** A batch's body as it travels: JSON columns, raw-deflated where that is shorter. */
export interface EncodedBody {
  bytes: Uint8Array;
  deflated: boolean;
}

const LINE_FEED = 10;

/** The body as bytes, deflated where that is shorter. */
export const encodeBody = (json: string): EncodedBody => {
  const plain = Buffer.from(json);
  const deflated = deflateRawSync(plain);
  return deflated.length < plain.length
    ? { bytes: deflated, deflated: true }
    : { bytes: plain, deflated: false };
};

/** The body's columns, or undefined where the bytes are none (a damaged disk). */
export const decodeBody = (body: EncodedBody): BatchBody | undefined => {
  try {
    const plain = body.deflated
      ? inflateRawSync(body.bytes, { maxOutputLength: MAX_MESSAGE_BYTES })
      : Buffer.from(body.bytes);
    const value: unknown = JSON.parse(plain.toString());
    return Check(BatchBody, value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** One line of JSON, a line feed, the body. A hello has no body. */
export const encodeMessage = (header: BatchHeader, body?: Uint8Array): Buffer => {
  const line = Buffer.from(`${JSON.stringify(header)}\n`);
  return body ? Buffer.concat([line, body]) : line;
};

/** Splits `{json}\n{rest}`; undefined where there is no line or it is no JSON object. */
export const splitLine = (
  bytes: Uint8Array,
): { head: Record<string, unknown>; rest: Uint8Array } | undefined => {
  const end = bytes.indexOf(LINE_FEED);
  if (end < 0) return undefined;
  try {
    const head: unknown = JSON.parse(Buffer.from(bytes.subarray(0, end)).toString());
    if (typeof head !== 'object' || head === null) return undefined;
    return { head: head as Record<string, unknown>, rest: bytes.subarray(end + 1) };
  } catch {
    return undefined;
  }
};
