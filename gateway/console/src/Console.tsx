// The console put together: GraphiQL in the middle, and around it what staff need beside it.

import { DOC_EXPLORER_PLUGIN, DocExplorerStore } from '@graphiql/plugin-doc-explorer';
import { explorerPlugin } from '@graphiql/plugin-explorer';
import { HISTORY_PLUGIN, HistoryStore } from '@graphiql/plugin-history';
import { GraphiQLProvider } from '@graphiql/react';
import { GraphiQL, GraphiQLInterface } from 'graphiql';
import screens from 'portal:screens';

import { Answered } from './Answered';
import { Bar } from './Bar';
import { Explain } from './Explain';
import { fetcher } from './fetcher';
import { Plan } from './Plan';
import { SCREENS_PLUGIN } from './Screens';
import { Switching } from './Switching';
import { useConsole } from './state';

const PLUGINS = [
  DOC_EXPLORER_PLUGIN,
  SCREENS_PLUGIN,
  HISTORY_PLUGIN,
  explorerPlugin({ showAttribution: false }),
];
const FIRST = screens.find(({ path }) => path === 'portal')?.query ?? '{ portal { businessName } }';

export function Console() {
  const isLooking = useConsole(({ through }) => through !== null);
  return (
    <GraphiQLProvider
      defaultQuery={FIRST}
      fetcher={fetcher}
      plugins={PLUGINS}
      referencePlugin={DOC_EXPLORER_PLUGIN}
      visiblePlugin={SCREENS_PLUGIN.title}
    >
      <HistoryStore>
        <DocExplorerStore>
          <Switching />
          <div className="console" data-looking={isLooking || undefined}>
            <Bar />
            <div className="console-work">
              <main>
                <h1 className="unseen">Console</h1>
                <GraphiQLInterface
                  defaultEditorToolsVisibility="variables"
                  isHeadersEditorEnabled={false}
                  showPersistHeadersSettings={false}
                >
                  <GraphiQL.Logo>{null}</GraphiQL.Logo>
                  <GraphiQL.Footer>
                    <Answered />
                  </GraphiQL.Footer>
                </GraphiQLInterface>
              </main>
              <Explain />
              <Plan />
            </div>
          </div>
        </DocExplorerStore>
      </HistoryStore>
    </GraphiQLProvider>
  );
}
