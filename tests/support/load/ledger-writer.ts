import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { OUTCOME, type IcmpColumns, type OutcomeCode } from '@siaga/shared';
import { decodeBody } from '../../../agent/src/codec.js';
import { decodeRecord } from '../../../agent/src/outbox-record.js';
import type { OutboxStore, StoreOp } from '../../../agent/src/store.js';
import { carriedNumber } from './numbers.js';

const LIFE = /^life-(\d{4})\.log$/;
const FLUSH_CHARS = 64 * 1024;

/**
 * The ledger of one load process, one line an event, in the order of their happening:
 *
 * `p number agent check outcome lost` — the prober answered a cycle;
 * `w batch agent key origin number:stamp …` — the agent is about to write this batch to its disk;
 * `d batch …` — these batches are on the disk, synced;
 * `a agent stream judged stored epochMs` — an ack reached the agent's process;
 * `x words` — the agent wrote what the prober had not answered, or in another order;
 * `e` — the process ended in order.
 *
 * What was answered is in the file before the agent's disk sees it, and `d` only after it did: a kill -9 at any moment
 * leaves a true ledger, though its last line may be torn.
 */
export interface LedgerWriter {
  /** Counts the processes that kept this ledger: 1, 2, 3 … */
  readonly life: number;
  produced(number: number, agent: number, checkId: number, outcome: OutcomeCode, lost: number): void;
  acked(agent: number, stream: number, judged: number, stored: number, atMs: number): void;
  /** The agent's disk, with a witness. */
  watch(agent: number, store: OutboxStore): OutboxStore;
  end(): void;
}

interface Written {
  batch: number;
  /** What the batch tells, its stamps left out: how a batch is known again once it is stamped. */
  content: string;
  t0: number;
  numbers: readonly number[];
}

/** A batch that is about to be written under a key that holds none yet. */
interface Fresh {
  key: string;
  origin: number;
  content: string;
  t0: number;
  icmp: IcmpColumns;
}

/** Whether a batch may come from one place of the disk to the other: it is stamped, or grows too old for the live lane. */
const mayMove = (from: string, to: string): boolean =>
  to.startsWith('h/') ? !from.startsWith('h/') : to.startsWith('l/') && from.startsWith('u/');

/**
 * Which batch of those that go with the same write each fresh one is. Many tell the same (a cycle that failed): one with the
 * same stamps is the same batch; of those that were stamped anew the order stays.
 */
export const matchMoved = <Gone extends Pick<Written, 'content' | 't0'>>(
  gone: readonly { key: string; written: Gone }[],
  fresh: readonly Pick<Fresh, 'key' | 'content' | 't0'>[],
): Map<string, Gone> => {
  const left = [...gone];
  const moved = new Map<string, Gone>();
  const inOrder = [...fresh].sort((one, other) => one.t0 - other.t0);
  for (const isSameTime of [true, false])
    for (const { key, content, t0 } of inOrder) {
      if (moved.has(key)) continue;
      const place = left.findIndex(
        (one) =>
          one.written.content === content &&
          mayMove(one.key, key) &&
          (isSameTime ? one.written.t0 === t0 : one.key.startsWith('u/')),
      );
      if (place >= 0) moved.set(key, left.splice(place, 1)[0]!.written);
    }
  return moved;
};

export const createLedgerWriter = (directory: string): LedgerWriter => {
  mkdirSync(directory, { recursive: true });
  const lives = readdirSync(directory).flatMap((name) => LIFE.exec(name)?.[1] ?? []);
  const life = Math.max(0, ...lives.map(Number)) + 1;
  const file = openSync(join(directory, `life-${String(life).padStart(4, '0')}.log`), 'wx');
  let text = '';
  let batches = 0;
  /** Answered, not yet in a batch: by check, oldest first. A check's samples enter its batches in this order. */
  const loose = new Map<number, number[]>();

  const flush = (): void => {
    if (text === '') return;
    const bytes = Buffer.from(text);
    text = '';
    for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done);
  };
  const say = (line: string): void => {
    text += `${line}\n`;
    if (text.length > FLUSH_CHARS) flush();
  };

  /** The numbers of a batch's samples, by what the prober answered. */
  const takeNumbers = (key: string, columns: IcmpColumns): number[] =>
    columns.c.map((checkId, place) => {
      const number = loose.get(checkId)?.shift() ?? 0;
      const carried =
        columns.o[place] === OUTCOME.ok
          ? carriedNumber(columns.a[place] as number, columns.b[place] as number, columns.m[place] as number)
          : number;
      if (number === 0 || carried !== number)
        say(`x ${key} place ${place} check ${checkId}: ${carried ?? 'no number'} where ${number} was next`);
      return number;
    });

  const watch = (agent: number, store: OutboxStore): OutboxStore => {
    const onDisk = new Map<string, Written>();

    const read = ({ key, value }: StoreOp): Fresh | undefined => {
      if (!value || key === 'state' || onDisk.has(key)) return undefined;
      const record = decodeRecord(value);
      const body = record && decodeBody(record.body);
      if (!record || !body) {
        say(`x ${key} of agent ${agent} cannot be read`);
        return undefined;
      }
      const { t0, icmp } = body;
      if (!icmp || icmp.c.length === 0) return undefined;
      const content = JSON.stringify([icmp.c, icmp.o, icmp.a, icmp.b, icmp.m]);
      return { key, origin: record.origin, content, t0, icmp };
    };

    const witness = (
      { key, origin, content, t0, icmp }: Fresh,
      before: Written | undefined,
    ): Written | undefined => {
      // History that no batch of this process became: what a process before left behind. Its own ledger has it.
      if (!before && key.startsWith('h/')) return undefined;
      const numbers = before?.numbers ?? takeNumbers(key, icmp);
      const written = { batch: ++batches, content, t0, numbers };
      let stampMs = t0;
      const samples = numbers.map((number, place) => {
        stampMs += icmp.d[place] as number;
        return `${number}:${stampMs}`;
      });
      say(`w ${written.batch} ${agent} ${key} ${origin} ${samples.join(' ')}`);
      return written;
    };

    return {
      ...store,
      write: async (ops, sync) => {
        const gone = ops.flatMap(({ key, value }) => {
          const written = value ? undefined : onDisk.get(key);
          return written ? [{ key, written }] : [];
        });
        const fresh = ops.flatMap((op) => read(op) ?? []);
        const moved = matchMoved(gone, fresh);
        for (const one of fresh) {
          const written = witness(one, moved.get(one.key));
          if (written) onDisk.set(one.key, written);
        }
        // A write that is tried again, or a store that was begun anew, brings the same batch once more.
        const put = ops.flatMap(({ key, value }) => (value ? (onDisk.get(key)?.batch ?? []) : []));
        flush();
        await store.write(ops, sync);
        for (const { key, value } of ops) if (!value) onDisk.delete(key);
        if (!sync || put.length === 0) return;
        say(`d ${put.join(' ')}`);
        flush();
      },
    };
  };

  return {
    life,
    produced: (number, agent, checkId, outcome, lost) => {
      say(`p ${number} ${agent} ${checkId} ${outcome} ${lost}`);
      const others = loose.get(checkId);
      if (others) others.push(number);
      else loose.set(checkId, [number]);
    },
    acked: (agent, stream, judged, stored, atMs) => say(`a ${agent} ${stream} ${judged} ${stored} ${atMs}`),
    watch,
    end: () => {
      say('e');
      flush();
      closeSync(file);
    },
  };
};
