import type { Health } from '@siaga/shared';

/** A device's health over a span, and fewer intervals of it than there are. Pure. */

export interface HealthPiece {
  health: Health;
  startMs: number;
  endMs: number;
  /** Put there by samples that came late. */
  late: boolean;
}

const WORSE: Readonly<Record<Health, number>> = { up: 0, unknown: 1, degraded: 2, down: 3 };

/** True where `a` is worse news than `b`. */
export const isWorse = (a: Health, b: Health): boolean => WORSE[a] > WORSE[b];

/**
 * The pieces without gap or overlap from `fromMs` to `toMs`. Where nothing is on record nobody looked; where pieces were
 * left out (`isSifted`) the worse of what lies beside the gap stands for them.
 */
export const coverSpan = (
  stored: readonly HealthPiece[],
  fromMs: number,
  toMs: number,
  isSifted = false,
): HealthPiece[] => {
  const pieces: HealthPiece[] = [];
  let reachedMs = fromMs;
  const fill = (untilMs: number, next: HealthPiece | undefined): void => {
    if (untilMs <= reachedMs) return;
    const last = pieces.at(-1);
    const worse = last && next ? (isWorse(last.health, next.health) ? last : next) : (next ?? last);
    const filling = isSifted ? worse : undefined;
    pieces.push({
      health: filling?.health ?? 'unknown',
      startMs: reachedMs,
      endMs: untilMs,
      late: filling?.late ?? false,
    });
    reachedMs = untilMs;
  };
  for (const piece of stored) {
    const startMs = Math.max(piece.startMs, reachedMs);
    const endMs = Math.min(piece.endMs, toMs);
    if (endMs <= startMs) continue;
    fill(startMs, piece);
    pieces.push({ ...piece, startMs, endMs });
    reachedMs = endMs;
  }
  fill(toMs, undefined);
  return pieces;
};

interface Node extends HealthPiece {
  before: Node | undefined;
  after: Node | undefined;
  isGone: boolean;
}

/**
 * At most `most` pieces: neighbours of one health become one, then the shortest is taken over by its worse neighbour,
 * again and again. Each outage is still seen as long as there is room for it; the sum of the pieces stays the span.
 */
export const mergePieces = (pieces: readonly HealthPiece[], most: number): HealthPiece[] => {
  if (pieces.length <= most) return [...pieces];
  const nodes = linked(pieces);
  let count = nodes.length;
  /** What lies after it is its own from now on. */
  const swallowAfter = (node: Node): void => {
    const gone = node.after!;
    node.endMs = gone.endMs;
    node.after = gone.after;
    if (gone.after) gone.after.before = node;
    gone.isGone = true;
    count -= 1;
  };
  const joinAlike = (node: Node): Node => {
    let joined = node;
    while (joined.after?.health === joined.health) {
      joined.late &&= joined.after.late;
      swallowAfter(joined);
    }
    while (joined.before?.health === joined.health) {
      joined = joined.before;
      joined.late &&= joined.after!.late;
      swallowAfter(joined);
    }
    return joined;
  };
  for (const node of nodes) if (!node.isGone) joinAlike(node);
  const heap = createHeap(nodes.filter((node) => !node.isGone));
  while (count > most) {
    const shortest = heap.take();
    if (!shortest) break;
    const { before, after } = shortest;
    const heir =
      before && after ? (isWorse(after.health, before.health) ? after : before) : (before ?? after);
    if (!heir) break;
    shortest.health = heir.health;
    shortest.late = heir.late;
    heap.put(joinAlike(shortest));
  }
  return nodes
    .filter((node) => !node.isGone)
    .map(({ health, startMs, endMs, late }) => ({ health, startMs, endMs, late }));
};

const linked = (pieces: readonly HealthPiece[]): Node[] => {
  const nodes: Node[] = [];
  for (const piece of pieces) {
    const node: Node = { ...piece, before: nodes.at(-1), after: undefined, isGone: false };
    if (node.before) node.before.after = node;
    nodes.push(node);
  }
  return nodes;
};

const lengthOf = ({ startMs, endMs }: HealthPiece): number => endMs - startMs;

/** A binary heap of pieces by length, the earlier one first where two are equal. Entries may be out of date. */
const createHeap = (nodes: readonly Node[]) => {
  interface Entry {
    node: Node;
    length: number;
  }
  const entries: Entry[] = nodes.map((node) => ({ node, length: lengthOf(node) }));
  const isBefore = (a: Entry, b: Entry): boolean =>
    a.length !== b.length ? a.length < b.length : a.node.startMs < b.node.startMs;
  const swap = (a: number, b: number): void => {
    const held = entries[a]!;
    entries[a] = entries[b]!;
    entries[b] = held;
  };
  const sink = (from: number): void => {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= entries.length) return;
      const right = left + 1;
      const least = right < entries.length && isBefore(entries[right]!, entries[left]!) ? right : left;
      if (!isBefore(entries[least]!, entries[at]!)) return;
      swap(at, least);
      at = least;
    }
  };
  for (let at = (entries.length >> 1) - 1; at >= 0; at -= 1) sink(at);
  return {
    put: (node: Node): void => {
      let at = entries.push({ node, length: lengthOf(node) }) - 1;
      while (at > 0 && isBefore(entries[at]!, entries[(at - 1) >> 1]!)) {
        swap(at, (at - 1) >> 1);
        at = (at - 1) >> 1;
      }
    },
    /** The shortest piece there still is; each is answered once for the length it has. */
    take: (): Node | undefined => {
      for (;;) {
        const top = entries[0];
        if (!top) return undefined;
        const last = entries.pop()!;
        if (entries.length > 0) {
          entries[0] = last;
          sink(0);
        }
        if (!top.node.isGone && top.length === lengthOf(top.node)) return top.node;
      }
    },
  };
};
