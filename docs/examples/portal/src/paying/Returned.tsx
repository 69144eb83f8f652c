import { useEffect, useState } from 'react';

import { ConfirmDocument, type PaidFragment } from '../graph/graphql';
import { sentence } from '../gateway';
import { useShared } from '../reading';
import { Outcome } from './Outcome';
import { comeBack } from './payment';

/** What became of the payment that somebody was led away from, and came back to. */
export function Returned() {
  const { gateway } = useShared();
  const [paymentId] = useState(comeBack);
  const [paid, setPaid] = useState<PaidFragment | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [tried, setTried] = useState(0);
  useEffect(() => {
    if (paymentId === null) return;
    gateway.change(ConfirmDocument, { paymentId }).then(
      ({ confirmPayment }) => {
        setPaid(confirmPayment);
        setFailure(null);
      },
      (error: unknown) => setFailure(sentence(error)),
    );
  }, [gateway, paymentId, tried]);
  const refused = failure ?? paid?.userErrors[0]?.message ?? null;
  return (
    <>
      {paid?.payment && <Outcome paid={paid.payment} />}
      {refused !== null && (
        <div className="notice" role="alert">
          <p>{refused}</p>
          <button onClick={() => setTried(tried + 1)}>Try again</button>
        </div>
      )}
    </>
  );
}
