// Signing in by OpenID Connect: authorization code with PKCE, as a public client.
//
// The access token stays in memory, where a script that gets into a later page cannot find it.
// After a reload the provider is asked again without a word to the user (`prompt=none`), and gives
// another where they are still signed in there.

import type { Config } from './config';

const PENDING = 'sign-in';
const LAST = 'signed-in-as';

interface Pending {
  state: string;
  verifier: string;
  /** Where in the portal they were. */
  path: string;
}

export interface Session {
  token: string;
  email: string;
}

/** Leave for the provider's page; silently where it was just done on this tab. */
export async function leaveForSignIn(config: Config, silently: boolean): Promise<void> {
  const { authorization_endpoint } = await metadata(config);
  const pending: Pending = {
    state: randomText(),
    verifier: randomText(),
    path: location.pathname + location.hash,
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  const asked = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: callback(),
    scope: 'openid email',
    state: pending.state,
    code_challenge: await challenge(pending.verifier),
    code_challenge_method: 'S256',
  });
  if (silently) {
    asked.set('prompt', 'none');
    asked.set('login_hint', sessionStorage.getItem(LAST) ?? '');
  }
  location.assign(`${authorization_endpoint}?${asked}`);
}

/** Was somebody signed in on this tab, so that the provider can be asked silently? */
export const wasSignedIn = (): boolean => sessionStorage.getItem(LAST) !== null;

/** Finish what the provider led back from; null where this address is none of its. */
export async function finishSignIn(config: Config): Promise<Session | null> {
  const answered = new URLSearchParams(location.search);
  const told = sessionStorage.getItem(PENDING);
  if (location.pathname !== new URL(callback()).pathname || told === null) return null;
  sessionStorage.removeItem(PENDING);
  const { state, verifier, path } = JSON.parse(told) as Pending;
  history.replaceState(null, '', path);
  const code = answered.get('code');
  if (answered.get('state') !== state || code === null) {
    sessionStorage.removeItem(LAST);
    return null;
  }
  return redeem(config, code, verifier);
}

export function forgetSignIn(): void {
  sessionStorage.clear();
}

async function redeem(config: Config, code: string, verifier: string): Promise<Session> {
  const { token_endpoint } = await metadata(config);
  const answer = await fetch(token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: config.clientId,
      redirect_uri: callback(),
      code,
      code_verifier: verifier,
    }),
  });
  if (!answer.ok) throw new Error('The sign-in was not finished. Sign in again.');
  const given = (await answer.json()) as { access_token: string; id_token: string };
  const email = emailOf(given.id_token);
  sessionStorage.setItem(LAST, email);
  return { token: given.access_token, email };
}

/** The email in an ID token: to greet somebody. What they may see, the gateway decides. */
function emailOf(idToken: string): string {
  const payload = (idToken.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
  const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
  return (JSON.parse(new TextDecoder().decode(bytes)) as { email: string }).email;
}

interface Metadata {
  authorization_endpoint: string;
  token_endpoint: string;
}

async function metadata(config: Config): Promise<Metadata> {
  const answer = await fetch(`${config.issuer}/.well-known/openid-configuration`);
  if (!answer.ok) throw new Error('The sign-in page cannot be reached.');
  return (await answer.json()) as Metadata;
}

const callback = (): string => `${location.origin}/signed-in`;

const randomText = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

async function challenge(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64url(new Uint8Array(digest));
}

function base64url(bytes: Uint8Array): string {
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
