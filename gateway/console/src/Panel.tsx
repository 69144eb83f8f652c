// A panel at the right: one at a time, closed by its sign or by Escape, back to its button.

import type { ReactNode } from 'react';

import { change, type PanelName } from './state';

interface Told {
  name: PanelName;
  title: string;
  children: ReactNode;
}

export function Panel({ name, title, children }: Told) {
  function close() {
    change({ panel: null });
    document.getElementById(`${name}-button`)?.focus();
  }
  return (
    <aside
      aria-labelledby={`${name}-title`}
      className="panel"
      onKeyDown={({ key }) => key === 'Escape' && close()}
    >
      <div className="panel-head">
        <h2 id={`${name}-title`}>{title}</h2>
        <button aria-label="Close" className="bar-button bar-sign" onClick={close} type="button">
          <span aria-hidden="true">✕</span>
        </button>
      </div>
      {children}
    </aside>
  );
}
