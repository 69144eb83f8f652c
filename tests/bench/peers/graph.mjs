// The part of the graph that is measured, as Node's gateways are told to write one: resolvers and
// a DataLoader for each request, over rows that are ready in memory. Nobody is asked who they are.
import DataLoader from 'dataloader';

export const typeDefs = `
  enum JobTab { COMPLETED }
  type Query { viewer: Viewer! }
  type Viewer {
    email: String
    customers(first: Int): CustomerConnection!
    jobs(tab: JobTab, first: Int, after: String): JobConnection!
  }
  type CustomerConnection { nodes: [Customer!]! }
  type Customer { name: String!, invoices(first: Int): InvoiceConnection! }
  type InvoiceConnection { nodes: [Invoice!]! }
  type Invoice {
    number: String!, status: String!, total: String!, balance: String!, items: [Item!]!, job: Job
  }
  type Item { name: String, quantity: String!, total: String! }
  type JobConnection { nodes: [Job!]! }
  type Job { number: String!, type: String, customer: Customer! }
`;

export function graphOf(rows) {
  const jobs = new Map(rows.jobs.map((job) => [job.number, job]));
  return {
    typeDefs,
    resolvers: {
      Query: { viewer: () => rows },
      Viewer: {
        customers: () => ({ nodes: [rows.customer] }),
        jobs: (_, { after }) => rows.pages[after ?? ''],
      },
      Customer: { invoices: (customer, { first }) => ({ nodes: customer.invoices.slice(0, first) }) },
      Invoice: { job: (invoice, _, { jobs }) => jobs.load(invoice.job) },
      Job: { customer: () => rows.customer },
    },
    context: () => ({
      jobs: new DataLoader(async (numbers) => numbers.map((number) => jobs.get(number))),
    }),
  };
}
