// Reads docs/screens: each page is a title, what it is for, a query, and its variables.

import { readdir, readFile } from 'node:fs/promises';

const PAGES = new URL('../../docs/screens/', import.meta.url);

/** Every page, in the order in which the README tells them; pages that it does not tell come last. */
export async function readScreens() {
  const told = await order();
  const staff = (await pagesIn('staff')).map((page) => ({ ...page, group: 'staff' }));
  const screens = (await pagesIn('.')).map((page) => ({ ...page, group: 'screen' }));
  return [...screens, ...staff].sort((one, other) => place(told, one) - place(told, other));
}

async function order() {
  const text = await readFile(new URL('README.md', PAGES), 'utf8');
  return [...text.matchAll(/\]\(([\w/-]+)\.md\)/g)].map(([, path]) => path);
}

function place(told, { path }) {
  const index = told.indexOf(path);
  return index < 0 ? told.length : index;
}

async function pagesIn(folder) {
  const names = (await readdir(new URL(`${folder}/`, PAGES))).sort();
  const pages = names.filter((name) => name.endsWith('.md') && name !== 'README.md');
  return Promise.all(pages.map((name) => readPage(folder === '.' ? name : `${folder}/${name}`)));
}

async function readPage(name) {
  const text = await readFile(new URL(name, PAGES), 'utf8');
  const [, title] = /^# (.+)$/m.exec(text) ?? [];
  const [, query] = /```graphql\n([\s\S]*?)```/.exec(text) ?? [];
  if (!title || !query) throw new Error(`docs/screens/${name} has no title, or no query.`);
  const [, variables] = /```json title=variables\n([\s\S]*?)```/.exec(text) ?? [];
  return {
    path: name.replace(/\.md$/, ''),
    title,
    about: about(text),
    query: query.trim(),
    variables: variables?.trim() ?? '',
  };
}

/** The first sentence under the title. */
function about(text) {
  const [, line] = /^# .+\n\n(.+)$/m.exec(text) ?? [];
  return line?.replaceAll('`', '').replace(/\[([^\]]*)\]\([^)]*\)/g, '$1') ?? '';
}
