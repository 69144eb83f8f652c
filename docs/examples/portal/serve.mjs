// Serves a built page on this machine: `node serve.mjs [folder]`, at PORT, else 3000.
// For development; a real portal lies wherever static files are served.

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join } from 'node:path';

const FOLDER = process.argv[2] ?? 'built';
const TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};
// Where the gateway and the identity provider are is said in config.json: `connect-src` names no
// address here, and should where they are known.
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  'img-src data:',
  'connect-src http: https:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The file at this address; every other address is the page's own, which reads it itself. */
async function found(path) {
  const name = /^\/[\w.-]+$/.test(path) && extname(path) in TYPES ? path : '/index.html';
  return { type: TYPES[extname(name)], body: await readFile(join(FOLDER, name)) };
}

const server = createServer(async (request, response) => {
  try {
    const { type, body } = await found(new URL(request.url, 'http://localhost').pathname);
    response.writeHead(200, {
      'cache-control': 'no-cache',
      'content-security-policy': POLICY,
      'content-type': type,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    });
    response.end(body);
  } catch {
    response.writeHead(404).end();
  }
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`The example is at http://localhost:${server.address().port}`);
});
