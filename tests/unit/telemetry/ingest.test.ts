import { agentTopic, type BatchHeader } from '@siaga/shared';
import { describe, expect, it } from 'vitest';
import { AGENT_IDS, SHARD, createIngestHarness, createMemoryStreams } from './ingest-harness.js';
import { createScriptedStore, type PostScript } from './scripted-store.js';
import { PROCESS, createManualClock, headerOf, icmpBody } from './support.js';

const OTHER_PROCESS = 'ffffffffffffffff';

const setUp = async (script: PostScript[] = [], streams = createMemoryStreams()) => {
  const clock = createManualClock();
  const scripted = createScriptedStore(clock, script);
  const harness = await createIngestHarness({ clock, rows: scripted.store, streams });
  let t0 = clock.nowMs();
  const live = (seq: number, fields: Partial<BatchHeader> = {}, cycles = 2): void => {
    harness.send(headerOf({ seq, from: 1, ...fields }), icmpBody((t0 += 10_000), cycles));
  };
  const history = (seq: number, fields: Partial<BatchHeader> = {}, cycles = 2): void =>
    live(seq, { lane: 'history', origin: 1, ...fields }, cycles);
  /** Past the remembering of a first stream. */
  const begin = async (): Promise<void> => {
    harness.send(headerOf());
    await clock.advance(200);
    harness.acks.length = 0;
  };
  return { clock, ...scripted, ...harness, live, history, begin };
};

