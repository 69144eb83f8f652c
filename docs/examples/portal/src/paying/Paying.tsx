import { type FormEvent, useEffect, useRef, useState } from 'react';

import { type InvoiceRowFragment, type PaidFragment, QuoteDocument } from '../graph/graphql';
import { Notices, Waiting } from '../Notices';
import { useReading, useShared } from '../reading';
import { money } from '../words';
import { Outcome } from './Outcome';
import { usePayment } from './payment';
import { kindOf, TokenChoice } from './TokenChoice';

interface Props {
  invoice: InvoiceRowFragment;
  onClose: () => void;
}

/** Pays one invoice: what it comes to now, by what, and what came of it. */
export function Paying({ invoice, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { currency } = useShared();
  const reading = useReading(QuoteDocument, { invoiceIds: [invoice.id] });
  const quote = reading.data?.viewer?.paymentQuote;
  const [token, setToken] = useState('');
  const { paid, failure, busy, pay, again } = usePayment();
  const done = paid?.payment && paid.payment.state !== 'FAILED' ? paid.payment : null;
  useEffect(() => dialog.current?.showModal(), []);
  const authorization = kindOf(token) === 'BANK_ACCOUNT' ? quote?.achAuthorization : null;

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!quote) return;
    const authorizedBy = String(new FormData(event.currentTarget).get('authorizedBy') ?? '');
    pay({
      invoiceIds: [invoice.id],
      expectedTotal: quote.total,
      source: { processorToken: token },
      ...(authorization && {
        achAuthorization: { version: authorization.version, authorizedBy },
      }),
    });
  };

  return (
    <dialog ref={dialog} onClose={onClose} aria-labelledby="paying">
      <h2 id="paying">Pay invoice {invoice.number}</h2>
      {done ? <Outcome paid={done} /> : <Notices reading={reading} />}
      {!done && <Waiting reading={reading} />}
      {failure !== null && (
        <div className="notice" role="alert">
          <p>{failure}</p>
          <button className="act" disabled={busy} onClick={again}>
            Try again
          </button>
        </div>
      )}
      {!done && failure === null && quote && (
        <form onSubmit={submit}>
          <p className="amount">{money(quote.total, currency)}</p>
          <TokenChoice kinds={quote.methods} value={token} onChange={setToken} />
          {authorization && (
            <fieldset>
              <legend>Your authorization</legend>
              <p>{authorization.text}</p>
              <label>
                Your full name <input name="authorizedBy" required autoComplete="name" />
              </label>
              <label>
                <input type="checkbox" required /> I authorize this payment
              </label>
            </fieldset>
          )}
          <Refusal sentences={refusals(paid)} />
          <button className="act" disabled={busy}>
            Pay {money(quote.total, currency)}
          </button>
        </form>
      )}
      <button className="close" onClick={() => dialog.current?.close()}>
        Close
      </button>
    </dialog>
  );
}

function refusals(paid: PaidFragment | null): string[] {
  if (paid === null) return [];
  const sentences = paid.userErrors.map(({ message }) => message);
  return sentences.length === 0 && paid.payment?.failure ? [paid.payment.failure] : sentences;
}

function Refusal({ sentences }: { sentences: string[] }) {
  if (sentences.length === 0) return null;
  return (
    <p className="notice" role="alert">
      {sentences.join(' ')}
    </p>
  );
}
