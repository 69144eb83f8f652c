/** Where things are: read at run time, so that one build serves every place. */
export interface Config {
  /** The gateway's address, without a last slash. */
  gateway: string;
  /** The identity provider's issuer, as the gateway's PORTAL_OIDC_ISSUER says it. */
  issuer: string;
  /** How the provider knows this page. */
  clientId: string;
  /** Whether documents are asked by name: the gateway has src/graph/persisted-documents.json. */
  trustedDocuments?: boolean;
}

export async function readConfig(): Promise<Config> {
  const answer = await fetch('/config.json');
  if (!answer.ok) throw new Error('config.json could not be read.');
  return (await answer.json()) as Config;
}
