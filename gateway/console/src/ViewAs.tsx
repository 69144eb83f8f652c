// Choosing a customer whose eyes to look through.

import { type FormEvent, useState } from 'react';

import { answer, problem } from './ask';
import { change } from './state';

const WHO = `query ViewAs {
  viewer { kind email customers(first: 3) { totalCount nodes { name } } }
}`;

/** As the gateway has it: an email may be in any script, which a browser's own check forbids. */
export const EMAIL = '\\s*[^@\\s,;<>"\']+@[^@\\s,;<>"\']+\\s*';

interface Who {
  viewer: {
    kind: string;
    email: string;
    customers: { totalCount: number; nodes: { name: string }[] } | null;
  } | null;
}

export function ViewAs() {
  const [refused, setRefused] = useState<string>();
  const [isAsking, setIsAsking] = useState(false);

  async function look(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    if (isAsking) return;
    const email = String(new FormData(event.currentTarget).get('email')).trim();
    setRefused(undefined);
    setIsAsking(true);
    const told = await answer({ query: WHO, operationName: 'ViewAs' }, { through: email });
    setIsAsking(false);
    const viewer = (told.data as Who | null | undefined)?.viewer;
    if (viewer?.kind !== 'CUSTOMER') {
      setRefused(problem(told) ?? 'Nobody can be looked through under this email.');
      return;
    }
    const { totalCount = 0, nodes = [] } = viewer.customers ?? {};
    const names = nodes.map(({ name }) => name);
    change({ through: { email: viewer.email, names, reached: totalCount } });
  }

  return (
    <form className="view-as" onSubmit={look}>
      <label htmlFor="view-as">View as</label>
      <input
        aria-describedby="view-as-refused"
        aria-invalid={refused !== undefined}
        autoComplete="off"
        id="view-as"
        maxLength={254}
        inputMode="email"
        name="email"
        onChange={() => setRefused(undefined)}
        pattern={EMAIL}
        placeholder="a customer's email"
        required
        spellCheck={false}
        title="One email, such as pat@example.com"
      />
      <button aria-busy={isAsking} className="bar-button" type="submit">
        Look
      </button>
      <p className="view-as-refused" hidden={!refused} id="view-as-refused" role="alert">
        {refused}
      </p>
    </form>
  );
}
