import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalAddress } from '../../../hub/src/fleet/address.js';

describe('canonicalAddress', () => {
  it.each([
    ['10.20.30.40', '10.20.30.40'],
    ['127.0.0.1', '127.0.0.1'],
    ['0.0.0.1', undefined], // "this network" (RFC 1122): no device has it
    ['169.254.7.7', '169.254.7.7'], // link-local, but IPv4 needs no interface beside it
    ['192.0.2.7', '192.0.2.7'], // documentation: the lab and the demo use it
    ['::1', '::1'],
    ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:db8::0001', '2001:db8::1'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'], // the longest run of zeros is the one left out (RFC 5952)
    ['::ffff:10.0.0.1', '10.0.0.1'], // the same host as its IPv4 form
    ['fd00::7', 'fd00::7'],
  ])('%s is kept as %s', (text, address) => {
    const verdict = canonicalAddress(text);
    expect(verdict.ok ? verdict.address : undefined).toBe(address);
  });

  it.each([
    ['0.0.0.0', 'unspecified'],
    ['::', 'unspecified'],
    ['255.255.255.255', 'broadcast'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.250', 'multicast'],
    ['ff02::1', 'multicast'],
    ['::ffff:224.0.0.1', 'multicast'],
    ['fe80::1', 'link-local'],
    ['fe80::1%eth0', 'interface'],
    ['10.0.0.0/24', 'network'],
    ['2001:db8::/32', 'network'],
    ['atm-017.bank.example', 'name'],
    ['localhost', 'name'],
    ['http://10.0.0.1', 'name'],
    ['10.0.0.256', 'no IPv4'],
    ['10.0.0', 'no IPv4'],
    ['10.1', 'no IPv4'], // 10.0.0.1 to some, nothing to others
    ['010.0.0.1', 'no IPv4'], // octal to some, decimal to others
    ['0x0a.0.0.1', 'name'],
    ['167772161', 'no IPv4'],
    ['10.0.0.1:80', 'no IPv4'],
    ['1:2:3', 'no IPv4'],
    ['10.0.0.1 ', 'no IPv4'],
    ['１０.0.0.1', 'no IPv4'],
    ['<script>', 'name'],
    ['😀', 'no IPv4'],
    ['', 'no IPv4'],
  ])('%s is refused', (text, reason) => {
    const verdict = canonicalAddress(text);
    expect(verdict.ok ? verdict.address : verdict.reason).toContain(reason);
  });

  it('answers a form that it answers again', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const verdict = canonicalAddress(text);
        if (verdict.ok) expect(canonicalAddress(verdict.address)).toEqual(verdict);
      }),
    );
  });

  it('throws at nothing', () => {
    fc.assert(fc.property(fc.string({ maxLength: 60 }), (text) => void canonicalAddress(text)));
  });
});
