import Fastify from 'fastify';
import mercurius from 'mercurius';
import { resolvers, typeDefs } from './graph.mjs';
import { tell, told } from './obeying.mjs';
import { log, portalOf } from './portal.mjs';

const portal = await portalOf(await told());
const app = Fastify({ loggerInstance: log, disableRequestLogging: true });
app.decorateRequest('viewer', null);
app.addHook('onRequest', async (request, reply) => {
  try {
    request.viewer = await portal.viewer(request.headers.authorization);
  } catch {
    return reply.code(401).send();
  }
});
app.addHook('onResponse', (request, reply, done) => {
  const { method, url: path } = request;
  request.log.info({ method, path, status: reply.statusCode, ms: reply.elapsedTime, viewer: 'CUSTOMER' });
  done();
});
app.register(mercurius, {
  schema: typeDefs,
  resolvers,
  context: ({ viewer }) => portal.context(viewer),
  jit: 1,
});
await app.listen({ port: 0, host: '127.0.0.1' });
tell(app.server.address().port);
