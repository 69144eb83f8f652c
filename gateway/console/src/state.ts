// What the console knows beside GraphiQL: through whose eyes it looks, and what answers cost.

import { useSyncExternalStore } from 'react';

/** A customer whose eyes are looked through, and the names of the customers that they reach. */
export interface Person {
  email: string;
  names: readonly string[];
  reached: number;
}

/** What an answer cost upstream, by how much it is stale, and whose eyes it was for. */
export interface Cost {
  calls: number;
  saved: number;
  staleSeconds: number;
  through: string | null;
}

/** The panels at the right, of which one is open at most. */
export type PanelName = 'explain' | 'plan';

interface State {
  through: Person | null;
  /** By the id of the tab that the answer stands in. */
  costs: Readonly<Record<string, Cost>>;
  tab: string;
  signedOut: boolean;
  panel: PanelName | null;
}

let state: State = {
  through: null,
  costs: {},
  tab: '',
  signedOut: false,
  panel: null,
};
const listeners = new Set<() => void>();

export const current = () => state;

export function change(part: Partial<State>) {
  state = { ...state, ...part };
  for (const listener of listeners) listener();
}

/** Forget what the answer in this tab cost: it stands there no more. */
export function forgetCost(tab = state.tab) {
  const { [tab]: _, ...costs } = state.costs;
  change({ costs });
}

function listen(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Read a part of the state, and be told when it changes. */
export function useConsole<T>(part: (state: State) => T): T {
  return useSyncExternalStore(listen, () => part(state));
}
