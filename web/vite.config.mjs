import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const hub = process.env.SIAGA_DEV_HUB ?? 'http://127.0.0.1:8080';

export default defineConfig({
  root: path('.'),
  base: '/',
  resolve: { alias: { '@siaga/shared': path('../shared/src/index.ts') } },
  build: {
    outDir: path('dist/app'),
    emptyOutDir: true,
    target: ['chrome125', 'edge125', 'firefox128', 'safari17.5'],
    modulePreload: { polyfill: false },
    // Icons stay in the code and everything else is a file of its own: the content security policy wants no inline.
    assetsInlineLimit: 0,
    reportCompressedSize: true,
    rolldownOptions: {
      // Schemas of the contract are types here; only its word lists are wanted at run time.
      treeshake: { moduleSideEffects: (id) => !id.includes('/shared/src/') && !id.includes('/typebox/') },
    },
  },
  server: { port: 5173, strictPort: true, proxy: { '/api': hub } },
});
