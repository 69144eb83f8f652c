import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { graphOf } from './graph.mjs';
import { rowsTold, tell } from './obeying.mjs';

const { typeDefs, resolvers, context } = graphOf(await rowsTold());
const schema = createSchema({ typeDefs, resolvers });
const server = createServer(createYoga({ schema, context, logging: false, graphiql: false }));
server.listen(0, '127.0.0.1', () => tell(server.address().port));
