import ipaddr from 'ipaddr.js';

export type AddressVerdict = { ok: true; address: string } | { ok: false; reason: string };

const LOOKS_LIKE_NAME = /[g-z]/i;
const WITH_PREFIX_LENGTH = /\/\d{1,3}$/;

/**
 * The one way an address is written (dotted IPv4, RFC 5952 IPv6), or why it cannot be a device's address.
 * Names are refused: what is watched must not change with a name server's mood.
 */
export const canonicalAddress = (text: string): AddressVerdict => {
  const refuse = (reason: string): AddressVerdict => ({ ok: false, reason });
  if (WITH_PREFIX_LENGTH.test(text)) return refuse('is a network; give one address without a prefix length');
  if (text.includes('%'))
    return refuse('names an interface; give an address that is valid on every interface of its agent');
  // Four plain decimals only: the shorter, octal and hexadecimal forms mean different hosts to different programs.
  const isIpv4 = ipaddr.IPv4.isValidFourPartDecimal(text);
  if (!isIpv4 && !(text.includes(':') && ipaddr.IPv6.isValid(text)))
    return refuse(
      LOOKS_LIKE_NAME.test(text)
        ? 'is a name or no address at all; give the IPv4 or IPv6 address itself, e.g. 10.20.30.40'
        : 'is no IPv4 or IPv6 address; e.g. 10.20.30.40 or 2001:db8::1',
    );
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === 'unspecified') return refuse('is the unspecified address, which no device has');
  if (range === 'broadcast' || range === 'multicast')
    return refuse(`is a ${range} address; give the address of one device`);
  // An IPv6 link-local address says nothing without its interface, and the agent may have several.
  if (range === 'linkLocal' && address.kind() === 'ipv6')
    return refuse('is an IPv6 link-local address; give a global or unique local one');
  return { ok: true, address: address.toString() };
};
