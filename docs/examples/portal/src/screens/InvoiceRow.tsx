import type { InvoiceRowFragment } from '../graph/graphql';
import { usePayer } from '../paying/Payer';
import { useShared } from '../reading';
import { day, money } from '../words';

const STATUS = { OPEN: 'Open', PARTIALLY_PAID: 'Partly paid', PAID: 'Paid' } as const;

export function InvoiceRow({ invoice }: { invoice: InvoiceRowFragment }) {
  const { currency } = useShared();
  const pay = usePayer();
  const { number, isOverdue, invoiceDate, dueDate, amountProcessing, balance } = invoice;
  const processes = amountProcessing !== '0.00';
  return (
    <li className="row">
      <div>
        <strong>Invoice {number}</strong>{' '}
        <span className={isOverdue ? 'tag late' : 'tag'}>
          {isOverdue ? 'Overdue' : STATUS[invoice.status]}
        </span>
        <p className="soft">
          {invoiceDate && `Of ${day(invoiceDate)}`}
          {invoiceDate && dueDate && ', '}
          {dueDate && `due ${day(dueDate)}`}
        </p>
        {processes && <p className="soft">{money(amountProcessing, currency)} is being processed</p>}
      </div>
      <div className="end">
        <span className="amount">{money(balance, currency)}</span>
        {invoice.pdfUrl && (
          <a href={invoice.pdfUrl} aria-label={`Invoice ${number} as PDF`}>
            PDF
          </a>
        )}
        {invoice.payableOnline && (
          <button className="act" aria-label={`Pay invoice ${number}`} onClick={() => pay(invoice)}>
            Pay
          </button>
        )}
      </div>
    </li>
  );
}
