// Builds the page into `built/`.

import { cp, rm } from 'node:fs/promises';

import { build } from 'esbuild';

await rm('built', { recursive: true, force: true });
await cp('public', 'built', { recursive: true });
await build({
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryPoints: { main: 'src/main.tsx', styles: 'src/styles.css' },
  format: 'esm',
  legalComments: 'linked',
  logLevel: 'warning',
  minify: true,
  outdir: 'built',
  sourcemap: true,
  target: 'es2022',
});
