/** One event of the feed, ready to be sent. */
export interface Frame {
  /** Its place; counts 1, 2, 3 … since the hub's start. */
  n: number;
  /** The whole event as server-sent text. */
  text: string;
  /** Only for callers that may read tickets. */
  isTicket: boolean;
}

/** The newest events of this run of the hub, by place; a reader that was away takes up where it stopped. */
export interface Ring {
  /** Place of the newest event; 0 before the first. */
  newest(): number;
  /** An event's id as clients see and send it. */
  idOf(n: number): string;
  push(name: string, data: string, isTicket: boolean): Frame;
  /** What came after the event of this id, oldest first; undefined where that is not held (any more) or unknown. */
  after(id: string): Frame[] | undefined;
}

/** `run` sets this start of the hub apart from every other; `capacity` is how many events are held. */
export const createRing = (run: string, capacity: number): Ring => {
  const frames: Frame[] = [];
  let newest = 0;
  const idOf = (n: number): string => `${run}.${n}`;
  return {
    newest: () => newest,
    idOf,
    push: (name, data, isTicket) => {
      newest += 1;
      const frame = { n: newest, text: eventText(idOf(newest), name, data), isTicket };
      frames[(newest - 1) % capacity] = frame;
      return frame;
    },
    after: (id) => {
      const n = placeOf(id, run);
      const oldest = Math.max(1, newest - capacity + 1);
      if (n === undefined || n > newest || n < oldest - 1) return undefined;
      return Array.from({ length: newest - n }, (_, i) => frames[(n + i) % capacity] as Frame);
    },
  };
};

/** A server-sent event. `data` is one line, as JSON always is. */
export const eventText = (id: string, name: string, data: string): string =>
  `id: ${id}\nevent: ${name}\ndata: ${data}\n\n`;

const placeOf = (id: string, run: string): number | undefined => {
  if (!id.startsWith(`${run}.`)) return undefined;
  const digits = id.slice(run.length + 1);
  return /^(0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : undefined;
};
