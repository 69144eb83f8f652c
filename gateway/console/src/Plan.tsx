// How the operation in the editor would be run: what goes out in which round, and what is free.

import { parseJSONC, useGraphiQL } from '@graphiql/react';
import { useEffect, useState } from 'react';

import { answer, problem } from './ask';
import { operationOf } from './fetcher';
import { Panel } from './Panel';
import { Rounds, type Shown } from './Rounds';
import { useConsole } from './state';

/** So long nothing is typed before it is asked again. */
const PAUSE_MS = 400;

/** A panel at the side; it asks as the member of staff, and nothing is asked of ServiceTitan. */
export function Plan() {
  return useConsole(({ panel }) => panel === 'plan') ? <Asking /> : null;
}

function Asking() {
  const told = usePlan();
  return (
    <Panel name="plan" title="Plan">
      <p className="panel-about">What would this ask of ServiceTitan, and when? It is not run.</p>
      <div aria-live="polite" className="plan">
        {typeof told === 'string' ? <p>{told}</p> : told && <Rounds {...told} />}
      </div>
    </Panel>
  );
}

/** The plan of what stands in the editor, or a sentence that says why there is none. */
function usePlan(): Shown | string | undefined {
  const query = useGraphiQL(({ activeTabIndex, tabs }) => tabs[activeTabIndex]?.query ?? '');
  const given = useGraphiQL(({ activeTabIndex, tabs }) => tabs[activeTabIndex]?.variables ?? '');
  const name = useGraphiQL(({ operationName }) => operationName);
  const [told, setTold] = useState<Shown | string>();
  useEffect(() => {
    const stop = new AbortController();
    const tell = (plan: Shown | string) => stop.signal.aborted || setTold(plan);
    const ask = () => void planOf(query, given, name, stop.signal).then(tell);
    const waiting = setTimeout(ask, told === undefined ? 0 : PAUSE_MS);
    return () => {
      clearTimeout(waiting);
      stop.abort();
    };
    // What was told before says how long to wait, and is no reason to ask again.
  }, [query, given, name]);
  return told;
}

async function planOf(
  query: string,
  given: string,
  name: string | undefined,
  signal: AbortSignal,
): Promise<Shown | string> {
  if (!query.trim()) return 'Nothing stands in the editor.';
  const operationName = operationOf({ query, operationName: name ?? null })?.name?.value;
  let variables: unknown;
  try {
    variables = parseJSONC(given);
  } catch (error) {
    return `The variables cannot be read: ${(error as SyntaxError).message}.`;
  }
  const asked = { query, variables, operationName, extensions: { plan: true } };
  const result = await answer(asked, { signal });
  const plan = result.extensions?.['plan'] as Shown | { without: string } | undefined;
  if (!plan) return problem(result) ?? 'The gateway told no plan.';
  return 'without' in plan ? plan.without : plan;
}
