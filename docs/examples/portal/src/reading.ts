// What the screens share: the gateway, how often something has changed, and a hook that reads.

import { createContext, useCallback, useContext, useEffect, useState } from 'react';

import type { TypedDocumentString } from './graph/graphql';
import { ChangedDocument } from './graph/graphql';
import { type Gateway, type Problem, sentence } from './gateway';

export interface Shared {
  gateway: Gateway;
  /** Goes up when something the viewer may see has changed. */
  changes: number;
  currency: string;
}

export const SharedContext = createContext<Shared | null>(null);

export function useShared(): Shared {
  const shared = useContext(SharedContext);
  if (shared === null) throw new Error('A screen stands outside of the portal.');
  return shared;
}

/** How often something has changed since this began to listen; beginning counts as one. */
export function useChanges(gateway: Gateway | null): number {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    if (gateway === null) return undefined;
    const ends = new AbortController();
    const changed = () => setChanges((count) => count + 1);
    const listener = { onListening: changed, onChange: changed, signal: ends.signal };
    void gateway.listen(ChangedDocument, listener);
    return () => ends.abort();
  }, [gateway]);
  return changes;
}

export interface Reading<Result> {
  data: Result | null;
  problems: Problem[];
  failure: string | null;
  again: () => void;
}

/** Reads this, and again whenever something changed; what was read stays until there is newer. */
export function useReading<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
): Reading<Result> {
  const { gateway, changes } = useShared();
  const [tried, setTried] = useState(0);
  const [state, setState] = useState<Omit<Reading<Result>, 'again'>>(NOTHING);
  const asked = JSON.stringify(variables);
  useEffect(() => {
    const ends = new AbortController();
    gateway.ask(document, JSON.parse(asked) as Variables, ends.signal).then(
      ({ data, problems }) => setState({ data, problems, failure: null }),
      (error: unknown) => {
        if (!ends.signal.aborted) setState((old) => ({ ...old, failure: sentence(error) }));
      },
    );
    return () => ends.abort();
  }, [gateway, changes, tried, document, asked]);
  const again = useCallback(() => setTried((count) => count + 1), []);
  return { ...state, again };
}

const NOTHING = { data: null, problems: [], failure: null };
