import { useRef, useState } from 'react';

import { type PaidFragment, PayDocument, type PayInvoicesInput } from '../graph/graphql';
import { sentence } from '../gateway';
import { useShared } from '../reading';

type Wanted = Omit<PayInvoicesInput, 'idempotencyKey'>;

/**
 * Pays, and pays once.
 *
 * The key is made when the payer presses the button. Where no answer came, `again` sends the same
 * key with the same input, whatever the balance is by then: the gateway gives the first result, or
 * carries out what never reached it.
 */
export function usePayment() {
  const { gateway } = useShared();
  const pending = useRef<PayInvoicesInput | null>(null);
  const [paid, setPaid] = useState<PaidFragment | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function send(input: PayInvoicesInput): Promise<void> {
    pending.current = input;
    setBusy(true);
    try {
      setPaid((await gateway.change(PayDocument, { input })).payInvoices);
      setFailure(null);
    } catch (error) {
      setFailure(sentence(error));
    } finally {
      setBusy(false);
    }
  }

  return {
    paid,
    failure,
    busy,
    pay: (wanted: Wanted) => void send({ ...wanted, idempotencyKey: crypto.randomUUID() }),
    again: () => void (pending.current && send(pending.current)),
  };
}

const WAITING = 'waiting-payment';

/** Leave for the page where the payer proves who they are; it leads back to the portal. */
export function leaveFor(paymentId: string, redirectUrl: string): void {
  sessionStorage.setItem(WAITING, paymentId);
  location.assign(redirectUrl);
}

/** The payment that somebody was led away from, once. */
export function comeBack(): string | null {
  const paymentId = sessionStorage.getItem(WAITING);
  sessionStorage.removeItem(WAITING);
  return paymentId;
}
