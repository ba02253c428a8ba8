import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody } from '../../../agent/src/codec.js';
import { decodeRecord, type OutboxRecord } from '../../../agent/src/outbox-record.js';
import { rowsOf } from './support/hub-brain.js';
import { createRig, icmpConfig, type Rig } from './support/rig.js';

const ADDRESSES = ['10.0.0.1', '10.0.0.2', '10.0.0.3'];

const finalRows = (record: OutboxRecord): string[] => {
  const body = decodeBody(record.body);
  if (!body) throw new Error('a record on the disk cannot be read');
  return rowsOf(body, record.origin);
};

/** Watches every write: what is deleted was stored by the hub or is put again in the same write. */
const watchDisk = (rig: Rig): { final: Set<string>; vanished: string[] } => {
  const watched = { final: new Set<string>(), vanished: [] as string[] };
  const store = rig.disk.store.bind(rig.disk);
  rig.disk.store = (alive) => {
    const inner = store(alive);
    return {
      ...inner,
      write: async (ops, sync) => {
        const before = new Map(ops.map(({ key }) => [key, rig.disk.entries.get(key)]));
        await inner.write(ops, sync);
        let put = 0;
        let gone = 0;
        for (const { key, value } of ops) {
          if (key === 'state') continue;
          const record = decodeRecord(value ?? before.get(key) ?? new Uint8Array());
          if (!record) continue;
          if (value) {
            put += record.samples;
            if (!record.unstamped) for (const row of finalRows(record)) watched.final.add(row);
          } else if (record.unstamped ?? finalRows(record).some((row) => !rig.hub.rows.has(row))) {
            gone += record.samples;
          }
        }
        if (gone > put) watched.vanished.push(`${gone - put} samples in ${ops.map(({ key }) => key).join()}`);
      },
    };
  };
  return watched;
};

const FAULTS = [
  'cut',
  'kill',
  'restart hub',
  'take stream',
  'no storing',
  'no judging',
  'no acks',
  'drops',
  'slow',
  'wall step',
] as const;

/** What lasts goes on through the faults after it until one heals. */
const fault = fc.record({
  what: fc.constantFrom(...FAULTS),
  forMs: fc.integer({ min: 200, max: 120_000 }),
  heals: fc.boolean(),
});
type Fault = typeof fault extends fc.Arbitrary<infer T> ? T : never;

const heal = (rig: Rig): void => {
  rig.line = rig.hub.storing = rig.hub.judging = rig.hub.acking = true;
  rig.dropShare = 0;
  rig.delayMs = 10;
};

let processes = 0;
const nextProcess = (): string => (++processes).toString(16).padStart(16, '0');

const suffer = async (rig: Rig, { what, forMs, heals }: Fault): Promise<void> => {
  const { hub } = rig;
  if (what === 'cut') rig.line = false;
  if (what === 'restart hub') {
    hub.restart(`run-${nextProcess()}`);
    rig.announce(hub.run);
  }
  if (what === 'kill') {
    rig.kill();
    await rig.boot(nextProcess());
  }
  if (what === 'take stream') hub.newest = { stream: hub.newest.stream + 3, process: 'f'.repeat(16) };
  if (what === 'no storing') hub.storing = false;
  if (what === 'no judging') hub.judging = false;
  if (what === 'no acks') hub.acking = false;
  if (what === 'drops') rig.dropShare = 0.3;
  if (what === 'slow') rig.delayMs = 700;
  if (what === 'wall step') rig.wallStepMs += forMs - 60_000;
  await rig.advance(forMs);
  if (heals) heal(rig);
};

describe('under faults', () => {
  it('stores every sample that reached the disk, nothing else, and judges in order (property)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fault, { minLength: 1, maxLength: 6 }), async (faults) => {
        const rig = createRig();
        const watched = watchDisk(rig);
        rig.configure(icmpConfig(1, ADDRESSES));
        rig.announce(rig.hub.run);
        await rig.boot(nextProcess());
        await rig.advance(7_000);
        for (const one of faults) await suffer(rig, one);
        heal(rig);
        rig.configure(icmpConfig(2, []));
        // The longest patience of the history lane is five minutes.
        await rig.advance(400_000);
        expect(watched.vanished).toEqual([]);
        expect([...watched.final].filter((row) => !rig.hub.rows.has(row))).toEqual([]);
        expect([...rig.hub.rows.keys()].filter((row) => !watched.final.has(row))).toEqual([]);
        const held = [...rig.disk.entries.keys()].filter((key) => /^[uh]/.test(key));
        expect(held).toEqual([]);
        expect(new Set(rig.hub.judgedOrder).size).toBeGreaterThan(0);
      }),
      { numRuns: Number(process.env['SIAGA_AGENT_FAULT_RUNS'] ?? 10), seed: 20_260_115 },
    );
  }, 600_000);
});
