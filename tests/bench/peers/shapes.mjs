// ServiceTitan's rows as the graph shows them, made once when they are read.
const dayThere = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Chicago' });

export const customer = ({ id, name }) => ({ id, name: name.trim() });

export const job = (row) => ({
  id: row.id,
  customerId: row.customerId,
  number: row.jobNumber || String(row.id),
  typeId: row.jobTypeId,
});

// Invoices that were ever owed, the newest first.
export function invoices(rows) {
  const owed = rows.filter(({ active, total, balance }) => active && (total > 0 || balance > 0 || +total > +balance));
  return newestFirst(owed, (row) => row.invoiceDate?.slice(0, 10) ?? '').map((row) => ({
    number: row.referenceNumber || String(row.id),
    status: status(row),
    total: money(row.total),
    balance: money(row.balance),
    items: row.items.map(item),
    jobId: row.job?.id,
  }));
}

// Jobs under the tab COMPLETED, the newest first: as their visits say, or else their own status.
export function completed(jobs, appointments) {
  const visits = new Map(jobs.map(({ id }) => [id, []]));
  for (const visit of appointments) visits.get(visit.jobId)?.push(visit);
  const done = jobs.filter((row) => isCompleted(row, visits.get(row.id)));
  return newestFirst(done, (row) => day(row.completedOn ?? row.createdOn)).map(job);
}

const status = ({ total, balance }) => (balance > 0 ? (+total > +balance ? 'PARTIALLY_PAID' : 'OPEN') : 'PAID');
const money = (amount) => Number(amount).toFixed(2);
const item = (row) => ({
  name: row.displayName || row.skuName,
  quantity: String(Number(row.quantity)),
  total: money(row.total),
});
const day = (moment) => dayThere.format(new Date(moment));

function newestFirst(rows, dayOf) {
  const dated = rows.map((row) => [dayOf(row), row]);
  dated.sort(([a, x], [b, y]) => (a < b ? 1 : a > b ? -1 : y.id - x.id));
  return dated.map(([, row]) => row);
}

function isCompleted(row, visits) {
  const live = visits.filter((visit) => visit.active && !visit.unused);
  const is = new Set(live.map((visit) => visit.status));
  if (is.size === 1) return is.has('Done');
  const goesOn = is.has('Dispatched') || is.has('Working') || is.has('Scheduled');
  return !goesOn && row.jobStatus === 'Completed';
}
