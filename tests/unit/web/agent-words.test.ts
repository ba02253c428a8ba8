import type { Agent, LiveAgent } from '@siaga/shared';
import { describe, expect, test } from 'vitest';
import { agentNow } from '../../../web/src/fleet/agent-words.js';
import { agent, bank, liveAgent } from '../../e2e/world/index.js';

const [site] = bank().sites;
if (!site) throw new Error('the world has no site');

describe('an agent as it is now', () => {
  const [early, late] = ['2026-03-01T01:00:00.000Z', '2026-03-01T02:00:00.000Z'];
  const asked = (lastSeenAt: string | null): Agent =>
    agent(1, 'bandung-1', site, { last_seen_at: lastSeenAt });
  const told = (lastSeenAt: string | null): LiveAgent => ({
    ...liveAgent(asked(lastSeenAt)),
    name: 'renamed',
    state: 'lost',
  });

  test.each([
    [late, early, late],
    [early, late, late],
    [early, null, early],
    [null, late, late],
    [null, null, null],
  ])('asked for: heard at %s, the feed: at %s, shown: %s', (inList, inFeed, shown) => {
    const now = agentNow(asked(inList), told(inFeed));
    expect(now.last_seen_at).toBe(shown);
    expect(now).toMatchObject({ name: 'renamed', state: 'lost', version: asked(null).version });
  });

  test('is as asked for where the feed knows nothing of it', () => {
    expect(agentNow(asked(early), undefined)).toEqual(asked(early));
  });
});
