// The editor's helpers beside the page's own thread, each a script of our own.

declare const WORKERS: Record<'editor' | 'graphql' | 'json', string>;

const isNamed = (label: string): label is keyof typeof WORKERS => label in WORKERS;

Object.assign(globalThis, {
  MonacoEnvironment: {
    getWorker: (_id: string, label: string) =>
      new Worker(new URL(WORKERS[isNamed(label) ? label : 'editor'], import.meta.url)),
  },
});

export {};
