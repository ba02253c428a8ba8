import { deflateRawSync } from 'node:zlib';
import { BatchBody, BatchHeader, MAX_MESSAGE_BYTES } from '@siaga/shared';
import fc from 'fast-check';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { decodeBody, splitMessage, type PlacedHeader } from '../../../hub/src/telemetry/codec.js';
import { PROCESS, headerOf, icmpBody, packMessage } from './support.js';

const placed = (fields: Partial<BatchHeader> = {}): PlacedHeader =>
  headerOf({ seq: 3, from: 2, ...fields }) as PlacedHeader;

const decode = (payload: Buffer) => {
  const message = splitMessage(payload);
  if (!message.ok) return message.fault;
  if (message.kind === 'hello') return 'hello';
  const decoded = decodeBody(message.header, message.body);
  return decoded.ok ? decoded.body : decoded.fault;
};

const t0 = Date.UTC(2026, 0, 1);

describe('splitMessage and decodeBody', () => {
  it('reads what an agent packs, deflated or not', () => {
    const body = icmpBody(t0, 20);
    expect(decode(packMessage(placed(), body))).toEqual(body);
    expect(decode(packMessage(placed({ enc: 'deflate' }), body))).toEqual(body);
  });

  it('reads a hello, with a line feed at its end and without', () => {
    expect(decode(packMessage(headerOf()))).toBe('hello');
    expect(decode(Buffer.from(`${JSON.stringify(headerOf())}\n`))).toBe('hello');
  });

  const rows: [string, () => Buffer, string][] = [
    ['nothing', () => Buffer.alloc(0), 'header'],
    ['no JSON', () => Buffer.from('hello'), 'header'],
    ['JSON that is no object', () => Buffer.from('null\n{}'), 'header'],
    ['another version', () => packMessage({ ...placed(), v: 2 } as never, {}), 'version'],
    ['no version', () => packMessage({ ...placed(), v: undefined } as never, {}), 'header'],
    ['an unknown field', () => packMessage({ ...placed(), extra: 1 } as never, {}), 'header'],
    ['an unknown lane', () => packMessage(placed({ lane: 'side' as never }), {}), 'header'],
    ['stream 0', () => packMessage(placed({ stream: 0 }), {}), 'header'],
    ['a stream that is no integer', () => packMessage(placed({ stream: 1.5 }), {}), 'header'],
    ['a stream past 2^53', () => packMessage(placed({ stream: 2 ** 60 }), {}), 'header'],
    ['a process that is no id', () => packMessage(placed({ process: `${PROCESS}0` }), {}), 'header'],
    ['a negative age', () => packMessage(placed({ ageMs: -1 }), {}), 'header'],
    ['a seq without from', () => packMessage(headerOf({ seq: 1 }), { t0 }), 'header'],
    ['from above seq', () => packMessage(headerOf({ seq: 1, from: 2 }), { t0 }), 'header'],
    ['from without seq', () => packMessage(headerOf({ from: 2 })), 'header'],
    ['a hello with a body', () => packMessage(headerOf(), { t0 }), 'header'],
    ['an origin in the live lane', () => packMessage(placed({ origin: 1 }), { t0 }), 'header'],
    ['an origin of the future', () => packMessage(placed({ lane: 'history', origin: 2 }), { t0 }), 'header'],
    ['a header that does not end', () => Buffer.alloc(5000, ' '), 'header'],
    ['no body', () => packMessage(placed()), 'json'],
    ['a body that is no JSON', () => Buffer.concat([packMessage(placed()), Buffer.from('\n{')]), 'json'],
    [
      'a body that is not deflated',
      () => Buffer.concat([packMessage(placed({ enc: 'deflate' })), Buffer.from('\n{}')]),
      'inflate',
    ],
    ['a body without t0', () => packMessage(placed(), {}), 'schema'],
    ['an unknown column group', () => packMessage(placed(), { t0, tcp: {} }), 'schema'],
    [
      'a column too few',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 1).icmp, l: undefined } }),
      'schema',
    ],
    [
      'columns of unequal length',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 2).icmp, l: [0] } }),
      'columns',
    ],
    [
      'host columns of unequal length',
      () => packMessage(placed(), { t0, host: { c: [1], d: [0], cpu: [1], mem: [1], disk: [1], up: [] } }),
      'columns',
    ],
    [
      'a negative round trip',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 1).icmp, a: [-1] } }),
      'schema',
    ],
    [
      'an enormous round trip',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 1).icmp, b: [1e9] } }),
      'schema',
    ],
    [
      'a fraction',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 1).icmp, d: [0.5] } }),
      'schema',
    ],
    [
      'a check id past int',
      () => packMessage(placed(), { t0, icmp: { ...icmpBody(t0, 1).icmp, c: [2 ** 31] } }),
      'schema',
    ],
    [
      'more samples than a batch holds',
      () => packMessage(placed({ enc: 'deflate' }), icmpBody(t0, 5001)),
      'schema',
    ],
    ['a message past the limit', () => Buffer.alloc(MAX_MESSAGE_BYTES + 1, ' '), 'oversized'],
    [
      'a body that inflates without end',
      () =>
        Buffer.concat([
          packMessage(placed({ enc: 'deflate' })),
          Buffer.from('\n'),
          deflateRawSync(Buffer.alloc(50 * MAX_MESSAGE_BYTES, ' ')),
        ]),
      'oversized',
    ],
  ];
  it.each(rows)('refuses %s', (_what, payload, fault) => {
    expect(decode(payload())).toBe(fault);
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, deflate) => {
        decode(Buffer.from(bytes));
        decode(
          Buffer.concat([packMessage(placed(deflate ? { enc: 'deflate' } : {})), Buffer.from('\n'), bytes]),
        );
      }),
    );
  });

  it('takes a header and a body just where their schemas do', () => {
    const odd = fc.oneof(fc.integer(), fc.double(), fc.constant(null), fc.string(), fc.constant(undefined));
    const header = fc.record({
      v: fc.constantFrom(1, 1, 1, 2),
      lane: fc.constantFrom('live', 'history', 'x'),
      stream: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: -1, max: 9 }) },
        { weight: 1, arbitrary: odd },
      ),
      process: fc.constantFrom(PROCESS, PROCESS, 'zz'),
      ageMs: fc.oneof({ weight: 9, arbitrary: fc.nat() }, { weight: 1, arbitrary: odd }),
      sentAt: fc.nat(),
      config: fc.nat(),
    });
    fc.assert(
      fc.property(header, (fields) => {
        const told: unknown = JSON.parse(JSON.stringify(fields));
        expect(splitMessage(Buffer.from(JSON.stringify(fields))).ok).toBe(Value.Check(BatchHeader, told));
      }),
      { numRuns: 500 },
    );
    const int = (min: number, max: number) =>
      fc.oneof({ weight: 30, arbitrary: fc.integer({ min, max }) }, { weight: 1, arbitrary: odd });
    const body = fc.integer({ min: 0, max: 4 }).chain((n) => {
      const column = (item: fc.Arbitrary<unknown>) => fc.array(item, { minLength: n, maxLength: n });
      return fc.record(
        {
          t0: int(0, 2e12),
          icmp: fc.record({
            c: column(int(1, 2 ** 31 - 1)),
            d: column(int(-86_400_000, 86_400_000)),
            o: column(int(0, 2)),
            a: column(int(0, 60_000_000)),
            b: column(int(0, 60_000_000)),
            m: column(int(0, 60_000_000)),
            l: column(int(0, 3)),
          }),
          host: fc.record({
            c: column(int(1, 9)),
            d: column(int(0, 9)),
            cpu: column(fc.double({ min: -1, max: 101, noNaN: true })),
            mem: column(int(0, 100)),
            disk: column(int(0, 100)),
            up: column(int(0, 4e9)),
          }),
          status: fc.record({ outboxRows: int(0, 9), lost: fc.constant([]), corrupt: int(0, 9) }),
        },
        { requiredKeys: ['t0'] },
      );
    });
    fc.assert(
      fc.property(body, (fields) => {
        const told: unknown = JSON.parse(JSON.stringify(fields));
        const decoded = decodeBody(placed(), Buffer.from(JSON.stringify(fields)));
        expect(decoded.ok).toBe(Value.Check(BatchBody, told));
        if (decoded.ok) expect(decoded.body).toEqual(told);
      }),
      { numRuns: 1000 },
    );
  });
});
