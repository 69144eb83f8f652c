// What GraphiQL keeps in this browser (tabs, history) belongs to who wrote it, and to nobody after.

const OWNER = 'console:owner';
const KEPT = 'graphiql:';
const THEME = 'graphiql:theme';

/** Keep what this member of staff left here; forget what somebody else did. */
export function keepFor(email: string) {
  if (localStorage.getItem(OWNER) === email) return;
  forgetAll();
  localStorage.setItem(OWNER, email);
}

/** Leave nothing behind but whether it is light or dark. */
export function forgetAll() {
  for (const key of Object.keys(localStorage)) {
    if ((key.startsWith(KEPT) && key !== THEME) || key === OWNER) localStorage.removeItem(key);
  }
}
