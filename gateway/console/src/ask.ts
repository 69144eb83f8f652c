// Asks the graph with the session's cookie: one answer, or as many as a subscription has.

import type { ExecutionResult } from 'graphql';

import { events } from './events';
import { change } from './state';

export interface Asked {
  query: string;
  variables?: unknown;
  operationName?: string | null | undefined;
  extensions?: Readonly<Record<string, unknown>>;
}

export interface How {
  /** Whose eyes to look through; one's own without. */
  through?: string | undefined;
  signal?: AbortSignal;
}

/** A subscription is answered as events, whatever else as JSON. */
const ACCEPT = 'application/json, text/event-stream;q=0.5';

/** Give every answer, errors among them; where nothing answers, the answer says so. */
export async function* answers(asked: Asked, how: How = {}): AsyncGenerator<ExecutionResult> {
  let response: Response;
  try {
    response = await fetch('graphql', {
      method: 'POST',
      headers: {
        Accept: ACCEPT,
        'Content-Type': 'application/json',
        ...(how.through !== undefined && { 'X-View-As': asHeader(how.through) }),
      },
      body: JSON.stringify(asked),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
      signal: how.signal ?? null,
    });
  } catch {
    if (!how.signal?.aborted) yield failed('The gateway does not answer. Try again.');
    return;
  }
  if (response.status === 401) change({ signedOut: true });
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
    yield* events(response, how.signal);
  } else {
    yield await read(response);
  }
}

/** Ask once. */
export async function answer(asked: Asked, how: How = {}): Promise<ExecutionResult> {
  for await (const result of answers(asked, how)) return result;
  return failed('The gateway gave no answer.');
}

/** Everything that went wrong, as sentences; undefined where nothing did. */
export function problem({ errors }: ExecutionResult): string | undefined {
  return errors?.map(({ message }) => message).join(' ') || undefined;
}

/** An answer of the console's own. */
export function failed(message: string, code?: string): ExecutionResult {
  const error = { message, ...(code !== undefined && { extensions: { code } }) };
  return { errors: [error] } as unknown as ExecutionResult;
}

async function read(response: Response): Promise<ExecutionResult> {
  try {
    return (await response.json()) as ExecutionResult;
  } catch {
    return failed(`The gateway answered ${response.status}, and nothing that can be read.`);
  }
}

/** A header's value is bytes, and the gateway reads them as UTF-8. */
function asHeader(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}
