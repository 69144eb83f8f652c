import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { graphOf } from './graph.mjs';
import { rowsTold, tell } from './obeying.mjs';

const { typeDefs, resolvers, context } = graphOf(await rowsTold());
const { url } = await startStandaloneServer(new ApolloServer({ typeDefs, resolvers }), {
  listen: { port: 0, host: '127.0.0.1' },
  context: async () => context(),
});
tell(Number(new URL(url).port));
