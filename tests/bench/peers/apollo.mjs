import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { GraphQLError } from 'graphql';
import { resolvers, typeDefs } from './graph.mjs';
import { tell, told } from './obeying.mjs';
import { log, portalOf } from './portal.mjs';

const portal = await portalOf(await told());
const logging = {
  async requestDidStart() {
    const began = performance.now();
    return {
      async willSendResponse({ response: { http } }) {
        const ms = performance.now() - began;
        log.info({ method: 'POST', path: '/', status: http.status ?? 200, ms, viewer: 'CUSTOMER' });
      },
    };
  },
};
const server = new ApolloServer({ typeDefs, resolvers, plugins: [logging] });
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  async context({ req }) {
    try {
      return portal.context(await portal.viewer(req.headers.authorization));
    } catch {
      throw new GraphQLError('Sign in.', { extensions: { http: { status: 401 } } });
    }
  },
});
tell(Number(new URL(url).port));
