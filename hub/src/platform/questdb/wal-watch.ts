import type { Logger } from 'pino';
import type { Clock } from '../clock.js';
import type { QuestDb } from './questdb.js';

const LOOK_EVERY_MS = 30_000;

/**
 * QuestDB commits rows to a log and applies them to their table later. Where applying fails (a full disk, mostly) it
 * suspends the table: rows are committed and safe, but no query sees them until somebody says "resume". That somebody is
 * this watch.
 */
export interface WalWatch {
  start(): void;
  stop(): void;
}

export const createWalWatch = ({
  questdb,
  clock,
  log,
}: {
  questdb: Pick<QuestDb, 'exec' | 'tablePrefix'>;
  clock: Clock;
  log: Logger;
}): WalWatch => {
  let cancel: (() => void) | undefined;
  let looking = false;

  const look = async (): Promise<void> => {
    const { rows } = await questdb.exec<[string, string]>(
      'select name, errorMessage from wal_tables() where suspended',
    );
    for (const [name, reason] of rows) {
      if (!name.startsWith(questdb.tablePrefix)) continue;
      log.error(
        { table: name, reason },
        'QuestDB suspended a table; its rows are safe, and applying is resumed',
      );
      await questdb.exec(`alter table "${name}" resume wal`);
    }
  };

  return {
    start: () => {
      cancel = clock.every(LOOK_EVERY_MS, () => {
        if (looking) return;
        looking = true;
        // While it is away the writer says so already.
        look()
          .catch((error: unknown) => log.debug({ err: error }, 'QuestDB was not asked for suspended tables'))
          .finally(() => (looking = false));
      });
    },
    stop: () => cancel?.(),
  };
};
