// npm run bench [name …] [--save]: runs tests/bench/<name>.bench.ts, each in a process of its own, and prints one
// JSON line a figure. Sources are bundled first, because Node 20 runs no TypeScript by itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, appendFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureInstalled } from '../../deploy/install.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '../..');
const SUFFIX = '.bench.ts';
const known = readdirSync(here)
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length));

const args = process.argv.slice(2);
const save = args.includes('--save');
// Names first, then options: they and their values go to the benchmarks as they are.
const firstOption = args.findIndex((arg) => arg.startsWith('-'));
const asked = firstOption < 0 ? args : args.slice(0, firstOption);
const options = args.slice(asked.length).filter((arg) => arg !== '--save');
const unknown = asked.filter((name) => !known.includes(name));
if (args.includes('--help') || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no such benchmark: ${unknown.join(', ')}`);
  console.error(`usage: npm run bench [name …] [-- --save] [--option value …]   names: ${known.join(', ')}`);
  process.exit(unknown.length > 0 ? 1 : 0);
}

await ensureInstalled();
const { build } = await import('vite');
const outDir = join(root, '.cache/bench');

const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim();
let failed = false;
for (const name of asked.length > 0 ? asked : known) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { '@siaga/shared': join(root, 'shared/src/index.ts') } },
    build: {
      ssr: join(here, name + SUFFIX),
      outDir,
      emptyOutDir: false,
      target: 'node20',
      rolldownOptions: { output: { entryFileNames: `${name}.mjs` } },
    },
  });
  const run = spawnSync(process.execPath, ['--expose-gc', join(outDir, `${name}.mjs`), ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  process.stdout.write(run.stdout);
  if (run.status !== 0) failed = true;
  if (save) {
    mkdirSync(join(here, 'results'), { recursive: true });
    const about = { commit, date: new Date().toISOString(), cores: cpus().length, node: process.version };
    for (const line of run.stdout.split('\n').filter((text) => text.startsWith('{')))
      appendFileSync(
        join(here, 'results', `${name}.jsonl`),
        `${JSON.stringify({ ...JSON.parse(line), ...about })}\n`,
      );
  }
}
process.exit(failed ? 1 : 0);
