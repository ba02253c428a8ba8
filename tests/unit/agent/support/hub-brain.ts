import { inflateRawSync } from 'node:zlib';
import { BatchBody, BatchHeader, type Ack, type Lane } from '@siaga/shared';
import { Check } from 'typebox/value';

/** A hub reduced to telemetry.md's rules for one agent; tests switch its judging and storing on and off. */
export interface HubBrain {
  run: string;
  judging: boolean;
  storing: boolean;
  /** Acks are sent only while true; messages are taken either way. */
  acking: boolean;
  /** Rows by natural key (ts, check, origin stream), with how often each was written. */
  readonly rows: Map<string, number>;
  /** Outcomes as the engine would see them, in its order. */
  readonly judgedOrder: string[];
  /** Every header that came in. */
  readonly headers: BatchHeader[];
  readonly bodies: BatchBody[];
  /** The newest stream it would accept, as PostgreSQL keeps it. */
  newest: { stream: number; process: string };
  receive(payload: Uint8Array): void;
  /** Forgets its memory, as a new process; rows and the newest stream stay. */
  restart(run: string): void;
  /** Sends the ack that stands now. */
  ack(): void;
}

interface LaneState {
  stream: number;
  next: number;
  judged: number;
  stored: number;
  waiting: { seq: number; body: BatchBody; origin: number }[];
}

const emptyLane = (): LaneState => ({ stream: 0, next: 1, judged: 0, stored: 0, waiting: [] });

export const rowsOf = (body: BatchBody, origin: number): string[] => {
  const keys: string[] = [];
  for (const group of [body.icmp, body.host]) {
    let ts = body.t0;
    group?.c.forEach((check, place) => {
      ts += group.d[place] as number;
      keys.push(`${ts}/${check}/${origin}`);
    });
  }
  return keys;
};

export interface HubBrainDeps {
  nowMs: () => number;
  sendAck: (ack: Ack) => void;
}

export const createHubBrain = ({ nowMs, sendAck }: HubBrainDeps): HubBrain => {
  let lanes: Record<Lane, LaneState> = { live: emptyLane(), history: emptyLane() };
  let echo: number | undefined;
  let refused: Ack['refused'];

  const settle = (): void => {
    for (const lane of [lanes.live, lanes.history]) {
      if (brain.judging) lane.judged = lane.next - 1;
      if (!brain.storing) continue;
      for (const { body, origin } of lane.waiting)
        for (const key of rowsOf(body, origin)) brain.rows.set(key, (brain.rows.get(key) ?? 0) + 1);
      lane.waiting = [];
      lane.stored = lane.next - 1;
    }
  };

  const take = (header: BatchHeader, body: BatchBody): void => {
    const { stream, seq = 0, from = 0 } = header;
    let lane = lanes[header.lane];
    if (stream > lane.stream && seq === from) {
      lane = { ...emptyLane(), stream, next: from, judged: from - 1, stored: from - 1 };
      lanes[header.lane] = lane;
    }
    if (stream !== lane.stream) return;
    lane.judged = Math.max(lane.judged, from - 1);
    lane.stored = Math.max(lane.stored, from - 1);
    lane.next = Math.max(lane.next, from);
    if (seq !== lane.next) return;
    lane.next++;
    lane.waiting.push({ seq, body, origin: header.origin ?? stream });
    if (header.lane === 'live') brain.judgedOrder.push(...rowsOf(body, stream));
  };

  const brain: HubBrain = {
    run: 'run-1',
    judging: true,
    storing: true,
    acking: true,
    rows: new Map(),
    judgedOrder: [],
    headers: [],
    bodies: [],
    newest: { stream: 0, process: '' },
    receive: (payload) => {
      const bytes = Buffer.from(payload);
      const end = bytes.indexOf(10);
      const header: unknown = JSON.parse(bytes.subarray(0, end).toString());
      if (!Check(BatchHeader, header)) throw new Error(`bad header ${JSON.stringify(header)}`);
      brain.headers.push(header);
      echo = header.sentAt;
      const { stream, process } = header;
      const { newest } = brain;
      if (stream < newest.stream || (stream === newest.stream && process !== newest.process)) {
        refused = { ...newest, next: newest.stream + 1 };
      } else {
        brain.newest = { stream, process };
        if (header.seq !== undefined) {
          const rest = bytes.subarray(end + 1);
          const body: unknown = JSON.parse((header.enc ? inflateRawSync(rest) : rest).toString());
          if (!Check(BatchBody, body)) throw new Error(`bad body ${JSON.stringify(body)}`);
          brain.bodies.push(body);
          take(header, body);
        }
      }
      if (brain.acking) brain.ack();
    },
    restart: (run) => {
      brain.run = run;
      lanes = { live: emptyLane(), history: emptyLane() };
      refused = undefined;
    },
    ack: () => {
      settle();
      const { live, history } = lanes;
      const refusal = refused;
      refused = undefined;
      sendAck({
        run: brain.run,
        nowMs: nowMs(),
        ...(echo === undefined ? {} : { echo: { sentAt: echo, heldMs: 0 } }),
        live: { stream: live.stream, judged: live.judged, stored: live.stored },
        history: { stream: history.stream, stored: history.stored },
        ...(refusal ? { refused: refusal } : {}),
      });
    },
  };
  return brain;
};
