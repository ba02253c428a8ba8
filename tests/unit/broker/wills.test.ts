import { describe, expect, it } from 'vitest';
import { WILL_HOLD_MS, createWillSieve } from '../../../hub/src/platform/broker/wills.js';
import { createManualClock } from '../../support/manual-clock.js';

const TOPIC = 'siaga/v1/0a/00000000-0000-4000-8000-00000000000a/state';
const OTHER = 'siaga/v1/0a/00000000-0000-4000-8000-00000000000b/state';

const setUp = () => {
  const clock = createManualClock();
  const heard: string[] = [];
  const sieve = createWillSieve(clock, ({ topic, payload }) => {
    heard.push(`${topic === TOPIC ? '' : 'other '}${payload.toString()}`);
  });
  const pass = (text: string, { topic = TOPIC, retain = false } = {}) =>
    sieve.pass({ topic, payload: Buffer.from(text), retain });
  return { clock, heard, sieve, pass };
};
const LOST = '{"state":"lost","connection":1}';
const ONLINE = '{"state":"online","connection":2}';

describe('createWillSieve', () => {
  it('holds a will for a moment, and nothing else', () => {
    const { clock, heard, pass } = setUp();
    pass(LOST);
    pass('a batch', { topic: TOPIC.replace('state', 'telemetry') });
    pass(ONLINE, { topic: OTHER });
    expect(heard).toEqual(['other a batch', `other ${ONLINE}`]);
    clock.advance(WILL_HOLD_MS);
    expect(heard.at(-1)).toBe(LOST);
    expect(heard).toHaveLength(3);
  });

  it('drops the wills that were held when the connection ended', () => {
    const { clock, heard, sieve, pass } = setUp();
    pass(LOST);
    pass(LOST, { topic: OTHER });
    sieve.drop();
    clock.advance(10 * WILL_HOLD_MS);
    expect(heard).toEqual([]);
  });

  it('lets no later word of an agent overtake its will', () => {
    const { clock, heard, pass } = setUp();
    pass(LOST);
    pass(ONLINE);
    clock.advance(WILL_HOLD_MS);
    expect(heard).toEqual([LOST, ONLINE]);
  });

  it('drops a will that was kept, and passes other states that were', () => {
    const { clock, heard, pass } = setUp();
    pass(LOST, { retain: true });
    pass(ONLINE, { topic: OTHER, retain: true });
    clock.advance(WILL_HOLD_MS);
    expect(heard).toEqual([`other ${ONLINE}`]);
  });

  it.each(['', 'lost', '[]', 'null', '"lost"', '{"state":'])(
    'passes what is no state message: %s',
    (text) => {
      const { heard, pass } = setUp();
      pass(text);
      expect(heard).toEqual([text]);
    },
  );

  it('keeps a copy: the buffer is used again', () => {
    const { clock, heard, sieve } = setUp();
    const payload = Buffer.from(LOST);
    sieve.pass({ topic: TOPIC, payload, retain: false });
    payload.fill('x');
    clock.advance(WILL_HOLD_MS);
    expect(heard).toEqual([LOST]);
  });
});
