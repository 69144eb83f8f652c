// What has to happen in GraphiQL when something changes beside it.

import { pick, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useEffect, useRef } from 'react';

import { change, useConsole } from './state';

/** Keeps track of the tab, and takes away answers that were for other eyes. */
export function Switching() {
  const { stop, updateActiveTabValues } = useGraphiQLActions();
  const { activeTabIndex, operations, responseEditor, tabs } = useGraphiQL(
    pick('activeTabIndex', 'operations', 'responseEditor', 'tabs'),
  );
  const email = useConsole(({ through }) => through?.email ?? null);
  const seenBy = useRef(email);

  const tab = tabs[activeTabIndex]?.id ?? '';
  useEffect(() => change({ tab }), [tab]);

  useEffect(() => {
    if (seenBy.current === email) return;
    seenBy.current = email;
    stop();
    responseEditor?.setValue('');
    updateActiveTabValues({ response: null });
    change({ costs: {} });
  }, [email, responseEditor, stop, updateActiveTabValues]);

  const onlyChanges =
    !!operations?.length && operations.every(({ operation }) => operation === 'mutation');
  const isLocked = email !== null && onlyChanges;
  useEffect(() => {
    const button = document.querySelector<HTMLButtonElement>('.graphiql-execute-button');
    if (button) button.disabled = isLocked;
  });

  return null;
}
