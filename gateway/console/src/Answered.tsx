// Beside an answer: what it cost upstream, how old it is, and whose eyes it was for.

import { useGraphiQL } from '@graphiql/react';

import { type Cost, useConsole } from './state';

export function Answered() {
  const cost = useConsole(({ costs, tab }) => costs[tab]);
  const isLooking = useConsole(({ through }) => through !== null);
  const changes = useGraphiQL(({ operations }) =>
    operations?.some(({ operation }) => operation === 'mutation'),
  );
  return (
    <section aria-label="What the answer cost" className="answered">
      {isLooking && changes ? (
        <p className="answered-locked">Nothing can be changed through a customer&apos;s eyes.</p>
      ) : cost ? (
        <Told {...cost} />
      ) : (
        <p>Calls to ServiceTitan and the age of the answer are shown here.</p>
      )}
    </section>
  );
}

function Told({ calls, saved, staleSeconds, through }: Cost) {
  return (
    <dl>
      <Figure name="Calls">{calls}</Figure>
      <Figure name="Saved">{saved}</Figure>
      <Figure name="Age">{age(staleSeconds)}</Figure>
      <Figure name="Seen by">{through ?? 'yourself'}</Figure>
    </dl>
  );
}

function Figure({ name, children }: { name: string; children: string | number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** How long the oldest part of the answer has outlived its time. */
function age(seconds: number): string {
  if (seconds <= 0) return 'fresh';
  if (seconds < 120) return `stale by ${seconds} s`;
  if (seconds < 7200) return `stale by ${Math.round(seconds / 60)} min`;
  return `stale by ${Math.round(seconds / 3600)} h`;
}
