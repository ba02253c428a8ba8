import type { AgentStateMessage } from '@siaga/shared';
import {
  FencedError,
  UncertainCommitError,
  type Leases,
  type SavedGroup,
  type TakenLease,
  type VerdictStore,
} from '../../hub/src/detection/store.js';
import { orderState } from '../../hub/src/fleet/rules.js';
import type { StreamStore } from '../../hub/src/telemetry/streams.js';
import { never, type Life } from './machine.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import {
  backUp,
  createTables,
  heal,
  writeGroup,
  type AgentRow,
  type VerdictTables,
} from './verdict-tables.js';

/** Chances of one transaction. */
export interface VerdictTrouble {
  /** It surely did not happen. */
  fail: number;
  /** The answer to its commit is lost; half of those have happened, some happen later. */
  uncertain: number;
  slowMs: number;
}

export const FAIR_VERDICTS: VerdictTrouble = { fail: 0, uncertain: 0, slowMs: 0 };

/** A transaction that its client left is ended by the server after so long. */
const ABANDONED_AFTER_MS = 15_000;

/** PostgreSQL as fleet, telemetry and detection know it. */
export interface SimulatedVerdictStore {
  readonly tables: VerdictTables;
  verdicts(life: Life): VerdictStore;
  streams(life: Life): StreamStore;
  agents(life: Life): {
    load(): Promise<Map<string, AgentRow>>;
    /** In (stream, connection) order; answers whether it was news. */
    saveState(agentId: string, message: AgentStateMessage): Promise<boolean>;
    move(agentId: string, from: AgentRow['state'], to: AgentRow['state']): Promise<boolean>;
  };
  setTrouble(trouble: VerdictTrouble): void;
  setRefused(isRefused: (deviceId: string) => boolean): void;
  /** Somebody holds the rows that healing needs. */
  holdHealing(): void;
  freeHealing(): void;
  stop(): void;
  start(): void;
  /** Transactions that nobody waits for any more and that have not ended. */
  pending(): number;
}

interface Options<T> {
  holdsFences?: boolean;
  raisesFences?: boolean;
  /** Remembers what `work` changes; answers how to go back to it. */
  backUp?: () => () => void;
  /** The error of a commit whose answer is lost. */
  lost?: (receipt: string, value: T) => Error;
}

interface Transaction {
  /** Held as `for share`: whoever raises a fence waits for it. */
  holdsFences: boolean;
  land: () => void;
}

type Fate = 'answer' | 'fail' | 'lost-before' | 'lost-after' | 'lands-late';

