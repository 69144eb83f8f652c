// What is remembered across requests, and through which loaders each request asks for it.
import DataLoader from 'dataloader';
import { LRUCache } from 'lru-cache';
import * as shapes from './shapes.mjs';

const KEPT = { max: 10_000, ttl: 3_600_000 };
const BLOCK = { maxBatchSize: 50 };

export function remembered(upstream) {
  const types = byKey(async () => {
    const rows = await upstream.list('jpm', 'job-types', { active: 'Any' });
    return new Map(rows.map(({ id, name }) => [id, name]));
  });
  const invoices = byKey(async (of) =>
    shapes.invoices(await upstream.list('accounting', 'invoices', { customerId: of })),
  );
  const completed = byKey(async (of) => {
    const asked = ['jobs', 'appointments'].map((path) => upstream.list('jpm', path, { customerId: of }));
    return shapes.completed(...(await Promise.all(asked)));
  });
  const customers = byIds('crm', 'customers', { active: 'Any' }, shapes.customer);
  const jobs = byIds('jpm', 'jobs', {}, shapes.job);

  // Rows by their ids: those that are remembered, and the others by one call.
  function byIds(module, path, query, shaped) {
    const kept = new LRUCache(KEPT);
    return async (ids) => {
      const unknown = ids.filter((id) => !kept.has(id));
      if (unknown.length > 0) {
        const rows = await upstream.list(module, path, { ...query, ids: unknown.join(',') });
        for (const row of rows) kept.set(row.id, shaped(row));
      }
      return ids.map((id) => kept.get(id) ?? null);
    };
  }

  return () => ({
    typeNames: () => types.get(0) ?? types.fetch(0),
    customers: new DataLoader(customers, BLOCK),
    jobs: new DataLoader(jobs, BLOCK),
    invoicesOf: new DataLoader(each(invoices)),
    completedOf: new DataLoader(each(completed)),
  });
}

const byKey = (read) => new LRUCache({ ...KEPT, fetchMethod: read });
const each = (kept) => (keys) => Promise.all(keys.map((key) => kept.get(key) ?? kept.fetch(key)));
