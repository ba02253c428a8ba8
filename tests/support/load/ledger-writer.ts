import { closeSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { OUTCOME, type OutcomeCode } from '@siaga/shared';
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
  numbers: readonly number[];
}

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
  const takeNumbers = (
    key: string,
    columns: { c: number[]; o: number[]; a: number[]; b: number[]; m: number[] },
  ): number[] =>
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

    const witness = (op: StoreOp & { value: Uint8Array }, gone: readonly Written[]): Written | undefined => {
      const { key, value } = op;
      if (key === 'state') return undefined;
      const record = decodeRecord(value);
      const body = record && decodeBody(record.body);
      if (!record || !body) {
        say(`x ${key} of agent ${agent} cannot be read`);
        return undefined;
      }
      const { icmp } = body;
      if (!icmp || icmp.c.length === 0) return undefined;
      const content = JSON.stringify([icmp.c, icmp.o, icmp.a, icmp.b, icmp.m]);
      const before = gone.find((written) => written.content === content);
      // History that no batch of this process became: what a process before left behind. Its own ledger has it.
      if (!before && key.startsWith('h/')) return undefined;
      const numbers = before?.numbers ?? takeNumbers(key, icmp);
      const written = { batch: ++batches, content, numbers };
      let stampMs = body.t0;
      const samples = numbers.map((number, place) => {
        stampMs += icmp.d[place] as number;
        return `${number}:${stampMs}`;
      });
      say(`w ${written.batch} ${agent} ${key} ${record.origin} ${samples.join(' ')}`);
      return written;
    };

    return {
      ...store,
      write: async (ops, sync) => {
        const gone = ops.flatMap(({ key, value }) => (value ? [] : (onDisk.get(key) ?? [])));
        const put: [key: string, written: Written][] = [];
        for (const op of ops) {
          if (!op.value) continue;
          // A write that is tried again, or a store that was begun anew, brings the same batch once more.
          const written = onDisk.get(op.key) ?? witness(op as StoreOp & { value: Uint8Array }, gone);
          if (written) put.push([op.key, written]);
        }
        flush();
        for (const [key, written] of put) onDisk.set(key, written);
        await store.write(ops, sync);
        for (const { key, value } of ops) if (!value) onDisk.delete(key);
        if (!sync || put.length === 0) return;
        say(`d ${put.map(([, { batch }]) => batch).join(' ')}`);
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