export const createVerdictStore = ({
  scheduler,
  random,
}: {
  scheduler: Scheduler;
  random: Random;
}): SimulatedVerdictStore => {
  const tables = createTables(() => scheduler.nowMs());
  let trouble = FAIR_VERDICTS;
  let isRefused: (deviceId: string) => boolean = () => false;
  let isUp = true;
  let run = 0;
  let transactions = 0;
  const pending = new Set<Transaction>();
  const committed = new Set<string>();
  const whenEnded: (() => void)[] = [];
  let healingHolds = 0;
  const whenFree: (() => void)[] = [];

  const wait = (ms: number): Promise<void> => new Promise((resolve) => scheduler.after(ms, resolve));

  const leave = (transaction: Transaction): void => {
    pending.add(transaction);
    const own = run;
    scheduler.after(random.between(50, ABANDONED_AFTER_MS), () => {
      if (run !== own || !pending.delete(transaction)) return;
      transaction.land();
      wake();
    });
  };
  const wake = (): void => {
    for (const go of whenEnded.splice(0)) go();
  };
  const fencesFree = async (): Promise<void> => {
    while ([...pending].some(({ holdsFences }) => holdsFences))
      await new Promise<void>((resolve) => whenEnded.push(resolve));
  };

  const fateOf = (life: Life): Fate => {
    if (!life.alive) return random.pick(['lost-before', 'lost-after', 'lands-late'] as const);
    if (random.chance(trouble.fail)) return 'fail';
    if (random.chance(trouble.uncertain))
      return random.pick(['lost-before', 'lost-after', 'lands-late'] as const);
    return 'answer';
  };

  /** One transaction: `work` changes the tables at once, and is undone by what `backUp` answers where it is lost. */
  const transact = async <T>(life: Life, work: () => T, options: Options<T> = {}): Promise<T> => {
    if (!life.reach()) return never();
    const own = run;
    const receipt = String(++transactions);
    if (!isUp) {
      await wait(random.between(1, 20));
      if (!life.alive) return never();
      throw new Error('connection refused');
    }
    await wait(random.between(1, 6) + (trouble.slowMs > 0 ? random.unit() * trouble.slowMs : 0));
    if (options.raisesFences) await fencesFree();
    // Who dies before it has said COMMIT leaves nothing behind.
    if (!life.alive) return never();
    await wait(random.between(0, 2));
    if (run !== own) {
      if (!life.alive) return never();
      throw new Error('connection reset');
    }
    const fate = fateOf(life);
    if (fate === 'fail') throw new Error('simulated failure');
    const isLost = fate === 'lost-before' || fate === 'lands-late';
    const undo = isLost ? options.backUp?.() : undefined;
    const value = work();
    if (isLost) undo?.();
    const commit = (): void => void committed.add(receipt);
    if (!isLost) commit();
    if (fate === 'lands-late')
      leave({
        holdsFences: options.holdsFences === true,
        land: () => {
          if (random.chance(0.3)) return;
          try {
            work();
          } catch (error) {
            // A fence was raised meanwhile: it ends without a trace.
            if (error instanceof FencedError) return;
            throw error;
          }
          commit();
        },
      });
    await wait(random.between(0, 3));
    if (!life.alive) return never();
    if (fate === 'answer') return value;
    throw options.lost?.(receipt, value) ?? new Error('simulated loss of the answer');
  };

  const passFence = (shards: readonly string[], leases: Leases): void => {
    for (const shard of shards)
      if (tables.leases.get(shard)?.fence !== leases.get(shard)) throw new FencedError(shard);
  };
  const backUpLeases = (): (() => void) => {
    const before = structuredClone([...tables.leases]);
    return () => {
      tables.leases = new Map(before);
    };
  };
  const backUpAgents =
    (...agentIds: string[]) =>
    (): (() => void) => {
      const before = agentIds.map((id) => [id, { ...tables.agents.get(id)! }] as const);
      return () => {
        for (const [id, row] of before) tables.agents.set(id, row);
      };
    };

  const verdicts = (life: Life): VerdictStore => ({
    loadVerdicts: () =>
      transact(life, () =>
        [...tables.devices.values()].flatMap(({ verdict }) => (verdict ? [structuredClone(verdict)] : [])),
      ),
    openIncidents: () =>
      transact(life, () => {
        const open = new Map<string, string>();
        for (const [id, { incidents }] of tables.devices) {
          const last = incidents.at(-1);
          if (last?.isOpen) open.set(id, last.id);
        }
        return open;
      }),
    takeLeases: (shards, own, nowMs) =>
      transact(
        life,
        () => {
          const taken = new Map<string, TakenLease>();
          for (const shard of shards) {
            const held = tables.leases.get(shard);
            const fence = (held?.fence ?? 0) + 1;
            const behind = held?.behind ?? {};
            tables.leases.set(shard, { fence, run: own, takenAtMs: held?.takenAtMs ?? nowMs, behind });
            taken.set(shard, { fence, renewedAtMs: held?.takenAtMs ?? null, behind });
          }
          return taken;
        },
        { holdsFences: true, raisesFences: true, backUp: backUpLeases },
      ),
    raiseLeases: (leases, own, { atMs, behind }) =>
      transact<Leases>(
        life,
        () => {
          const raised = new Map<string, number>();
          for (const shard of leases.keys()) {
            const held = tables.leases.get(shard);
            if (held?.run !== own) throw new FencedError(shard);
            tables.leases.set(shard, {
              ...{ fence: held.fence + 1, run: own, takenAtMs: atMs },
              behind: behind.get(shard) ?? {},
            });
            raised.set(shard, held.fence + 1);
          }
          return raised;
        },
        { holdsFences: true, raisesFences: true, backUp: backUpLeases },
      ),
    renewLeases: (leases, { atMs, behind }) =>
      transact(
        life,
        () => {
          passFence([...leases.keys()], leases);
          for (const shard of leases.keys())
            Object.assign(tables.leases.get(shard)!, { takenAtMs: atMs, behind: behind.get(shard) ?? {} });
        },
        { holdsFences: true, backUp: backUpLeases },
      ),
    save: (group, leases) => {
      // As it is written now: the engine changes its states in place.
      const devices = group.devices.map((change) => ({
        ...change,
        verdict: change.verdict && { ...change.verdict, state: { ...change.verdict.state } },
      }));
      return transact<SavedGroup>(
        life,
        () => {
          passFence(group.shards, leases);
          return writeGroup(tables, { ...group, devices }, isRefused);
        },
        {
          holdsFences: true,
          backUp: () =>
            backUp(
              tables,
              devices.map(({ deviceId }) => deviceId),
            ),
          lost: (receipt, saved) => new UncertainCommitError(receipt, saved, new Error('connection lost')),
        },
      );
    },
    wasCommitted: (receipt) => transact(life, () => committed.has(receipt)),
    heal: async (requests, leases, nowMs) => {
      while (healingHolds > 0) await new Promise<void>((resolve) => whenFree.push(resolve));
      return transact(
        life,
        () => {
          passFence([...leases.keys()], leases);
          return heal(tables, requests, nowMs);
        },
        {
          holdsFences: true,
          backUp: () =>
            backUp(
              tables,
              requests.map(({ deviceId }) => deviceId),
            ),
        },
      );
    },
  });

  const streams = (life: Life): StreamStore => ({
    load: () =>
      transact(life, () =>
        [...tables.agents].map(([agentId, { stream, process }]) => ({ agentId, stream, process })),
      ),
    remember: (entries) =>
      transact(
        life,
        () =>
          entries.map(({ agentId, stream, process }) => {
            const row = tables.agents.get(agentId)!;
            if (row.stream < stream) tables.agents.set(agentId, { ...row, stream, process });
            const known = tables.agents.get(agentId)!;
            return { agentId, stream: known.stream, process: known.process };
          }),
        { backUp: backUpAgents(...entries.map(({ agentId }) => agentId)) },
      ),
  });

  const saveState = (agentId: string, message: AgentStateMessage): boolean => {
    const row = tables.agents.get(agentId)!;
    const { state, stateStream: stream, connection, instance } = row;
    const telemetryStream = row.stream;
    const { take } = orderState({ state, stream, connection, instance, telemetryStream }, message);
    if (take)
      tables.agents.set(agentId, {
        ...row,
        state: message.state,
        stateStream: message.stream,
        connection: message.connection,
        instance: message.instance,
      });
    return take;
  };
  const move = (agentId: string, from: AgentRow['state'], to: AgentRow['state']): boolean => {
    const row = tables.agents.get(agentId)!;
    if (row.state !== from) return false;
    tables.agents.set(agentId, { ...row, state: to });
    return true;
  };

  return {
    tables,
    verdicts,
    streams,
    agents: (life) => ({
      load: () => transact(life, () => structuredClone(tables.agents)),
      saveState: (agentId, message) =>
        transact(life, () => saveState(agentId, message), { backUp: backUpAgents(agentId) }),
      move: (agentId, from, to) =>
        transact(life, () => move(agentId, from, to), { backUp: backUpAgents(agentId) }),
    }),
    setTrouble: (next) => {
      trouble = next;
    },
    setRefused: (next) => {
      isRefused = next;
    },
    holdHealing: () => {
      healingHolds++;
    },
    freeHealing: () => {
      healingHolds--;
      for (const go of whenFree.splice(0)) go();
    },
    stop: () => {
      isUp = false;
      run++;
      pending.clear();
      wake();
    },
    start: () => {
      isUp = true;
    },
    pending: () => pending.size,
  };
};
