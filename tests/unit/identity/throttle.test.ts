import { expect, test } from 'vitest';
import { createSerial } from '../../../hub/src/identity/serial.js';
import {
  createThrottle,
  FAILURES_PER_ADDRESS,
  THROTTLE_WINDOW_MS,
} from '../../../hub/src/identity/throttle.js';
import { createManualClock } from '../../support/manual-clock.js';

const spend = (throttle: ReturnType<typeof createThrottle>, ip: string, attempts: number) => {
  for (let i = 0; i < attempts; i += 1) throttle.take(ip);
};

test('an address waits after its failures, another does not', () => {
  const clock = createManualClock();
  const throttle = createThrottle(clock);
  spend(throttle, '10.0.0.1', FAILURES_PER_ADDRESS);
  expect(throttle.take('10.0.0.1')).toEqual({ waitS: THROTTLE_WINDOW_MS / 1000 });
  expect(throttle.take('10.0.0.2')).toHaveProperty('giveBack');
});

test('the window ends', () => {
  const clock = createManualClock();
  const throttle = createThrottle(clock);
  spend(throttle, '10.0.0.1', FAILURES_PER_ADDRESS);
  clock.advance(THROTTLE_WINDOW_MS - 1000);
  expect(throttle.take('10.0.0.1')).toEqual({ waitS: 1 });
  clock.advance(1000);
  expect(throttle.take('10.0.0.1')).toHaveProperty('giveBack');
});

test('a wall clock that is set neither opens nor lengthens the window', () => {
  const clock = createManualClock();
  let setByMs = 0;
  const throttle = createThrottle({ ...clock, nowMs: () => clock.nowMs() + setByMs });
  spend(throttle, '10.0.0.1', FAILURES_PER_ADDRESS);
  for (const hours of [24, -24]) {
    setByMs = hours * 3_600_000;
    expect(throttle.take('10.0.0.1')).toEqual({ waitS: THROTTLE_WINDOW_MS / 1000 });
  }
});

test('a success costs nothing', () => {
  const throttle = createThrottle(createManualClock());
  for (let i = 0; i < FAILURES_PER_ADDRESS * 2; i += 1) {
    const taken = throttle.take('10.0.0.1');
    if ('giveBack' in taken) taken.giveBack();
    else expect.unreachable();
  }
});

test.each([
  ['the same /64', '2001:db8:1:2::1', '2001:db8:1:2:ffff::9', true],
  ['another /64', '2001:db8:1:2::1', '2001:db8:1:3::1', false],
  ['IPv4 in IPv6', '::ffff:10.0.0.1', '10.0.0.1', true],
])('%s counts together', (_what, one, other, together) => {
  const throttle = createThrottle(createManualClock());
  spend(throttle, one, FAILURES_PER_ADDRESS);
  expect('waitS' in throttle.take(other)).toBe(together);
});

test('tasks of one key run in turn, also after one that failed; other keys do not wait', async () => {
  const inTurn = createSerial();
  const order: string[] = [];
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (release = resolve));
  const first = inTurn('a', async () => {
    await gate;
    order.push('a1');
    throw new Error('refused');
  });
  const second = inTurn('a', async () => void order.push('a2'));
  await inTurn('b', async () => void order.push('b'));
  release();
  await expect(first).rejects.toThrow('refused');
  await second;
  expect(order).toEqual(['b', 'a1', 'a2']);
});
