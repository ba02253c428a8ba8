import { describe, expect, it } from 'vitest';
import { createAttemptLimit } from '../../../hub/src/platform/broker/attempt-limit.js';
import { createManualClock } from '../../support/manual-clock.js';

describe('createAttemptLimit', () => {
  const fail = (times: number, clock = createManualClock()) => {
    const limit = createAttemptLimit(clock);
    for (let i = 0; i < times; i++) limit.failed('10.0.0.1');
    return { limit, clock };
  };

  it.each([
    [0, false],
    [19, false],
    [20, true],
    [500, true],
  ])('after %d failures at once an address is blocked: %s', (times, blocked) => {
    const { limit } = fail(times);
    expect(limit.blocked('10.0.0.1')).toBe(blocked);
    expect(limit.blocked('10.0.0.2')).toBe(false);
  });

  it('forgives one failure every three seconds', () => {
    const { limit, clock } = fail(20);
    clock.advance(2_999);
    expect(limit.blocked('10.0.0.1')).toBe(true);
    clock.advance(1);
    expect(limit.blocked('10.0.0.1')).toBe(false);
    limit.failed('10.0.0.1');
    expect(limit.blocked('10.0.0.1')).toBe(true);
    clock.advance(60_000);
    for (let i = 0; i < 19; i++) limit.failed('10.0.0.1');
    expect(limit.blocked('10.0.0.1')).toBe(false);
  });

  it('remembers a bounded number of addresses, those that failed last', () => {
    const { limit } = fail(100);
    for (let i = 0; i < 10_000; i++) limit.failed(`host-${i}`);
    expect(limit.blocked('10.0.0.1')).toBe(false);
    for (let i = 0; i < 19; i++) limit.failed('host-9999');
    expect(limit.blocked('host-9999')).toBe(true);
  });
});
