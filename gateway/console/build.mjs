// Builds the console into `built/`: scripts and styles under names that say what is in them, each
// with a compressed twin, and a manifest that the gateway reads.

import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';

import { build } from 'esbuild';

import { licences } from './licences.mjs';
import { readScreens } from './screens.mjs';

const INTO = 'built';
const DRAFT = 'built.new';
const LEAST_TO_COMPRESS = 1024;

const common = {
  bundle: true,
  define: { 'process.env.NODE_ENV': '"production"' },
  entryNames: '[name]-[hash]',
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  minify: true,
  outdir: DRAFT,
  target: 'es2022',
};

// A worker is one plain script: it imports nothing, so that its own policy can forbid all of it.
const WORKERS = {
  editor: 'monaco-editor/esm/vs/editor/editor.worker.js',
  graphql: 'monaco-graphql/esm/graphql.worker.js',
  json: 'monaco-editor/esm/vs/language/json/json.worker.js',
};

async function buildWorkers() {
  const entryPoints = Object.entries(WORKERS).map(([name, path]) => ({ in: path, out: name }));
  const { metafile } = await build({ ...common, entryPoints, format: 'iife' });
  const made = Object.entries(metafile.outputs).map(([file, { entryPoint }]) => {
    const [name] = Object.entries(WORKERS).find(([, path]) => entryPoint.endsWith(path));
    return [name, basename(file)];
  });
  return { workers: Object.fromEntries(made), inputs: Object.keys(metafile.inputs) };
}

async function buildPage(workers) {
  const { metafile } = await build({
    ...common,
    // GraphiQL names these by their old names, under which they are scripts without exports.
    alias: {
      'prettier/parser-babel': 'prettier/plugins/babel',
      'prettier/parser-graphql': 'prettier/plugins/graphql',
    },
    assetNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    define: { ...common.define, WORKERS: JSON.stringify(workers) },
    entryPoints: ['src/main.tsx'],
    format: 'esm',
    loader: { '.ttf': 'file' },
    plugins: [screens],
    splitting: true,
  });
  const [file, { cssBundle }] = Object.entries(metafile.outputs).find(
    ([, output]) => output.entryPoint === 'src/main.tsx',
  );
  const styles = Object.keys(metafile.outputs).filter((name) => name.endsWith('.css'));
  // Parts that are loaded later have their styles in the page's already.
  await Promise.all(styles.filter((name) => name !== cssBundle).map((name) => rm(name)));
  const made = { script: basename(file), style: basename(cssBundle) };
  return { made, inputs: Object.keys(metafile.inputs) };
}

/** The ready queries of docs/screens, as a module. */
const screens = {
  name: 'screens',
  setup(build) {
    build.onResolve({ filter: /^portal:screens$/ }, ({ path }) => ({ path, namespace: 'screens' }));
    build.onLoad({ filter: /.*/, namespace: 'screens' }, async () => ({
      contents: JSON.stringify(await readScreens()),
      loader: 'json',
    }));
  },
};

async function compressed(name) {
  const plain = await readFile(`${DRAFT}/${name}`);
  if (plain.length < LEAST_TO_COMPRESS) return [name, false];
  await writeFile(`${DRAFT}/${name}.gz`, gzipSync(plain, { level: 9 }));
  return [name, true];
}

await rm(DRAFT, { recursive: true, force: true });
await mkdir(DRAFT);
const beside = await buildWorkers();
const page = await buildPage(beside.workers);
const assets = Object.fromEntries(await Promise.all((await readdir(DRAFT)).sort().map(compressed)));
await writeFile(`${DRAFT}/licences.txt`, await licences([...beside.inputs, ...page.inputs]));
await writeFile(
  `${DRAFT}/manifest.json`,
  `${JSON.stringify({ ...page.made, assets }, null, 2)}\n`,
);
await rm(INTO, { recursive: true, force: true });
await rename(DRAFT, INTO);
