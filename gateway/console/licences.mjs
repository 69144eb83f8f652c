// The licences of what is in the build: they travel with it.

import { readdir, readFile } from 'node:fs/promises';

const PACKAGE = /^(.*node_modules\/(?:@[^/]+\/)?[^/@]+)\//;
const LICENCE = /^licen[cs]e/i;

/** Every package among these inputs, with its version and its licence's text. */
export async function licences(inputs) {
  const folders = new Set(inputs.flatMap((input) => PACKAGE.exec(input)?.[1] ?? []));
  const told = await Promise.all([...folders].sort().map(licence));
  return told.join(`\n${'-'.repeat(80)}\n\n`);
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const file = (await readdir(folder)).find((each) => LICENCE.test(each));
  const text = file ? await readFile(`${folder}/${file}`, 'utf8') : '';
  return `${name} ${version} (${license ?? 'see below'})\n\n${text.trim()}\n`;
}
