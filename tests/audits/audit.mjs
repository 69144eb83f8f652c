// Runs the public audits of GraphQL over HTTP: `node audit.mjs <url> [authorization]`.
// Prints what became of each, one after the other, as a line of JSON.

import { serverAudits } from 'graphql-http';

const [url, authorization] = process.argv.slice(2);

function fetchFn(address, init = {}) {
  const headers = new Headers(init.headers);
  if (authorization) headers.set('authorization', authorization);
  return fetch(address, { ...init, headers });
}

for (const audit of serverAudits({ url, fetchFn })) {
  const { id, name, status, reason = '' } = await audit.fn();
  console.log(JSON.stringify({ id, name, status, reason }));
}
