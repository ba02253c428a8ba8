import { fileURLToPath } from 'node:url';
import { defineConfig, normalizePath } from 'vite';

const here = (path) => normalizePath(fileURLToPath(new URL(path, import.meta.url)));

/** The engine keeps the source in memory, at two bytes a character if a single one is not Latin. */
const asciiOnly = {
  name: 'ascii-only',
  generateBundle: (_options, bundle) => {
    for (const chunk of Object.values(bundle))
      if (chunk.type === 'chunk')
        chunk.code = chunk.code.replace(
          /[^\0-\x7f]/g,
          (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
  },
};

/** typebox's default export is all of typebox; of its namespace only what is named goes into the bundle. */
const namedTypebox = {
  name: 'named-typebox',
  transform: (code) => {
    const named = code.replace(
      /import Type(, \{[^}]*\})? from ['"]typebox['"];?/,
      "import * as Type from 'typebox';",
    );
    return named === code ? undefined : { code: named, map: null };
  },
};

/** Modules that only define: what of them is not used is left out, the HTTP schemas among it. */
const onlyDefines = [here('../shared/'), '/node_modules/typebox/'];

// One file: unbundled, the same imports cost an agent 40 MB more. Native or optional modules stay outside.
export default defineConfig({
  plugins: [namedTypebox, asciiOnly],
  build: {
    ssr: 'src/main.ts',
    target: 'node20',
    emptyOutDir: false,
    minify: true,
    rolldownOptions: {
      output: { entryFileNames: 'agent.mjs', codeSplitting: false },
      treeshake: { moduleSideEffects: (id) => !onlyDefines.some((part) => id.includes(part)) },
    },
  },
  resolve: {
    conditions: ['siaga-source', 'node', 'import', 'default'],
    alias: {
      // Ways of the mqtt client that an agent never takes.
      ws: here('./build/nothing.cjs'),
      socks: here('./build/nothing.cjs'),
      'worker-timers': here('./build/nothing.cjs'),
      debug: here('./build/no-debug.cjs'),
      // Node's own streams instead of a copy of them.
      'readable-stream': here('./build/node-stream.cjs'),
    },
  },
  ssr: {
    noExternal: true,
    external: ['classic-level', 'net-ping', 'raw-socket', 'systeminformation'],
    resolve: { conditions: ['siaga-source', 'node', 'import', 'default'] },
  },
});
