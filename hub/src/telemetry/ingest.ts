import { MAX_HISTORY_IN_FLIGHT, type BatchBody, type BatchHeader, type CheckType } from '@siaga/shared';
import type { Logger } from 'pino';
import type { EventBus } from '../events.js';
import type { DirectoryCheck, FleetDirectory } from '../fleet/ports.js';
import type { Clock } from '../platform/clock.js';
import { ACK_PATIENCE_MS, createAcks } from './acks.js';
import { ackFor, createAgentBook, isSettled, type AgentState } from './agents.js';
import { decodeBody, splitMessage, type PlacedHeader } from './codec.js';
import type { Counters, MessageFault } from './counters.js';
import type { DeadLetters } from './dead-letters.js';
import { createJudgingLines } from './judging-line.js';
import { admit, orderOf, type Lane } from './lanes.js';
import { createLatest, type Latest } from './latest.js';
import type { Cycles, Judge, JudgedListener } from './ports.js';
import { createStreamRegistry } from './registry.js';
import { noteStamp, report } from './reports.js';
import { siftBatch, type RowFault, type Sifted } from './rows.js';
import type { StreamStore } from './streams.js';
import { createWriter, type RowBatch, type RowStore, type WriterLimits } from './writer.js';

/** Places of a lane that may be unsettled; past it batches are ignored, so that no agent fills the memory. */
const MAX_UNSETTLED = 4_096;
/** An ack of history waits so long for more of it. */
const HISTORY_PATIENCE_MS = 200;
/** Rows of one agent that may wait for the row store, half of all; past it they are let go and come as history. */
const MAX_LIVE_ROWS_WAITING = 300_000;
const DAY_MS = 86_400_000;
/** The same kind of trouble is logged at most so often. */
const LOG_EVERY_MS = 60_000;

interface Batch extends RowBatch {
  agent: AgentState;
  lane: Lane;
  seq: number;
  /** Rows when it was taken; refused ones go from `rows`. */
  taken: number;
  /** History only: handed on once stored. */
  body: Cycles | undefined;
  /** Gives the room of its lines back. */
  release(): void;
  /** What stands between the batch and its `stored`: rows to be committed, verdicts to be committed or time to be healed. */
  open: number;
}

export interface IngestDeps {
  rows: RowStore;
  /** QuestDb.tablePrefix */
  tablePrefix: string;
  /** Days that the row store keeps rows. */
  rawDays: number;
  streams: StreamStore;
  deadLetters: DeadLetters;
  judge: Judge;
  directory: FleetDirectory;
  events: EventBus;
  clock: Clock;
  /** 0 ≤ n < 1. */
  random(): number;
  /** New at each start of the hub. */
  run: string;
  publishAck(topic: string, payload: string): Promise<void>;
  counters: Counters;
  log: Logger;
  limits?: Partial<WriterLimits>;
}

/** The core of the hub's side of telemetry.md: driven by messages, the clock's timers and the stores' answers only. */
export interface Ingest {
  /** Loads what is known of every agent's streams; messages before it are ignored. */
  start(): Promise<void>;
  /** Never throws; `payload` may be a view that is gone afterwards. */
  handle(topic: string, payload: Buffer): void;
  latest: Latest;
  waitingBytes(): { live: number; history: number };
  stop(withinMs: number): Promise<void>;
}

