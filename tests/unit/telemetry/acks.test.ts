import { describe, expect, it } from 'vitest';
import { ACK_PATIENCE_MS, ACK_TICK_MS, createAcks } from '../../../hub/src/telemetry/acks.js';
import { createManualClock } from '../../support/manual-clock.js';

const setUp = () => {
  const clock = createManualClock();
  const sent: string[] = [];
  return { clock, sent, acks: createAcks<string>(clock, (agent) => sent.push(agent)) };
};

describe('acks', () => {
  it('go out once a tick and agent, however often they are owed', () => {
    const { clock, sent, acks } = setUp();
    acks.owe('a', 0);
    acks.owe('a', ACK_PATIENCE_MS);
    acks.owe('b', 0);
    clock.advance(ACK_TICK_MS);
    expect(sent).toEqual(['a', 'b']);
    clock.advance(2 * ACK_PATIENCE_MS);
    expect(sent).toEqual(['a', 'b']);
  });

  it('that can wait go out at the end of their patience', () => {
    const { clock, sent, acks } = setUp();
    acks.owe('a', ACK_PATIENCE_MS);
    clock.advance(ACK_PATIENCE_MS - ACK_TICK_MS);
    expect(sent).toEqual([]);
    clock.advance(2 * ACK_TICK_MS);
    expect(sent).toEqual(['a']);
  });

  it('that are owed go out at the end, and none after it', () => {
    const { clock, sent, acks } = setUp();
    acks.owe('a', ACK_PATIENCE_MS);
    acks.stop();
    expect(sent).toEqual(['a']);
    acks.owe('b', 0);
    clock.advance(10 * ACK_PATIENCE_MS);
    expect(sent).toEqual(['a']);
  });
});
