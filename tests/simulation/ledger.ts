import { inflateRawSync } from 'node:zlib';
import type { BatchBody, OutcomeCode } from '@siaga/shared';

/** One probe cycle as the prober made it, before any outbox saw it. Its serial travels in the round-trip columns. */
export interface Cycle {
  serial: number;
  agent: number;
  check: number;
  outcome: OutcomeCode;
  lost: number;
  /** When it was sent, true time. */
  atMs: number;
  /** Natural key of its row, once it was sent or lies on a disk for good. */
  key: string | undefined;
  stampMs: number;
  /** A write that held it was confirmed to the agent. */
  kept: boolean;
  /** Why it need not be stored. */
  excuse: string | undefined;
  /** Left its disk by damage, stored or not: nobody brings it again, as history or from a ring that a restart lost. */
  isGone: boolean;
  /** Why it may be stored under two stamps: the known limit of a disk restored from before its first exchange. */
  mayDouble: boolean;
}

export const keyOf = (check: number, stream: number, stampMs: number): string =>
  `${check}/${stream}/${stampMs}`;

export interface Ledger {
  /** In the order of their making; the serial is the place, from 1. */
  readonly cycles: Cycle[];
  add(agent: number, check: number, outcome: OutcomeCode, lost: number, atMs: number): Cycle;
  of(serial: number): Cycle;
}

export const createLedger = (): Ledger => {
  const cycles: Cycle[] = [];
  return {
    cycles,
    of: (serial) => {
      const cycle = cycles[serial - 1];
      if (!cycle) throw new Error(`a sample with serial ${serial} was never made`);
      return cycle;
    },
    add: (agent, check, outcome, lost, atMs) => {
      const cycle: Cycle = {
        serial: cycles.length + 1,
        ...{ agent, check, outcome, lost, atMs },
        key: undefined,
        stampMs: 0,
        kept: false,
        excuse: undefined,
        isGone: false,
        mayDouble: false,
      };
      cycles.push(cycle);
      return cycle;
    },
  };
};

/** A sample as it lies in a body, on a disk or on the wire. */
export interface BodySample {
  serial: number;
  check: number;
  stampMs: number;
  outcome: number;
  lost: number;
}

const read = (bytes: Uint8Array, deflated: boolean): BodySample[] => {
  const plain = deflated ? inflateRawSync(bytes) : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const { t0, icmp } = JSON.parse(plain.toString()) as BatchBody;
  if (!icmp) return [];
  let stampMs = t0;
  return icmp.c.map((check, place) => {
    stampMs += icmp.d[place]!;
    return { serial: icmp.b[place]!, check, stampMs, outcome: icmp.o[place]!, lost: icmp.l[place]! };
  });
};

/** Reads bodies; each is met several times on its way, so what was read is remembered. */
export const createBodyReader = () => {
  const known = new Map<string, BodySample[]>();
  return (bytes: Uint8Array, deflated: boolean): BodySample[] => {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    let samples = known.get(text);
    if (!samples) {
      if (known.size > 500) known.clear();
      known.set(text, (samples = read(bytes, deflated)));
    }
    return samples;
  };
};
export type BodyReader = ReturnType<typeof createBodyReader>;
