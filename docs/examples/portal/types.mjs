// Writes src/graph/ from the gateway's schema and our operations: a typed document for each.
//
// This is graphql-codegen's client preset, called without graphql-codegen's command line, which
// reads files of every kind and needs eighty packages more for it.

import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { buildASTSchema, parse } from 'graphql';

const SCHEMA = new URL('../../../schema/schema.graphql', import.meta.url);
const OPERATIONS = 'src/operations/';
const INTO = 'src/graph/';

// What our own scalars are in JSON. An amount is text: it is shown, and never calculated with.
const scalars = { Date: 'string', DateTime: 'string', HTML: 'string', Money: 'string', URL: 'string' };

async function operation(name) {
  const text = await readFile(OPERATIONS + name, 'utf8');
  return { location: OPERATIONS + name, document: parse(text), rawSDL: text };
}

const schema = parse(await readFile(SCHEMA, 'utf8'));
const names = (await readdir(OPERATIONS)).sort();
const files = await preset.buildGeneratesSection({
  baseOutputDir: INTO,
  schema,
  schemaAst: buildASTSchema(schema),
  documents: await Promise.all(names.map(operation)),
  config: {
    avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
    documentMode: 'string',
    enumsAsTypes: true,
    scalars,
    skipTypename: true,
    strictScalars: true,
    useTypeImports: true,
  },
  // Beside the types, persisted-documents.json: what PORTAL_TRUSTED_DOCUMENTS is to name.
  presetConfig: { fragmentMasking: false, persistedDocuments: { hashAlgorithm: 'sha256' } },
  plugins: [],
  pluginMap: {},
  pluginContext: {},
  documentTransforms: [],
  generatesUrlImport: '',
});
await rm(INTO, { recursive: true, force: true });
for (const file of files) {
  await mkdir(dirname(file.filename), { recursive: true });
  await writeFile(file.filename, await codegen(file));
}
