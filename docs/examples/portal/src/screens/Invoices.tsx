import { useEffect } from 'react';

import { InvoicesDocument } from '../graph/graphql';
import { Notices, Waiting } from '../Notices';
import { useReading } from '../reading';
import { InvoiceRow } from './InvoiceRow';
import { endOf, type Page, Paged } from './Paged';

export const Invoices = () => <Paged page={InvoicePage} />;

const InvoicePage: Page = ({ after, onEnd }) => {
  const reading = useReading(InvoicesDocument, { after });
  const invoices = reading.data?.viewer?.invoices;
  useEffect(() => {
    if (invoices) onEnd(endOf(invoices.pageInfo));
  }, [invoices, onEnd]);
  return (
    <>
      <Notices reading={reading} />
      <Waiting reading={reading} />
      {invoices?.totalCount === 0 && <p>There are no invoices to see.</p>}
      {invoices && (
        <ul className="rows">
          {invoices.nodes.map((invoice) => (
            <InvoiceRow key={invoice.id} invoice={invoice} />
          ))}
        </ul>
      )}
    </>
  );
};
