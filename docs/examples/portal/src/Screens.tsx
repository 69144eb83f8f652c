import { useEffect, useState } from 'react';

import { Payer } from './paying/Payer';
import { Returned } from './paying/Returned';
import { Invoices } from './screens/Invoices';
import { Jobs } from './screens/Jobs';
import { Tasks } from './screens/Tasks';

const SCREENS = { tasks: 'My Tasks', invoices: 'Invoices', jobs: 'Jobs' } as const;
type Screen = keyof typeof SCREENS;

interface Props {
  email: string;
  onLeave: () => void;
}

export function Screens({ email, onLeave }: Props) {
  const screen = useScreen();
  const Shown = { tasks: Tasks, invoices: Invoices, jobs: Jobs }[screen];
  return (
    <>
      <nav aria-label="Screens">
        {(Object.keys(SCREENS) as Screen[]).map((name) => (
          <a key={name} href={`#${name}`} aria-current={name === screen ? 'page' : undefined}>
            {SCREENS[name]}
          </a>
        ))}
        <span className="who">{email}</span>
        <button onClick={onLeave}>Sign out</button>
      </nav>
      <main>
        <Returned />
        <h1>{SCREENS[screen]}</h1>
        <Payer>
          <Shown />
        </Payer>
      </main>
    </>
  );
}

/** The screen that the address names: a link to it can be kept, and Back leads back. */
function useScreen(): Screen {
  const [screen, setScreen] = useState(named);
  useEffect(() => {
    const moved = () => setScreen(named());
    addEventListener('hashchange', moved);
    return () => removeEventListener('hashchange', moved);
  }, []);
  return screen;
}

function named(): Screen {
  const name = location.hash.slice(1);
  return name in SCREENS ? (name as Screen) : 'tasks';
}
