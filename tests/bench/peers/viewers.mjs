// Who asks: the bearer token verified, and the customers on which its email stands.
import { createVerifier } from 'fast-jwt';
import buildGetJwks from 'get-jwks';

const TOKENS = 1000;

export async function doorman({ issuer, audience }, upstream) {
  const jwks = buildGetJwks({ providerDiscovery: true, issuersWhitelist: [issuer], ttl: 3_600_000 });
  const verify = createVerifier({
    key: ({ header: { kid, alg } }) => jwks.getPublicKey({ kid, alg, domain: issuer }),
    algorithms: ['RS256'],
    allowedIss: issuer,
    allowedAud: audience,
    checkTyp: 'at+jwt',
    requiredClaims: ['exp', 'iat', 'sub', 'email'],
    cache: TOKENS,
  });
  const customersOf = await directory(upstream);

  // Returns the viewer; throws for a token that does not verify.
  return async (authorization) => {
    if (!authorization?.startsWith('Bearer ')) throw new Error('not a Bearer credential');
    const claims = await verify(authorization.slice('Bearer '.length));
    if (claims.email_verified !== true) throw new Error('its email is not verified');
    const email = claims.email.toLowerCase();
    return { email, customers: customersOf.get(email) ?? new Set() };
  };
}

async function directory(upstream) {
  const customersOf = new Map();
  for (const contact of await upstream.feed('crm', 'customers/contacts')) {
    if (contact.type !== 'Email' || !contact.active) continue;
    const email = contact.value.trim().toLowerCase();
    if (!customersOf.has(email)) customersOf.set(email, new Set());
    customersOf.get(email).add(contact.customerId);
  }
  return customersOf;
}