describe('ingest', () => {
  it('stores and judges a batch, and says so in one ack', async () => {
    const { clock, live, begin, acks, judge, rows } = await setUp();
    await begin();
    live(1, { sentAt: 777 });
    await clock.advance(300);
    expect(rows.size).toBe(2);
    expect(judge.told.submitted).toMatchObject([{ agentId: AGENT_IDS[0], stream: 1, seq: 1 }]);
    expect(acks).toHaveLength(1);
    expect(acks[0]).toMatchObject({
      topic: agentTopic(SHARD, AGENT_IDS[0], 'ack'),
      ack: {
        run: 'run-1',
        echo: { sentAt: 777 },
        live: { stream: 1, judged: 1, stored: 1 },
        history: { stream: 0, stored: 0 },
      },
    });
  });

  it('answers a hello at the next tick, telling how long it was held', async () => {
    const { clock, send, begin, acks } = await setUp();
    await begin();
    send(headerOf({ sentAt: 5 }));
    await clock.advance(99);
    expect(acks).toEqual([]);
    await clock.advance(1);
    expect(acks).toMatchObject([{ ack: { echo: { sentAt: 5, heldMs: 100 }, nowMs: clock.nowMs() } }]);
  });

  it('acks an agent once a tick at most, whatever it sends', async () => {
    const { clock, send, begin, acks } = await setUp();
    await begin();
    for (let i = 0; i < 500; i++) send(headerOf({ sentAt: i }));
    await clock.advance(100);
    expect(acks).toMatchObject([{ ack: { echo: { sentAt: 499 } } }]);
  });

  it('acks within a second where rows or verdicts are late, and again when they are there', async () => {
    const { clock, live, begin, acks } = await setUp([{ do: 'slow', ms: 3000 }]);
    await begin();
    live(1);
    await clock.advance(1200);
    expect(acks).toMatchObject([{ ack: { live: { judged: 1, stored: 0 } } }]);
    await clock.advance(3000);
    expect(acks.at(-1)).toMatchObject({ ack: { live: { judged: 1, stored: 1 } } });
    expect(acks).toHaveLength(2);
  });

  it('takes an empty batch: it is the heartbeat', async () => {
    const { clock, send, begin, lastAck, posts, judge } = await setUp();
    await begin();
    send(headerOf({ seq: 1, from: 1 }), { t0: clock.nowMs() });
    await clock.advance(200);
    expect(lastAck()).toMatchObject({ live: { judged: 1, stored: 1 } });
    expect(judge.told.submitted).toHaveLength(1);
    expect(posts).toEqual([]);
  });

  it('remembers a new stream before its first batch is taken up', async () => {
    const streams = createMemoryStreams();
    const { clock, live, rows, judge, lastAck } = await setUp([], streams);
    streams.control.away = true;
    live(1);
    live(2);
    await clock.advance(20_000);
    expect(judge.told.submitted).toEqual([]);
    expect(rows.size).toBe(0);
    streams.control.away = false;
    await clock.advance(6000);
    expect(streams.known.get(AGENT_IDS[0])).toMatchObject({ stream: 1, process: PROCESS });
    expect(judge.told.submitted.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(lastAck()).toMatchObject({ live: { stream: 1, judged: 2, stored: 2 } });
  });

  it('asks again where it is not certain whether a stream was remembered', async () => {
    const streams = createMemoryStreams();
    const { clock, live, judge } = await setUp([], streams);
    streams.control.ambiguous = true;
    live(1);
    await clock.advance(1000);
    streams.control.ambiguous = false;
    await clock.advance(6000);
    expect(judge.told.submitted).toHaveLength(1);
  });

  it('does not let what waits for PostgreSQL fill the memory', async () => {
    const streams = createMemoryStreams();
    const { clock, live, judge, count } = await setUp([], streams);
    streams.control.away = true;
    for (let seq = 1; seq <= 100; seq++) live(seq);
    await clock.advance(1000);
    streams.control.away = false;
    await clock.advance(6000);
    expect(judge.told.submitted).toHaveLength(64);
    expect(await count('batches_not_taken_total', 'registering')).toBe(36);
  });

  it.each([
    ['an older stream', { stream: 4 }],
    ['the same stream of another process', { process: OTHER_PROCESS }],
  ])('refuses %s, telling the next free one', async (_what, fields) => {
    const streams = createMemoryStreams();
    const newest = { agentId: AGENT_IDS[0], stream: 5, process: PROCESS };
    streams.known.set(newest.agentId, newest);
    const { clock, live, lastAck, judge, rows } = await setUp([], streams);
    live(1, { stream: 5, ...fields });
    await clock.advance(200);
    expect(lastAck()!.refused).toEqual({ stream: 5, process: PROCESS, next: 6 });
    expect(judge.told).toMatchObject({ submitted: [], heard: [] });
    expect(rows.size).toBe(0);
    live(1, { stream: 6, process: OTHER_PROCESS });
    await clock.advance(300);
    expect(lastAck()).toMatchObject({ live: { stream: 6, stored: 1 } });
    expect(lastAck()!.refused).toBeUndefined();
  });

  it('believes PostgreSQL where another hub took up a newer stream meanwhile', async () => {
    const streams = createMemoryStreams();
    const { clock, live, lastAck, judge, begin } = await setUp([], streams);
    await begin();
    streams.known.set(AGENT_IDS[0], { agentId: AGENT_IDS[0], stream: 9, process: OTHER_PROCESS });
    live(1, { stream: 2 });
    await clock.advance(300);
    expect(lastAck()!.refused).toEqual({ stream: 9, process: OTHER_PROCESS, next: 10 });
    expect(judge.told.submitted).toEqual([]);
  });

  it('settles a batch that cannot be read and puts it among the dead letters', async () => {
    const { clock, send, live, begin, lastAck, letters, count } = await setUp();
    await begin();
    send(headerOf({ seq: 1, from: 1 }), { t0: 'never' });
    live(2);
    await clock.advance(300);
    expect(lastAck()).toMatchObject({ live: { judged: 2, stored: 2 } });
    expect(letters).toMatchObject([{ agentId: AGENT_IDS[0], reason: 'schema' }]);
    expect(await count('messages_refused_total', 'schema')).toBe(1);
  });

  it('stores what an agent measured of a device that has moved to another, and of no other', async () => {
    const { clock, send, begin, rows, count, ingest } = await setUp();
    await begin();
    const body = icmpBody(clock.nowMs(), 2);
    body.icmp!.c = [31, 41];
    send(headerOf({ seq: 1, from: 1 }), body);
    await clock.advance(300);
    expect([...rows].map((line) => /check_id=(\d+)/.exec(line)![1])).toEqual(['31']);
    expect(await count('rows_dropped_total', 'foreign-check')).toBe(1);
    // Its newest figures come from its new agent.
    expect(ingest.latest.of(31)).toBeUndefined();
  });

  it('drops rows of unknown and foreign checks and of impossible stamps, and keeps the rest', async () => {
    const { clock, send, begin, rows, count, letters, judge } = await setUp();
    await begin();
    const body = icmpBody(clock.nowMs(), 4);
    body.icmp!.c = [1, 20, 30, 2];
    body.icmp!.d = [0, 0, 0, -1e6];
    send(headerOf({ seq: 1, from: 1 }), body);
    send(headerOf({ seq: 2, from: 1 }), icmpBody(1000, 1));
    await clock.advance(300);
    expect([...rows].map((line) => /check_id=(\d+)/.exec(line)![1])).toEqual(['1', '2']);
    expect(Array.from(judge.told.submitted[0]!.body.icmp!.o)).toEqual([0, 2, 2, 0]);
    expect(await count('rows_dropped_total', 'foreign-check')).toBe(1);
    expect(await count('rows_dropped_total', 'unknown-check')).toBe(1);
    expect(await count('rows_dropped_total', 'stamp')).toBe(1);
    expect(letters).toMatchObject([{ reason: 'stamps out of range' }]);
  });

  it('counts and forgets what comes from nobody', async () => {
    const { ingest, clock, acks, count, letters } = await setUp();
    for (const topic of [
      'nonsense',
      agentTopic(SHARD, '33333333-3333-4333-8333-333333333333', 'telemetry'),
      agentTopic('0b', AGENT_IDS[0], 'telemetry'),
      agentTopic(SHARD, AGENT_IDS[0], 'state'),
    ])
      ingest.handle(topic, Buffer.from(JSON.stringify(headerOf())));
    await clock.advance(1000);
    expect(await count('messages_refused_total', 'unknown-agent')).toBe(4);
    expect([acks, letters]).toEqual([[], []]);
  });

  it('hands on what is too old as well: the judge records the time that nobody judged', async () => {
    const { clock, live, begin, lastAck, judge, rows } = await setUp();
    await begin();
    judge.control.atOnce = false;
    live(1);
    live(2, { ageMs: 90_000 });
    live(3);
    await clock.advance(1500);
    expect(judge.told.submitted).toMatchObject([
      { seq: 1, ageMs: 0 },
      { seq: 2, ageMs: 90_000 },
      { seq: 3, ageMs: 0 },
    ]);
    expect(rows.size).toBe(6);
    // A kill now would lose the verdicts of what is stored: nothing may be forgotten yet.
    expect(lastAck()).toMatchObject({ live: { judged: 0, stored: 0 } });
    judge.judged(judge.told.submitted[0]!);
    judge.judged(judge.told.submitted[1]!, true);
    judge.judged(judge.told.submitted[2]!);
    await clock.advance(1500);
    // The one that was passed over comes again as history, and `from` passes it here.
    expect(lastAck()).toMatchObject({ live: { judged: 3, stored: 1 } });
    live(4, { from: 3 });
    judge.judged(judge.told.submitted[3]!);
    await clock.advance(1500);
    expect(lastAck()).toMatchObject({ live: { judged: 4, stored: 4 } });
  });

  it('tells history as stored once its time is healed as well', async () => {
    const { clock, history, begin, lastAck, judge, rows } = await setUp();
    await begin();
    judge.control.atOnce = false;
    history(1);
    history(2);
    await clock.advance(1500);
    expect(rows.size).toBe(4);
    expect(lastAck()).toMatchObject({ history: { stored: 0 } });
    judge.told.late[1]!.healed();
    await clock.advance(1500);
    expect(lastAck()).toMatchObject({ history: { stored: 0 } });
    judge.told.late[0]!.healed();
    await clock.advance(1500);
    expect(lastAck()).toMatchObject({ history: { stored: 2 } });
  });

  it('stores history, then hands it on as late with the stream it was made in, and never judges it', async () => {
    const { clock, history, begin, lastAck, judge, rows } = await setUp();
    const streams = { stream: 3, origin: 2 };
    await begin();
    history(1, streams);
    expect(judge.told.late).toEqual([]);
    await clock.advance(300);
    expect(judge.told.submitted).toEqual([]);
    expect(judge.told.late).toMatchObject([{ agentId: AGENT_IDS[0] }]);
    expect(lastAck()).toMatchObject({ history: { stream: 3, stored: 1 } });
    expect([...rows][0]).toContain('stream=2i');
  });

  it('heals by history that is older than rows are kept, and stores none of it', async () => {
    const { clock, send, begin, lastAck, judge, rows } = await setUp();
    await begin();
    judge.control.atOnce = false;
    const longAgo = icmpBody(clock.nowMs() - 365 * 86_400_000, 2);
    for (const seq of [1, 2]) send(headerOf({ lane: 'history', origin: 1, seq, from: 1 }), longAgo);
    await clock.advance(500);
    expect(judge.told.late).toHaveLength(2);
    expect(Array.from(judge.told.late[0]!.body.icmp!.o)).toEqual([0, 0]);
    for (const { healed } of judge.told.late) healed();
    await clock.advance(500);
    expect(lastAck()).toMatchObject({ history: { stream: 1, stored: 2 } });
    expect(rows.size).toBe(0);
  });

  it('holds 16 history batches of an agent, ignores the 17th, and takes it later', async () => {
    const { clock, history, live, begin, setAway, lastAck, count } = await setUp();
    await begin();
    setAway(true);
    for (let seq = 1; seq <= 17; seq++) history(seq);
    live(1);
    await clock.advance(1000);
    expect(await count('batches_not_taken_total', 'full')).toBe(1);
    setAway(false);
    await clock.advance(10_000);
    expect(lastAck()).toMatchObject({ history: { stored: 16 }, live: { stored: 1 } });
    history(17, { from: 17 });
    await clock.advance(300);
    expect(lastAck()).toMatchObject({ history: { stored: 17 } });
  });

  it('judges on while the row store is away, lets go after a minute, and follows what the agent gives up', async () => {
    const { clock, live, history, begin, setAway, lastAck, judge, ingest } = await setUp();
    await begin();
    setAway(true);
    for (let seq = 1; seq <= 12; seq++) {
      live(seq, { from: Math.max(1, seq - 6) });
      await clock.advance(10_000);
    }
    expect(judge.told.submitted).toHaveLength(12);
    expect(lastAck()).toMatchObject({ live: { judged: 12, stored: 5 } });
    expect(ingest.waitingBytes().live).toBeLessThan(7 * 2 * 100);
    setAway(false);
    await clock.advance(6000);
    for (let seq = 1; seq <= 6; seq++) history(seq);
    live(13, { from: 13 });
    await clock.advance(300);
    expect(lastAck()).toMatchObject({ live: { judged: 13, stored: 13 }, history: { stored: 6 } });
  });

  it('parks a poison row, stores the rest and moves on', async () => {
    const { clock, send, begin, poison, rows, letters, lastAck, count } = await setUp();
    await begin();
    const t0 = clock.nowMs();
    const bad = `icmp stream=1i,check_id=1i,min_us=900i,avg_us=1000i,max_us=1100i ${t0 + 2000}`;
    poison.add(bad);
    send(headerOf({ seq: 1, from: 1 }), icmpBody(t0, 3));
    await clock.advance(300);
    expect(rows.size).toBe(2);
    expect(letters).toEqual([
      {
        agentId: AGENT_IDS[0],
        topic: agentTopic(SHARD, AGENT_IDS[0], 'telemetry'),
        reason: `row refused: cannot store ${bad}`,
        payload: bad,
      },
    ]);
    expect(lastAck()).toMatchObject({ live: { stored: 1 } });
    expect(await count('rows_refused_total')).toBe(1);
  });

  it('reports what an agent says of its outbox at once, and its clock once a minute', async () => {
    const { clock, send, begin, reports } = await setUp();
    await begin();
    reports.length = 0;
    const status = {
      outboxRows: 7,
      corrupt: 0,
      lost: [
        { fromMs: 1, toMs: 2, samples: 3 },
        { fromMs: 3, toMs: 4, samples: 4 },
      ],
    };
    const ahead = (seq: number, ms: number, extra = {}) =>
      send(headerOf({ seq, from: 1, ageMs: 500 }), { ...icmpBody(clock.nowMs() + ms - 1500, 1), ...extra });
    ahead(1, -4000);
    ahead(2, 1200);
    ahead(3, -3000, { status });
    expect(reports).toEqual([
      { agentId: AGENT_IDS[0], report: { clockOffsetMs: 1200, outboxRows: 7, lostSamples: 7 } },
    ]);
    for (let seq = 4; seq < 12; seq++) {
      await clock.advance(10_000);
      ahead(seq, 50);
    }
    expect(reports.slice(1)).toEqual([{ agentId: AGENT_IDS[0], report: { clockOffsetMs: 50 } }]);
  });

  it('keeps the newest figures of the live lane', async () => {
    const { clock, live, history, begin, ingest } = await setUp();
    await begin();
    live(1);
    const { atMs } = ingest.latest.of(1)!;
    history(1);
    await clock.advance(300);
    expect(ingest.latest.of(1)).toEqual({ rttMs: 1, lossPercent: 0, atMs });
  });

  it('forgets an agent that is removed', async () => {
    const { clock, live, begin, events, directory, acks, count } = await setUp();
    await begin();
    live(1);
    directory.remove(AGENT_IDS[0]);
    events.emit('agent.removed', AGENT_IDS[0]);
    live(2);
    await clock.advance(2000);
    // The first batch's rows are committed, which may owe it one more ack.
    expect(acks.length).toBeLessThanOrEqual(1);
    expect(await count('messages_refused_total', 'unknown-agent')).toBe(1);
  });

  it('bounds what an agent can leave unsettled by many tiny batches', async () => {
    const { clock, live, begin, setAway, count, judge } = await setUp();
    await begin();
    setAway(true);
    for (let seq = 1; seq <= 5000; seq++) live(seq, {}, 1);
    await clock.advance(100);
    expect(judge.told.submitted).toHaveLength(4096);
    expect(await count('batches_not_taken_total', 'full')).toBe(1);
    expect(await count('batches_not_taken_total', 'gap')).toBe(5000 - 4097);
  });

  it('lets no agent fill the memory with what waits for verdicts, and goes on with it afterwards', async () => {
    const { clock, live, begin, judge, count, lastAck } = await setUp();
    await begin();
    judge.control.atOnce = false;
    // 240 batches of 5,000: 60 s of 20,000 checks a second.
    for (let seq = 1; seq <= 241; seq++) live(seq, {}, 5_000);
    await clock.advance(2_000);
    expect(judge.told.submitted).toHaveLength(240);
    expect(await count('batches_not_taken_total', 'full')).toBe(1);
    judge.judged(judge.told.submitted[0]!);
    live(241, {}, 5_000);
    expect(judge.told.submitted).toHaveLength(241);
    // A judge that cannot commit has passed them over by now: rows go on.
    await clock.advance(70_001);
    live(242, {}, 5_000);
    expect(judge.told.submitted).toHaveLength(242);
    judge.judged(judge.told.submitted.at(-1)!);
    await clock.advance(2_000);
    expect(lastAck()).toMatchObject({ live: { judged: 242 } });
  });

  it('bounds empty batches that wait for verdicts as well', async () => {
    const { clock, begin, send, judge } = await setUp();
    await begin();
    judge.control.atOnce = false;
    for (let seq = 1; seq <= 20_001; seq++) send(headerOf({ seq, from: seq }), { t0: clock.nowMs() });
    expect(judge.told.submitted).toHaveLength(20_000);
  });

  it('lets no agent take the room of all for rows, and takes up more once they are stored', async () => {
    const { clock, live, begin, setAway, count } = await setUp();
    await begin();
    setAway(true);
    for (let seq = 1; seq <= 62; seq++) live(seq, {}, 5_000);
    await clock.advance(1_000);
    expect(await count('batches_let_go_total')).toBe(2);
    setAway(false);
    await clock.advance(20_000);
    expect(await count('rows_stored_total')).toBe(300_000);
    live(63, {}, 5_000);
    await clock.advance(1_000);
    expect(await count('rows_stored_total')).toBe(305_000);
  });

  it('hears nothing before it started and after it stopped', async () => {
    const { clock, live, begin, ingest, judge, acks } = await setUp();
    await begin();
    live(1);
    const stopped = ingest.stop(5000);
    await clock.advance(5000);
    await stopped;
    expect(acks.at(-1)).toMatchObject({ ack: { live: { judged: 1, stored: 1 } } });
    live(2);
    await clock.advance(1000);
    expect(judge.told.submitted).toHaveLength(1);
    expect(clock.timers()).toBe(0);
  });
});
