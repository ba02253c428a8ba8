import { pino } from 'pino';
import { createEmbeddedPostgres, lockDataDir } from '../../../hub/src/platform/embedded/index.js';

// A hub with nothing but its lock and its PostgreSQL, as a process that a test may kill. Bundled by stand-in.ts.
const [dataDir = '', password = ''] = process.argv.slice(2);
const lock = await lockDataDir(dataDir);
const postgres = createEmbeddedPostgres({ dataDir, password, log: pino({ level: 'warn' }, process.stderr) });
const { url } = await postgres.start();
process.stdout.write(`${JSON.stringify({ url })}\n`);
process.once('SIGTERM', () => {
  void postgres
    .stop()
    .then(() => lock.release())
    .then(() => process.exit(0));
});
