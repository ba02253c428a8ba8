import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const nothing = fileURLToPath(new URL('./build/nothing.cjs', import.meta.url));

// One file: unbundled, the same imports cost an agent 40 MB more. Native or optional modules stay outside.
export default defineConfig({
  build: {
    ssr: 'src/main.ts',
    target: 'node20',
    emptyOutDir: false,
    // The engine keeps the source in memory, at two bytes a character if one of them is not Latin.
    minify: true,
    rolldownOptions: {
      output: { entryFileNames: 'agent.mjs', codeSplitting: false },
    },
  },
  resolve: {
    conditions: ['siaga-source', 'node', 'import', 'default'],
    // Ways of the mqtt client that an agent never takes.
    alias: { ws: nothing, socks: nothing, 'worker-timers': nothing },
  },
  ssr: {
    noExternal: true,
    external: ['classic-level', 'net-ping', 'raw-socket', 'systeminformation'],
    resolve: { conditions: ['siaga-source', 'node', 'import', 'default'] },
  },
});
