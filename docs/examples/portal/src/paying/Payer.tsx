import { createContext, type ReactNode, useContext, useState } from 'react';

import type { InvoiceRowFragment } from '../graph/graphql';
import { Paying } from './Paying';

const PayerContext = createContext<(invoice: InvoiceRowFragment) => void>(() => undefined);

/** Opens the payment of an invoice. */
export const usePayer = () => useContext(PayerContext);

/**
 * Holds the payment that is open, above all lists: once an invoice is paid its row goes, and what
 * its payer is told must stay.
 */
export function Payer({ children }: { children: ReactNode }) {
  const [invoice, setInvoice] = useState<InvoiceRowFragment | null>(null);
  return (
    <PayerContext value={setInvoice}>
      {children}
      {invoice && <Paying key={invoice.id} invoice={invoice} onClose={() => setInvoice(null)} />}
    </PayerContext>
  );
}
