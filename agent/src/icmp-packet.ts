/** Echo requests as they go out, and what a raw ICMP socket hands over. */

export type IpFamily = 4 | 6;

/** What a packet says of one of our requests; `undefined` where it says nothing. */
export interface IcmpAnswer {
  kind: 'reply' | 'unreachable';
  /** Session id and request number that it carries. */
  session: number;
  request: number;
  /** Where the payload begins that we sent; an old router's error ends before it. */
  payloadOffset: number;
  /** Where the IP header of the packet begins that an error is about; 0 for a reply. */
  innerOffset: number;
}

const V4 = { reply: 0, unreachable: 3, timeExceeded: 11, parameterProblem: 12 };
const V6 = { reply: 129, unreachable: 1, tooBig: 2, timeExceeded: 3, parameterProblem: 4 };
const ICMP_HEADER_BYTES = 8;
const V6_HEADER_BYTES = 40;
const ICMPV6_PROTOCOL = 58;
/** ICMP header, then the nonce; a lean packet, since a satellite line pays for each. */
const PACKET_BYTES = 32;

/** The one packet of a session; the system copies it at each send. */
export interface EchoPacket {
  /** An echo request with this number (16 bits) and nonce (32 bits). Overwritten by the next call. */
  write(request: number, nonce: number): Buffer;
}

export const createEchoPacket = (family: IpFamily, session: number): EchoPacket => {
  const packet = Buffer.alloc(PACKET_BYTES);
  const type = family === 6 ? 128 : 8;
  packet[0] = type;
  packet.writeUInt16BE(session, 4);
  /** The Internet checksum is a sum of 16-bit words (RFC 1071): what never changes is added up once. */
  const fixed = (type << 8) + session;
  return {
    write: (request, nonce) => {
      const sum = fixed + request + (nonce >>> 16) + (nonce & 0xffff);
      const folded = (sum & 0xffff) + (sum >>> 16);
      // IPv6 writes its own over it: the kernel's covers the addresses too.
      packet.writeUInt16BE(~(folded + (folded >>> 16)) & 0xffff, 2);
      packet.writeUInt16BE(request, 6);
      packet.writeUInt32BE(nonce, ICMP_HEADER_BYTES);
      return packet;
    },
  };
};

/** Length of the IPv4 header at `offset`, or 0 where there is none. */
const v4HeaderBytes = (packet: Buffer, bytes: number, offset: number): number => {
  const first = offset < bytes ? (packet[offset] as number) : 0;
  if (first >> 4 !== 4) return 0;
  const length = (first & 0x0f) * 4;
  return length >= 20 ? length : 0;
};

/** Reused from packet to packet: what is read is used at once. */
const answer: IcmpAnswer = { kind: 'reply', session: 0, request: 0, payloadOffset: 0, innerOffset: 0 };

const at = (packet: Buffer, bytes: number, offset: number, innerOffset: number): IcmpAnswer | undefined => {
  if (bytes < offset + ICMP_HEADER_BYTES) return undefined;
  answer.kind = innerOffset === 0 ? 'reply' : 'unreachable';
  answer.innerOffset = innerOffset;
  answer.session = packet.readUInt16BE(offset + 4);
  answer.request = packet.readUInt16BE(offset + 6);
  answer.payloadOffset = offset + ICMP_HEADER_BYTES;
  return answer;
};

/**
 * What the first `bytes` of `packet` say; the answer is good until the next call.
 * Replies, and errors about our own requests. Redirects, source quench and our own requests on loopback are none:
 * a redirect tells of a better way, not of a failure.
 */
export const readIcmp = (packet: Buffer, bytes: number, family: IpFamily): IcmpAnswer | undefined => {
  if (family === 4) {
    const icmp = v4HeaderBytes(packet, bytes, 0);
    if (icmp === 0 || bytes < icmp + ICMP_HEADER_BYTES) return undefined;
    const type = packet[icmp];
    if (type === V4.reply) return at(packet, bytes, icmp, 0);
    if (type !== V4.unreachable && type !== V4.timeExceeded && type !== V4.parameterProblem) return undefined;
    const inner = icmp + ICMP_HEADER_BYTES;
    const innerHeader = v4HeaderBytes(packet, bytes, inner);
    return innerHeader === 0 ? undefined : at(packet, bytes, inner + innerHeader, inner);
  }
  if (bytes < ICMP_HEADER_BYTES) return undefined;
  const type = packet[0];
  if (type === V6.reply) return at(packet, bytes, 0, 0);
  if (
    type !== V6.unreachable &&
    type !== V6.tooBig &&
    type !== V6.timeExceeded &&
    type !== V6.parameterProblem
  )
    return undefined;
  // An inner packet behind extension headers is not ours: we send none.
  if (packet[ICMP_HEADER_BYTES + 6] !== ICMPV6_PROTOCOL) return undefined;
  return at(packet, bytes, ICMP_HEADER_BYTES + V6_HEADER_BYTES, ICMP_HEADER_BYTES);
};

const V4_DESTINATION_OFFSET = 16;

/** Destination of the IPv4 packet whose header begins at `offset`. */
export const readV4Destination = (packet: Buffer, offset: number): string =>
  packet.subarray(offset + V4_DESTINATION_OFFSET, offset + V4_DESTINATION_OFFSET + 4).join('.');
