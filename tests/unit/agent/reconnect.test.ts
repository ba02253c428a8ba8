import { describe, expect, it } from 'vitest';
import { createRig, icmpConfig } from './support/rig.js';

/** How long after the line's return the agent is online, ms; 60 s at most. */
const backAfter = async (awayMs: number): Promise<number> => {
  const rig = createRig();
  rig.announce('one');
  rig.configure(icmpConfig(1, ['10.0.0.1']));
  await rig.boot('a'.repeat(16));
  await rig.advance(20_000);
  rig.line = false;
  await rig.advance(awayMs);
  const online = () => rig.states.filter(({ state }) => state === 'online').length;
  const before = online();
  const fromMs = rig.nowMonoMs();
  rig.line = true;
  while (online() === before && rig.nowMonoMs() - fromMs < 60_000) await rig.advance(25);
  return rig.nowMonoMs() - fromMs;
};

describe('an agent whose hub was away', () => {
  it.each([1_000, 5_000, 10_000, 20_000, 30_000, 45_000, 60_000, 90_000])(
    'is back within 2 s and a handshake after %i ms, as a restart takes',
    async (awayMs) => {
      expect(await backAfter(awayMs)).toBeLessThan(2_200);
    },
  );

  it('asks less often after two minutes, and is back within 10 s and a handshake', async () => {
    const waits = [];
    for (const awayMs of [300_000, 315_000, 330_000, 345_000, 360_000]) waits.push(await backAfter(awayMs));
    expect(Math.max(...waits)).toBeLessThan(10_200);
    expect(Math.max(...waits)).toBeGreaterThan(2_200);
  });
});
