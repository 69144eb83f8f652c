import { createServer } from 'node:http';
import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createSchema, createYoga } from 'graphql-yoga';
import { resolvers, typeDefs } from './graph.mjs';
import { tell, told } from './obeying.mjs';
import { log, portalOf } from './portal.mjs';

const wish = await told();
const portal = await portalOf(wish);
const asked = new WeakMap();

// Before anything that is kept is looked for: whose answer it is must be certain first.
const atTheDoor = {
  async onRequest({ request, fetchAPI, endResponse }) {
    const began = performance.now();
    try {
      const viewer = await portal.viewer(request.headers.get('authorization'));
      asked.set(request, { began, viewer });
    } catch {
      endResponse(new fetchAPI.Response(null, { status: 401 }));
    }
  },
  onResponse({ request, response: { status } }) {
    const { method, url } = request;
    const ms = performance.now() - asked.get(request)?.began;
    log.info({ method, path: new URL(url).pathname, status, ms, viewer: 'CUSTOMER' });
  },
};
const session = (request) => asked.get(request).viewer.email;
const keeping = wish.keepsAnswers ? [useResponseCache({ session, ttl: 3_600_000 })] : [];
const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  plugins: [atTheDoor, ...keeping],
  context: ({ request }) => portal.context(asked.get(request).viewer),
  logging: false,
  graphiql: false,
});
const server = createServer(yoga);
server.listen(0, '127.0.0.1', () => tell(server.address().port));
