// The page's policy takes a style element only where it carries the nonce of the answer that
// brought the page. The editor makes such elements itself and knows of no nonce, so it is put on
// here. What is parsed from text (`innerHTML`) gets none.

const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce ?? '';
const create = document.createElement.bind(document);

document.createElement = (name: string, options?: ElementCreationOptions) => {
  const element: HTMLElement = create(name, options);
  if (element instanceof HTMLStyleElement) element.nonce = nonce;
  return element;
};

export {};
