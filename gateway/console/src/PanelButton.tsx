// A button of the bar that opens a panel, and closes it.

import { change, type PanelName, useConsole } from './state';

export function PanelButton({ name, title }: { name: PanelName; title: string }) {
  const isOpen = useConsole(({ panel }) => panel === name);
  return (
    <button
      aria-expanded={isOpen}
      className="bar-button"
      id={`${name}-button`}
      onClick={() => change({ panel: isOpen ? null : name })}
      type="button"
    >
      {title}
    </button>
  );
}
