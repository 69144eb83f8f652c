// ServiceTitan's REST API: connections kept alive, asked again when it says "too many", one token for
// everybody, lists read whole.
import { Agent, RetryAgent, request } from 'undici';

const PAGE = '500';
const RENEWED_AT = 0.8;
const dispatcher = new RetryAgent(new Agent({ connections: 32, keepAliveTimeout: 60_000 }));

export function connect({ apiUrl, authUrl, tenantId, clientId, clientSecret, appKey }) {
  let token;
  let renewAt = 0;

  async function renewed() {
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const granted = await answered(`${authUrl}/connect/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    renewAt = Date.now() + granted.expires_in * 1000 * RENEWED_AT;
    return granted.access_token;
  }

  function bearer() {
    if (Date.now() >= renewAt) {
      renewAt = Infinity; // while it is on its way everybody waits for the same one
      token = renewed().catch((error) => {
        renewAt = 0;
        throw error;
      });
    }
    return token;
  }

  async function ask(module, path, query) {
    const address = `${apiUrl}/${module}/v2/tenant/${tenantId}/${path}?${new URLSearchParams(query)}`;
    const headers = { authorization: `Bearer ${await bearer()}`, 'st-app-key': appKey };
    return answered(address, { headers });
  }

  return {
    async list(module, path, query) {
      const rows = [];
      for (let page = 1, more = true; more; page += 1) {
        const told = await ask(module, path, { ...query, page: String(page), pageSize: PAGE });
        rows.push(...told.data);
        more = told.hasMore;
      }
      return rows;
    },
    async feed(module, path) {
      const rows = [];
      for (let from = {}, more = true; more; ) {
        const told = await ask(module, `export/${path}`, from);
        rows.push(...told.data);
        from = { from: told.continueFrom };
        more = told.hasMore;
      }
      return rows;
    },
  };
}

async function answered(address, options) {
  const { statusCode, body } = await request(address, { dispatcher, ...options });
  if (statusCode !== 200) {
    await body.dump();
    throw new Error(`ServiceTitan answered ${statusCode}.`);
  }
  return body.json();
}
