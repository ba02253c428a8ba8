import { agentTopic } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { createAgentBook } from '../../../hub/src/telemetry/agents.js';
import { AGENT_IDS, SHARD, createTestDirectory } from './ingest-harness.js';

describe('createAgentBook', () => {
  it('gives back the room of held messages, however often agents begin anew', () => {
    const book = createAgentBook(createTestDirectory(), () => undefined);
    const agent = book.at(agentTopic(SHARD, AGENT_IDS[0], 'telemetry'))!;
    const message = Buffer.alloc(256 * 1024);
    // Twice what all agents together may hold at a time.
    for (let start = 0; start < 128; start++) {
      expect(book.hold(agent, message, start)).toBe(true);
      expect(book.hold(agent, message, start)).toBe(true);
      expect(book.hold(agent, message, start)).toBe(false);
      expect(book.release(agent)).toHaveLength(2);
    }
  });
});
