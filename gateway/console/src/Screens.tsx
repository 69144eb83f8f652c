// A ready query for every screen of the portal, and for what staff do.

import { type GraphiQLPlugin, pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import screens, { type Screen } from 'portal:screens';

import { forgetCost, useConsole } from './state';

export const SCREENS_PLUGIN: GraphiQLPlugin = {
  title: 'Screens',
  icon: ScreensIcon,
  content: Screens,
};

function Screens() {
  const isLooking = useConsole(({ through }) => through !== null);
  return (
    <section aria-label="Screens" className="screens">
      <h2>What customers see</h2>
      {!isLooking && (
        <p className="screens-hint">
          Of your own you have no records: choose a customer under “View as”.
        </p>
      )}
      <List group="screen" />
      <h2>What staff ask and do</h2>
      {isLooking && <p className="screens-hint">These are yours: leave the customer’s view.</p>}
      <List group="staff" />
    </section>
  );
}

function List({ group }: Pick<Screen, 'group'>) {
  const open = useOpen();
  return (
    <ul>
      {screens
        .filter((screen) => screen.group === group)
        .map((screen) => (
          <li key={screen.path}>
            <button onClick={() => open(screen)} type="button">
              <strong>{screen.title}</strong>
              <span>{screen.about}</span>
            </button>
          </li>
        ))}
    </ul>
  );
}

/** Open a ready query: in a tab of its own, unless the one in front is as empty, or as ready. */
function useOpen() {
  const { addTab, stop, updateActiveTabValues } = useGraphiQLActions();
  const { queryEditor, responseEditor, variableEditor } = useGraphiQL(
    pick('queryEditor', 'responseEditor', 'variableEditor'),
  );
  return ({ query, variables }: Screen) => {
    stop();
    if (!isReady(queryEditor?.getValue() ?? '')) addTab();
    responseEditor?.setValue('');
    updateActiveTabValues({ response: null });
    forgetCost();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
    queryEditor?.focus();
  };
}

function isReady(text: string): boolean {
  const told = text.trim();
  return told === '' || screens.some(({ query }) => query === told);
}

function ScreensIcon() {
  return (
    <svg fill="none" stroke="currentColor" strokeWidth="1.5" viewBox="0 0 24 24">
      <rect height="16" rx="2" width="18" x="3" y="4" />
      <path d="M3 9h18M8 9v11M12 13h5M12 16.5h3" />
    </svg>
  );
}
