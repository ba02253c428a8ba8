/** Reading of what a raw ICMP socket hands over. */

export type IpFamily = 4 | 6;

/** What a packet says of one of our requests; `undefined` where it says nothing. */
export interface IcmpAnswer {
  kind: 'reply' | 'unreachable';
  /** Session id and request number that it carries. */
  session: number;
  request: number;
  /** Where the echoed payload begins (replies only). */
  payloadOffset: number;
}

const V4 = { reply: 0, unreachable: 3, timeExceeded: 11, parameterProblem: 12 };
const V6 = { reply: 129, unreachable: 1, tooBig: 2, timeExceeded: 3, parameterProblem: 4 };
const ICMP_HEADER_BYTES = 8;
const V6_HEADER_BYTES = 40;
const ICMPV6_PROTOCOL = 58;

/** Length of the IPv4 header at `offset`, or 0 where there is none. */
const v4HeaderBytes = (packet: Buffer, offset: number): number => {
  const first = packet[offset];
  if (first === undefined || first >> 4 !== 4) return 0;
  const length = (first & 0x0f) * 4;
  return length >= 20 ? length : 0;
};

const at = (packet: Buffer, offset: number, kind: IcmpAnswer['kind']): IcmpAnswer | undefined => {
  if (packet.length < offset + ICMP_HEADER_BYTES) return undefined;
  return {
    kind,
    session: packet.readUInt16BE(offset + 4),
    request: packet.readUInt16BE(offset + 6),
    payloadOffset: offset + ICMP_HEADER_BYTES,
  };
};

/**
 * Replies, and errors about our own requests. Redirects, source quench and our own requests on loopback are none:
 * a redirect tells of a better way, not of a failure.
 */
export const readIcmp = (packet: Buffer, family: IpFamily): IcmpAnswer | undefined => {
  if (family === 4) {
    const icmp = v4HeaderBytes(packet, 0);
    if (icmp === 0 || packet.length < icmp + ICMP_HEADER_BYTES) return undefined;
    const type = packet[icmp];
    if (type === V4.reply) return at(packet, icmp, 'reply');
    if (type !== V4.unreachable && type !== V4.timeExceeded && type !== V4.parameterProblem) return undefined;
    const inner = icmp + ICMP_HEADER_BYTES;
    const innerHeader = v4HeaderBytes(packet, inner);
    return innerHeader === 0 ? undefined : at(packet, inner + innerHeader, 'unreachable');
  }
  const type = packet[0];
  if (type === V6.reply) return at(packet, 0, 'reply');
  if (
    type !== V6.unreachable &&
    type !== V6.tooBig &&
    type !== V6.timeExceeded &&
    type !== V6.parameterProblem
  )
    return undefined;
  // An inner packet behind extension headers is not ours: we send none.
  if (packet[ICMP_HEADER_BYTES + 6] !== ICMPV6_PROTOCOL) return undefined;
  return at(packet, ICMP_HEADER_BYTES + V6_HEADER_BYTES, 'unreachable');
};
