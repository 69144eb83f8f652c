// How GraphiQL asks: through the eyes that are chosen, and with what it cost written down.

import type { Fetcher, FetcherParams } from '@graphiql/toolkit';
import { type ExecutionResult, getOperationAST, type OperationDefinitionNode, parse } from 'graphql';

import { answers, failed } from './ask';
import { type Cost, change, current, forgetCost } from './state';

const LOOKING_ONLY =
  "Looking through a customer's eyes changes nothing. Leave their view to run this.";

/** Ask the graph; stopping what was asked ends it on the wire too. */
export const fetcher: Fetcher = (asked) => {
  const stop = new AbortController();
  // The schema is the same for everybody, and asking for it shows nobody's records.
  const results =
    asked.operationName === 'IntrospectionQuery'
      ? answers(asked, { signal: stop.signal })
      : told(asked, stop.signal);
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => results.next(),
      return: () => {
        stop.abort();
        return results.return(undefined);
      },
    }),
  };
};

async function* told(asked: FetcherParams, signal: AbortSignal): AsyncGenerator<ExecutionResult> {
  const { through, tab } = current();
  const operation = operationOf(asked);
  if (through && operation?.operation === 'mutation') {
    yield failed(LOOKING_ONLY, 'FORBIDDEN');
    return;
  }
  forgetCost(tab);
  const named = { ...asked, operationName: operation?.name?.value };
  for await (const result of answers(named, { through: through?.email, signal })) {
    note(tab, through?.email ?? null, result);
    yield result;
  }
}

/**
 * The operation that would run. GraphiQL notices a little late that a document was replaced, and
 * names an operation of the one before: a name that is not there is left out.
 */
export function operationOf({ query, operationName }: Pick<FetcherParams, 'query' | 'operationName'>): OperationDefinitionNode | null {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document) ?? null;
  } catch {
    return null; // The gateway says better what is wrong with it.
  }
}

function note(tab: string, through: string | null, { extensions }: ExecutionResult) {
  const upstream = extensions?.['upstream'] as Omit<Cost, 'through'> | undefined;
  if (upstream) change({ costs: { ...current().costs, [tab]: { ...upstream, through } } });
}
