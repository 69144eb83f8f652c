// The bar above: whose portal, whose eyes, the panels, light or dark, and who is signed in.

import { businessName } from './member';
import { PanelButton } from './PanelButton';
import { useConsole } from './state';
import { SignedIn } from './SignedIn';
import { ThemeSwitch } from './ThemeSwitch';
import { Through } from './Through';
import { ViewAs } from './ViewAs';

export function Bar() {
  const through = useConsole((state) => state.through);
  return (
    <header className="bar">
      <p className="bar-name">
        <strong>{businessName}</strong>
        <span>Console</span>
      </p>
      {through ? <Through {...through} /> : <ViewAs />}
      <PanelButton name="plan" title="Plan" />
      <PanelButton name="explain" title="Explain" />
      <ThemeSwitch />
      <SignedIn />
    </header>
  );
}
