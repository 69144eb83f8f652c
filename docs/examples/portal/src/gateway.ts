// Asking the gateway, and hearing from it. Every operation is typed by its document.

import type { TypedDocumentString } from './graph/graphql';

/** What the gateway says of an error: docs/front-end/errors.md has every code. */
export interface Problem {
  message: string;
  code: string;
  /** Where in the answer it stands; the rest of the answer is good. */
  path?: (string | number)[];
  /** After how long to ask again, where the gateway knows. */
  retryAfterMs?: number;
}

export class GatewayError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.message);
  }
}

export interface Answer<Result> {
  data: Result;
  problems: Problem[];
}

interface Body<Result> {
  data?: Result | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: Partial<Problem> }[];
}

/** A typed document, whatever its types. */
interface Document {
  toString(): string;
  /** What graphql-codegen tells of it: its name in persisted-documents.json. */
  __meta__?: { hash?: string } | undefined;
}

const LATER = new Set(['RATE_LIMITED', 'UPSTREAM_BUSY', 'UPSTREAM_UNAVAILABLE']);
const TRIES = 3;

export class Gateway {
  constructor(
    private readonly address: string,
    private readonly token: string | null,
    private readonly onSignedOut: () => void,
    private readonly asksByName = false,
  ) {}

  /** Read. Where the gateway says "later", this waits as long as it says and asks again. */
  async ask<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Answer<Result>> {
    for (let tried = 1; ; tried += 1) {
      const answer = await this.once(document, variables, signal);
      const later = answer.problems.find(({ code }) => LATER.has(code));
      if (later?.retryAfterMs === undefined || tried === TRIES) return whole(answer);
      await pause(later.retryAfterMs, signal);
    }
  }

  /** Change something: asked once. Who asks again does so with the same idempotency key. */
  async change<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
  ): Promise<Result> {
    const { data, problems } = whole(await this.once(document, variables));
    const [problem] = problems;
    if (problem !== undefined) throw new GatewayError(problem);
    return data;
  }

  /**
   * Tell of every change until `signal` ends it, connecting again whenever that ends.
   *
   * `onListening` says that it listens from now on: what changed before was told to nobody.
   */
  async listen<Result>(
    document: TypedDocumentString<Result, Record<string, never>>,
    { onListening, onChange, signal }: Listener,
  ): Promise<void> {
    for (let failed = 0; !signal.aborted; failed += 1) {
      try {
        const answer = await this.send(document, {}, 'text/event-stream', signal);
        if (answer.ok && answer.body !== null) {
          failed = 0;
          onListening();
          for await (const event of events(answer.body)) {
            if (event.event === 'next' && !event.data.includes('"errors"')) onChange();
          }
        }
      } catch {
        // Offline, or ended: both are asked again.
      }
      await pause(Math.min(1000 * 2 ** failed, 30_000), signal).catch(() => undefined);
    }
  }

  private async once<Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ): Promise<Answer<Result | null>> {
    const answer = await this.send(document, variables, 'application/graphql-response+json', signal);
    const body = (await answer.json().catch(() => ({}))) as Body<Result>;
    const problems = (body.errors ?? []).map(({ message, path, extensions }) => ({
      message,
      code: extensions?.code ?? 'INTERNAL',
      ...(path && { path }),
      ...(extensions?.retryAfterMs !== undefined && { retryAfterMs: extensions.retryAfterMs }),
    }));
    if (problems.some(({ code }) => code === 'UNAUTHENTICATED')) this.onSignedOut();
    return { data: body.data ?? null, problems };
  }

  /** A document by its name in persisted-documents.json, or by its text. */
  private asking(document: Document): object {
    const hash = this.asksByName ? document.__meta__?.hash : undefined;
    return hash === undefined ? { query: document.toString() } : { documentId: `sha256:${hash}` };
  }

  private send(
    document: Document,
    variables: unknown,
    accept: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(`${this.address}/graphql`, {
      method: 'POST',
      headers: {
        Accept: accept,
        'Content-Type': 'application/json',
        ...(this.token !== null && { Authorization: `Bearer ${this.token}` }),
      },
      body: JSON.stringify({ ...this.asking(document), variables }),
      ...(signal && { signal }),
    });
  }
}

export interface Listener {
  onListening: () => void;
  onChange: () => void;
  signal: AbortSignal;
}

const SILENT = 'The gateway did not answer. Try again in a moment.';

/** An answer that has data; what has none is thrown. */
function whole<Result>({ data, problems }: Answer<Result | null>): Answer<Result> {
  if (data === null) throw new GatewayError(problems[0] ?? { message: SILENT, code: 'INTERNAL' });
  return { data, problems };
}

/** The sentence to show for whatever was thrown. */
export const sentence = (error: unknown): string =>
  error instanceof GatewayError ? error.message : SILENT;

interface Event {
  event: string;
  data: string;
}

/** The events of a stream: blocks of `name: value` lines, with an empty line behind each. */
async function* events(stream: ReadableStream<Uint8Array>): AsyncGenerator<Event> {
  const reader = stream.pipeThrough(new TextDecoderStream() as never).getReader();
  let text = '';
  for (;;) {
    const { done, value } = (await reader.read()) as ReadableStreamReadResult<string>;
    if (done) return;
    const blocks = (text + value).split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = /^event: ?(.*)$/m.exec(block)?.[1];
      if (event !== undefined) yield { event, data: /^data: ?(.*)$/m.exec(block)?.[1] ?? '' };
    }
  }
}

function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done, stopped) => {
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener('abort', () => {
      clearTimeout(timer);
      stopped(signal.reason as Error);
    });
  });
}