export const createIngest = (deps: IngestDeps): Ingest => {
  const { judge, directory, clock, counters, log, events } = deps;
  const latest = createLatest();
  const agents = createAgentBook(directory, (agent) => {
    acks.forget(agent);
    judging.forget(agent.judging);
  });
  const judging = createJudgingLines(clock);
  let running = false;

  const loggedMs = new Map<string, number>();
  const warn = (what: string, fields: object): void => {
    const nowMs = clock.monotonicMs();
    if (nowMs - (loggedMs.get(what) ?? -Infinity) < LOG_EVERY_MS) return;
    loggedMs.set(what, nowMs);
    log.warn(fields, what);
  };

  const acks = createAcks<AgentState>(clock, (agent) => sendAck(agent));

  const sendAck = (agent: AgentState): void => {
    const ack = ackFor(agent, deps.run, clock.nowMs(), clock.monotonicMs());
    counters.acks.inc();
    deps.publishAck(agent.ackTopic, JSON.stringify(ack)).catch((error: unknown) => {
      // Nothing is lost: the agent speaks again, and is answered again.
      counters.acksFailed.inc();
      warn('acks cannot be published', { err: error });
    });
  };

  /** An ack at once when nothing of the agent is under way any more, else within the patience. */
  const progressed = (agent: AgentState): void => acks.owe(agent, isSettled(agent) ? 0 : ACK_PATIENCE_MS);

  /**
   * One of the batch's two halves is committed. With both, its agent may delete it: a batch whose rows are safe, but whose
   * verdicts or healing are not, would be lost to availability by a kill.
   */
  const settle = (batch: Batch): void => {
    if (--batch.open > 0) return;
    const { agent } = batch;
    batch.lane.stored.mark(batch.seq);
    if (!batch.history) return progressed(agent);
    // An agent sends no more than so many at once, so that what it waits for decides how fast a cut of days is made up for.
    agent.historyWaiting--;
    acks.owe(agent, HISTORY_PATIENCE_MS);
  };

  const writer = createWriter<Batch>({
    store: deps.rows,
    clock,
    random: () => deps.random(),
    ...(deps.limits && { limits: deps.limits }),
    events: {
      committed: (batch) => {
        const { agent, body } = batch;
        counters.rowsStored.inc(batch.rows);
        batch.release();
        if (!batch.history) agent.liveRowsWaiting -= batch.taken;
        settle(batch);
        if (body) handOn(batch, body);
      },
      letGo: ({ agent, taken, release }) => {
        agent.liveRowsWaiting -= taken;
        release();
        counters.letGo.inc();
      },
      refused: (batch, line, message) => {
        counters.rowsRefused.inc();
        deps.deadLetters.add({
          agentId: batch.agent.id,
          topic: batch.agent.topic,
          reason: `row refused: ${message}`,
          payload: line,
        });
        warn('the row store refuses rows', { agentId: batch.agent.id, message });
      },
      failed: (error) => {
        counters.postsFailed.inc();
        warn('the row store does not answer; rows wait', { err: error });
      },
    },
  });
  counters.watchWaiting(() => writer.waitingBytes());

  const guarded = (what: string, action: () => void): void => {
    try {
      action();
    } catch (error) {
      counters.messagesRefused.inc({ fault: 'internal' });
      log.error({ err: error }, `${what} failed`);
    }
  };

  /** History whose rows are stored, or too old to be: its other half is healed. */
  const handOn = (batch: Batch, body: Cycles): void =>
    guarded('late data', () => judge.late(batch.agent.id, body, () => settle(batch)));

  const registry = createStreamRegistry({
    store: deps.streams,
    clock,
    random: () => deps.random(),
    onKnown: (agentId, newest) => {
      if (newest) agents.learn(agentId, newest);
      const agent = agents.byId(agentId);
      if (!agent) return;
      const held = agents.release(agent);
      if (!newest) return;
      for (const { payload, arrivedMs } of held)
        guarded('a telemetry message', () => receive(agent.topic, payload, arrivedMs));
    },
    onFailure: (error) => warn('new streams cannot be remembered; they wait', { err: error }),
  });

  const refuseMessage = (fault: MessageFault, topic: string, payload: Buffer, agentId?: string): void => {
    counters.messagesRefused.inc({ fault });
    if (agentId === undefined) return;
    deps.deadLetters.add({ agentId, topic, reason: fault, payload });
    warn('a telemetry message cannot be read', { agentId, fault });
  };

  const receive = (topic: string, payload: Buffer, arrivedMs: number): void => {
    const agent = agents.at(topic);
    if (!agent) return refuseMessage('unknown-agent', topic, payload);
    if (agent.held) return hold(agent, payload, arrivedMs);
    const message = splitMessage(payload);
    if (!message.ok) return refuseMessage(message.fault, topic, payload, agent.id);
    const { header } = message;
    const order = orderOf(agent.newest, header);
    if (order === 'newer') {
      hold(agent, payload, arrivedMs);
      return registry.register(agent.id, { stream: header.stream, process: header.process });
    }
    agent.echo = { sentAt: header.sentAt, arrivedMs };
    if (order === 'older') {
      agent.refused = true;
      counters.notTaken.inc({ reason: 'older-stream' });
      warn('an older process of an agent speaks, or a second copy of it', {
        agentId: agent.id,
        stream: header.stream,
        newest: agent.newest.stream,
      });
      return acks.owe(agent, 0);
    }
    judge.heard(agent.id);
    report(agent.figures, events, agent.id, clock.monotonicMs(), undefined);
    if (message.kind === 'hello') {
      counters.hellos.inc();
      return acks.owe(agent, 0);
    }
    place(agent, message.header, message.body, arrivedMs, topic, payload);
  };

  const hold = (agent: AgentState, payload: Buffer, arrivedMs: number): void => {
    if (!agents.hold(agent, payload, arrivedMs)) counters.notTaken.inc({ reason: 'registering' });
  };

  /** Finds the batch's place in its lane and takes it up where it is the next. */
  const place = (
    agent: AgentState,
    header: PlacedHeader,
    bytes: Buffer,
    arrivedMs: number,
    topic: string,
    payload: Buffer,
  ): void => {
    const admission = admit(agent[header.lane], header);
    agent[header.lane] = admission.lane;
    const notTaken = admission.take ? roomFault(agent, header, admission.lane) : admission.reason;
    if (notTaken) {
      counters.notTaken.inc({ reason: notTaken });
      return acks.owe(agent, 0);
    }
    const lane = admission.lane!;
    const decoded = decodeBody(header, bytes);
    lane.next = header.seq + 1;
    if (!decoded.ok) {
      // It would come for ever: it is settled as it is, and lies among the dead letters.
      lane.judged.mark(header.seq);
      lane.stored.mark(header.seq);
      refuseMessage(decoded.fault, topic, payload, agent.id);
      return progressed(agent);
    }
    const originStream = header.origin ?? header.stream;
    const sifted = sift(agent, header, decoded.body, originStream);
    if (sifted.dropped.stamp > 0)
      deps.deadLetters.add({ agentId: agent.id, topic, reason: 'stamps out of range', payload });
    if (header.lane === 'live') takeLive(agent, lane, header, sifted, arrivedMs);
    else takeHistory(agent, lane, header, sifted);
    progressed(agent);
    const { status } = decoded.body;
    if (status) report(agent.figures, events, agent.id, clock.monotonicMs(), status);
  };

  const roomFault = (agent: AgentState, header: BatchHeader, lane: Lane): 'full' | undefined => {
    if (lane.next - 1 - lane.stored.value() >= MAX_UNSETTLED) return 'full';
    if (header.lane === 'live') return judging.isFull(agent.judging) ? 'full' : undefined;
    return agent.historyWaiting < MAX_HISTORY_IN_FLIGHT && writer.hasHistoryRoom() ? undefined : 'full';
  };

  const sift = (agent: AgentState, header: PlacedHeader, body: BatchBody, originStream: number): Sifted => {
    // A row is looked up once: what is heard of it comes right after its check was.
    let check: DirectoryCheck | undefined;
    const sifted = siftBatch(body, {
      tablePrefix: deps.tablePrefix,
      originStream,
      nowMs: clock.nowMs(),
      keptMs: deps.rawDays * DAY_MS,
      faultOfCheck: (id: number, type: CheckType) => {
        check = directory.check(id);
        // Its device has moved to another agent: what this one measured of it before is stored all the same.
        const known = check ?? directory.movedCheck(id);
        if (known?.type !== type) return 'unknown-check';
        return known.agentId === agent.id ? undefined : 'foreign-check';
      },
      ...(header.lane === 'live' && {
        onIcmp: (id: number, atMs: number, outcome: number, avgUs: number, lost: number) => {
          if (check) latest.note(id, check.deviceId, atMs, outcome, avgUs, lost);
        },
      }),
    });
    for (const fault of Object.keys(sifted.dropped) as RowFault[]) {
      if (sifted.dropped[fault] > 0) counters.rowsDropped.inc({ fault }, sifted.dropped[fault]);
    }
    counters.batches[header.lane].inc();
    counters.rows[header.lane].inc(sifted.rows);
    return sifted;
  };

  const takeLive = (
    agent: AgentState,
    lane: Lane,
    header: PlacedHeader,
    sifted: Sifted,
    arrivedMs: number,
  ): void => {
    const { seq, stream, ageMs } = header;
    const { lines, rows, body } = sifted;
    const batch: Batch = {
      history: false,
      lines: lines.bytes,
      release: () => lines.release(),
      rows,
      agent,
      lane,
      seq,
      taken: rows,
      body: undefined,
      open: 2,
    };
    if (rows === 0) batch.open--;
    else if (agent.liveRowsWaiting < MAX_LIVE_ROWS_WAITING && writer.append(batch))
      agent.liveRowsWaiting += rows;
    else {
      lines.release();
      counters.letGo.inc();
    }
    // Also what is too old to be judged: the judge passes it over itself, and puts that time on record.
    judging.push(agent.judging, { stream, seq, samples: rows, arrivedMs, settle: () => settle(batch) });
    judge.submit({ agentId: agent.id, stream, seq, ageMs, arrivedMs, body });
    if (sifted.newestMs !== undefined) noteStamp(agent.figures, sifted.newestMs, ageMs, clock.nowMs());
  };

  const takeHistory = (
    agent: AgentState,
    lane: Lane,
    header: PlacedHeader,
    { lines, rows, body, dropped }: Sifted,
  ): void => {
    const { seq } = header;
    const batch: Batch = {
      history: true,
      lines: lines.bytes,
      release: () => lines.release(),
      rows,
      taken: rows,
      agent,
      lane,
      seq,
      body,
      open: 2,
    };
    if (rows === 0 && dropped.expired === 0) return lane.stored.mark(seq);
    agent.historyWaiting++;
    if (rows === 0) {
      batch.open--;
      return handOn(batch, body);
    }
    // Room was asked for before the batch was taken up.
    writer.append(batch);
  };

  const onJudged: JudgedListener = (agentId, stream, seq, passedOver) => {
    const agent = agents.byId(agentId);
    if (!agent) return;
    // What was passed over is never told as stored: after a minute its agent brings it again, as history.
    for (const batch of judging.takeTo(agent.judging, stream, seq)) if (!passedOver) batch.settle();
    if (agent.live?.stream !== stream) return;
    // The judge speaks in order: all before it are judged as well.
    agent.live.judged.passTo(Math.min(seq, agent.live.next - 1));
    progressed(agent);
  };
  judge.onJudged(onJudged);

  const onAgentRemoved = (agentId: string): void => agents.remove(agentId);
  const onDeviceRemoved = (deviceId: string): void => latest.forgetDevice(deviceId);

  return {
    latest,
    waitingBytes: () => writer.waitingBytes(),
    start: async () => {
      for (const { agentId, stream, process } of await deps.streams.load())
        agents.learn(agentId, { stream, process });
      events.on('agent.removed', onAgentRemoved);
      events.on('device.removed', onDeviceRemoved);
      running = true;
    },
    handle: (topic, payload) => {
      if (running) guarded('a telemetry message', () => receive(topic, payload, clock.monotonicMs()));
    },
    stop: async (withinMs) => {
      running = false;
      events.off('agent.removed', onAgentRemoved);
      events.off('device.removed', onDeviceRemoved);
      registry.stop();
      await writer.stop(withinMs);
      acks.stop();
    },
  };
};
