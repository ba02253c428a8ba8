// npm run pictures [-- --readme] [--pages board,wall] [--sizes 390x844] [--themes dark] [--languages id] [--worlds storm]
// [--type 24] [--out DIR]: pictures of every page in every state, by a reader's default type of so many px, into
// .cache/pictures unless told; --readme renews those of the README in deploy/pictures instead.
// Sources are bundled first, because Node 20 runs no TypeScript by itself.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBuilt } from '../../deploy/build.mjs';
import { ensureInstalled } from '../../deploy/install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
await ensureInstalled();
await ensureBuilt();
const { build } = await import('vite');
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  resolve: { alias: { '@siaga/shared': join(root, 'shared/src/index.ts') } },
  build: {
    ssr: join(root, 'tests/e2e/pictures.ts'),
    outDir: join(root, '.cache/pictures-program'),
    target: 'node20',
    rolldownOptions: { output: { entryFileNames: 'pictures.mjs' } },
  },
});
const program = join(root, '.cache/pictures-program/pictures.mjs');
const { status } = spawnSync(process.execPath, [program, ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
process.exit(status ?? 1);
