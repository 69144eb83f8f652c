// Reads `text/event-stream` as the graph sends it: events `next`, at last `complete`.

import type { ExecutionResult } from 'graphql';

/** Give the answer in each event `next`; a stream that breaks off ends with an error. */
export async function* events(
  response: Response,
  signal?: AbortSignal,
): AsyncGenerator<ExecutionResult> {
  try {
    for await (const { name, data } of blocks(response)) {
      if (name === 'complete') return;
      if (name === 'next') yield JSON.parse(data) as ExecutionResult;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error;
  }
  throw new Error('The connection was lost. Listen again, then read again what you show.');
}

async function* blocks(response: Response) {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (!reader) return;
  let rest = '';
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const told = (rest + part.value).split('\n\n');
      rest = told.pop() ?? '';
      for (const block of told) yield event(block);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function event(block: string) {
  let name = '';
  let data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event: ')) name = line.slice(7);
    if (line.startsWith('data: ')) data += line.slice(6);
  }
  return { name, data };
}
