import type { PaidFragment, PaymentState } from '../graph/graphql';
import { useShared } from '../reading';
import { money } from '../words';
import { leaveFor } from './payment';

type Payment = NonNullable<PaidFragment['payment']>;

const SAID: Record<PaymentState, string> = {
  REQUIRES_ACTION: 'Your bank asks for one more step.',
  PROCESSING: 'Your payment is being processed. This page shows when it is done.',
  SUCCEEDED: 'Thank you, this is paid.',
  FAILED: 'This was not paid.',
  CANCELED: 'This payment was given up.',
  RETURNED: 'The bank sent this payment back.',
  REFUNDED: 'This payment was sent back to you.',
};

/** How far a payment has come, and what its payer has to do. */
export function Outcome({ paid }: { paid: Payment }) {
  const { currency } = useShared();
  const redirectUrl = paid.nextAction?.redirectUrl;
  return (
    <div className="outcome" role="status">
      <p>
        <strong>{paid.failure ?? SAID[paid.state]}</strong>
      </p>
      <p className="soft">
        {money(paid.amount, currency)} by {paid.method}. Confirmation {paid.confirmationNumber}
      </p>
      {redirectUrl && (
        <button className="act" onClick={() => leaveFor(paid.id, redirectUrl)}>
          Go to your bank
        </button>
      )}
    </div>
  );
}
