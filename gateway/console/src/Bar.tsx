// The bar above: whose portal, whose eyes, `explain`, light or dark, and who is signed in.

import { businessName } from './member';
import { change, useConsole } from './state';
import { SignedIn } from './SignedIn';
import { ThemeSwitch } from './ThemeSwitch';
import { Through } from './Through';
import { ViewAs } from './ViewAs';

export function Bar() {
  const through = useConsole((state) => state.through);
  const isExplaining = useConsole((state) => state.isExplaining);
  return (
    <header className="bar">
      <p className="bar-name">
        <strong>{businessName}</strong>
        <span>Console</span>
      </p>
      {through ? <Through {...through} /> : <ViewAs />}
      <button
        aria-expanded={isExplaining}
        className="bar-button"
        id="explain-button"
        onClick={() => change({ isExplaining: !isExplaining })}
        type="button"
      >
        Explain
      </button>
      <ThemeSwitch />
      <SignedIn />
    </header>
  );
}
