// Why somebody does, or does not, see a record: the rules in their order, worded for the phone.

import { type FormEvent, useEffect, useRef, useState } from 'react';

import { answer, problem } from './ask';
import { type Explanation, Outcome } from './Outcome';
import { Panel } from './Panel';
import { RecordKinds, words } from './RecordKinds';
import { current, useConsole } from './state';
import { EMAIL } from './ViewAs';

const EXPLAIN = `query Explain($email: String!, $kind: RecordKind!, $number: String!) {
  explain(email: $email, kind: $kind, number: $number) {
    visible
    rules { rule question passed because }
  }
}`;

/** A panel at the side; it asks as the member of staff, whoever's eyes are looked through. */
export function Explain() {
  return useConsole(({ panel }) => panel === 'explain') ? <Asking /> : null;
}

function Asking() {
  const [outcome, setOutcome] = useState<{ of: string; explanation: Explanation }>();
  const [refused, setRefused] = useState<string>();
  const [isAsking, setIsAsking] = useState(false);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => first.current?.focus(), []);

  async function explain(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isAsking) return;
    const form = new FormData(event.currentTarget);
    const told = (name: string) => String(form.get(name)).trim();
    const variables = { email: told('email'), kind: told('kind'), number: told('number') };
    setOutcome(undefined);
    setRefused(undefined);
    setIsAsking(true);
    const result = await answer({ query: EXPLAIN, operationName: 'Explain', variables });
    setIsAsking(false);
    const explanation = (result.data as { explain?: Explanation | null } | null | undefined)
      ?.explain;
    const { email, kind, number } = variables;
    if (explanation) setOutcome({ of: `${email} · ${words(kind)} ${number}`, explanation });
    else setRefused(problem(result) ?? 'There is nothing to explain.');
  }

  return (
    <Panel name="explain" title="Explain">
      <p className="panel-about">Why does, or doesn’t, somebody see a record?</p>
      <form onSubmit={explain}>
        <label>
          Email
          <input
            autoComplete="off"
            defaultValue={current().through?.email ?? ''}
            inputMode="email"
            maxLength={254}
            name="email"
            pattern={EMAIL}
            ref={first}
            required
            spellCheck={false}
            title="One email, such as pat@example.com"
          />
        </label>
        <RecordKinds />
        <label>
          Number
          <input autoComplete="off" maxLength={64} name="number" required spellCheck={false} />
          <small>Of an invoice or a job; else its id in ServiceTitan.</small>
        </label>
        <button aria-busy={isAsking} className="act" type="submit">
          {isAsking ? 'Asking …' : 'Explain'}
        </button>
      </form>
      <div aria-live="polite">
        {refused && <p className="explain-refused">{refused}</p>}
        {outcome && <Outcome of={outcome.of} {...outcome.explanation} />}
      </div>
    </Panel>
  );
}
