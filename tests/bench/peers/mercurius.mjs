import Fastify from 'fastify';
import mercurius from 'mercurius';
import { graphOf } from './graph.mjs';
import { rowsTold, tell } from './obeying.mjs';

const { typeDefs, resolvers, context } = graphOf(await rowsTold());
const app = Fastify();
app.register(mercurius, { schema: typeDefs, resolvers, context, jit: 1 });
await app.listen({ port: 0, host: '127.0.0.1' });
tell(app.server.address().port);
