import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { Counter } from 'prom-client';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createDeadLetters } from '../../../hub/src/telemetry/dead-letters.js';
import { createStreamStore } from '../../../hub/src/telemetry/streams.js';
import { createManualClock } from '../../support/manual-clock.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { until } from '../questdb/support.js';
import { addAgent } from './support.js';

describe('what telemetry keeps in PostgreSQL', () => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await createTestDatabase();
  });
  afterAll(() => test.drop());

  describe('streams', () => {
    const A = 'aaaaaaaaaaaaaaaa';
    const B = 'bbbbbbbbbbbbbbbb';
    let agentId: string;
    beforeEach(async () => {
      agentId = await addAgent(test.postgres.db);
    });
    const store = () => createStreamStore(test.postgres.db);
    const known = async () => (await store().load()).find((entry) => entry.agentId === agentId);

    it('knows of an agent that never spoke', async () => {
      expect(await known()).toEqual({ agentId, stream: 0, process: '' });
    });

    it.each([
      ['a newer stream is taken up', { stream: 4, process: B }, { stream: 4, process: B }],
      ['the same one stays', { stream: 3, process: A }, { stream: 3, process: A }],
      ['the same stream of another process is not', { stream: 3, process: B }, { stream: 3, process: A }],
      ['an older one is not', { stream: 2, process: B }, { stream: 3, process: A }],
    ])('%s', async (_what, told, expected) => {
      await store().remember([{ agentId, stream: 3, process: A }]);
      expect(await store().remember([{ agentId, ...told }])).toEqual([{ agentId, ...expected }]);
      expect(await known()).toEqual({ agentId, ...expected });
    });

    it('takes many at once and says nothing of an agent that does not exist', async () => {
      const others = await Promise.all(Array.from({ length: 20 }, () => addAgent(test.postgres.db)));
      const entries = [...others, randomUUID()].map((id, i) => ({ agentId: id, stream: i + 1, process: A }));
      const answer = await store().remember(entries);
      expect(answer.sort((a, b) => a.stream - b.stream)).toEqual(entries.slice(0, -1));
    });

    it('lets one of two hubs win that tell different processes of one stream', async () => {
      const told = [A, B].map((process) => ({ agentId, stream: 7, process }));
      await Promise.all(told.map((entry) => store().remember([entry])));
      const winner = await known();
      for (const entry of told) expect(await store().remember([entry])).toEqual([winner]);
    });
  });

  describe('dead letters', () => {
    const setUp = () => {
      const clock = createManualClock();
      const lost = new Counter({ name: 'lost', help: 'lost', registers: [] });
      const log = pino({ level: 'silent' });
      return { clock, lost, letters: createDeadLetters({ db: test.postgres.db, clock, log, lost }) };
    };
    const rows = () => test.postgres.db.selectFrom('dead_letters').selectAll().orderBy('id').execute();
    beforeEach(async () => {
      await test.postgres.db.deleteFrom('dead_letters').execute();
    });

    it('keeps what it is given, the first 64 KiB of it, also when the buffer is used again', async () => {
      const { letters } = setUp();
      const agentId = await addAgent(test.postgres.db);
      const payload = Buffer.alloc(100_000, 'x');
      letters.add({ agentId, topic: 'a/topic', reason: 'schema', payload });
      payload.fill('y');
      letters.add({ reason: 'row refused', payload: 'a line' });
      await until('both are written', async () => (await rows()).length === 2);
      const [first, second] = await rows();
      expect(first).toMatchObject({ agent_id: agentId, topic: 'a/topic', reason: 'schema' });
      expect(first!.payload.equals(Buffer.alloc(64 * 1024, 'x'))).toBe(true);
      expect(second).toMatchObject({ agent_id: null, topic: null });
      expect(second!.payload.toString()).toBe('a line');
    });

    it('lets letters go past a rate, each agent within a share of its own, and counts them', async () => {
      const { letters, lost, clock } = setUp();
      const [noisy, quiet] = [await addAgent(test.postgres.db), await addAgent(test.postgres.db)];
      const add = (agentId: string) => letters.add({ agentId, reason: 'schema', payload: '' });
      for (let i = 0; i < 100; i++) add(noisy);
      add(quiet);
      await until('its share, and the other', async () => (await rows()).length === 11);
      clock.advance(6_000);
      add(noisy);
      add(noisy);
      await until('one more', async () => (await rows()).length === 12);
      expect((await rows()).filter(({ agent_id: agentId }) => agentId === quiet)).toHaveLength(1);
      expect((await lost.get()).values[0]!.value).toBe(91);
    });
  });
});
