/** Who reads: the whole feed, or without what only those who may read tickets see. */
export type Audience = 'all' | 'no-tickets';

/** One event of the feed; each audience has its own form of it. */
export interface Frame {
  /** Its place; counts 1, 2, 3 … since the hub's start. */
  n: number;
  name: string;
  /** Its data as JSON. */
  data: string;
  /** The same for those who may not read tickets; undefined: nothing of it is for them. */
  plain: string | undefined;
}

/** The newest events of this run of the hub, by place; a reader that was away takes up where it stopped. */
export interface Ring {
  /** Place of the newest event; 0 before the first. */
  newest(): number;
  /** An event's id as clients of an audience see and send it: one audience does not resume where another stopped. */
  idOf(n: number, audience: Audience): string;
  push(name: string, data: string, plain: string | undefined): Frame;
  /** The place that an id stands for; undefined where what follows it is not held (any more), or it is unknown. */
  placeOf(id: string, audience: Audience): number | undefined;
  /** What came after the event of this place, oldest first, at most so many; undefined where that is not held any more. */
  after(n: number, most: number): Frame[] | undefined;
  /** The frames as server-sent text; empty where nothing of them is for the audience. */
  textOf(frames: readonly Frame[], audience: Audience): string;
}

/** `run` sets this start of the hub apart from every other; `capacity` is how many events are held. */
export const createRing = (run: string, capacity: number): Ring => {
  const frames: Frame[] = [];
  let newest = 0;
  const runOf: Readonly<Record<Audience, string>> = { all: run, 'no-tickets': `${run}-r` };
  const idOf = (n: number, audience: Audience): string => `${runOf[audience]}.${n}`;
  const isHeldAfter = (n: number): boolean => n <= newest && n >= Math.max(1, newest - capacity + 1) - 1;
  return {
    newest: () => newest,
    idOf,
    push: (name, data, plain) => {
      newest += 1;
      const frame = { n: newest, name, data, plain };
      frames[(newest - 1) % capacity] = frame;
      return frame;
    },
    placeOf: (id, audience) => {
      const n = placeIn(id, runOf[audience]);
      return n !== undefined && isHeldAfter(n) ? n : undefined;
    },
    after: (n, most) =>
      isHeldAfter(n)
        ? Array.from({ length: Math.min(most, newest - n) }, (_, i) => frames[(n + i) % capacity] as Frame)
        : undefined,
    textOf: (wanted, audience) => {
      let text = '';
      for (const { n, name, data, plain } of wanted) {
        const shown = audience === 'all' ? data : plain;
        if (shown !== undefined) text += eventText(idOf(n, audience), name, shown);
      }
      return text;
    },
  };
};

/** A server-sent event. `data` is one line, as JSON always is. */
export const eventText = (id: string, name: string, data: string): string =>
  `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;

const placeIn = (id: string, run: string): number | undefined => {
  if (!id.startsWith(`${run}.`)) return undefined;
  const digits = id.slice(run.length + 1);
  return /^(0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : undefined;
};
