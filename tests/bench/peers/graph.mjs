// The part of the graph that is measured, as Node's gateways are told to write one: resolvers that
// ask through a DataLoader of the request, and show nothing beyond the viewer's customers.
export const typeDefs = `
  enum JobTab { COMPLETED }
  type Query { viewer: Viewer! }
  type Viewer {
    email: String
    customers(first: Int!): CustomerConnection!
    jobs(tab: JobTab!, first: Int!, after: String): JobConnection!
  }
  type PageInfo { hasNextPage: Boolean!, endCursor: String }
  type CustomerConnection { nodes: [Customer!]! }
  type Customer { name: String!, invoices(first: Int!): InvoiceConnection! }
  type InvoiceConnection { nodes: [Invoice!]! }
  type Invoice {
    number: String!, status: String!, total: String!, balance: String!, items: [Item!]!, job: Job
  }
  type Item { name: String, quantity: String!, total: String! }
  type JobConnection { nodes: [Job!]!, pageInfo: PageInfo! }
  type Job { number: String!, type: String, customer: Customer }
`;

export const resolvers = {
  Query: { viewer: (_, __, { viewer }) => viewer },
  Viewer: {
    async customers({ customers }, { first }, { loaders }) {
      const found = await loaders.customers.loadMany([...customers]);
      return { nodes: found.sort((one, other) => one.name.localeCompare(other.name)).slice(0, first) };
    },
    async jobs({ customers }, { first, after }, { loaders }) {
      const lists = await loaders.completedOf.loadMany([...customers]);
      return page(lists.length === 1 ? lists[0] : lists.flat(), first, after);
    },
  },
  Customer: {
    async invoices({ id }, { first }, { loaders }) {
      return { nodes: (await loaders.invoicesOf.load(id)).slice(0, first) };
    },
  },
  Invoice: {
    async job({ jobId }, _, { loaders, viewer }) {
      const job = jobId ? await loaders.jobs.load(jobId) : null;
      return job && viewer.customers.has(job.customerId) ? job : null;
    },
  },
  Job: {
    type({ typeId }, _, { loaders }) {
      const names = loaders.typeNames();
      return names instanceof Map ? names.get(typeId) : names.then((read) => read.get(typeId));
    },
    customer: ({ customerId }, _, { loaders, viewer }) =>
      viewer.customers.has(customerId) ? loaders.customers.load(customerId) : null,
  },
};

// Cursors are offsets, as graphql-relay's are.
function page(rows, first, after) {
  const start = after ? Number(Buffer.from(after, 'base64url').toString()) + 1 : 0;
  const nodes = rows.slice(start, start + first);
  const last = start + nodes.length - 1;
  const endCursor = nodes.length > 0 ? Buffer.from(String(last)).toString('base64url') : null;
  return { nodes, pageInfo: { hasNextPage: last < rows.length - 1, endCursor } };
}
