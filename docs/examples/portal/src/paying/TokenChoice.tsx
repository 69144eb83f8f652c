import type { PaymentMethodKind } from '../graph/graphql';

/** Some of the sandbox's test tokens; docs/payments.md has them all. */
const TOKENS: { token: string; kind: PaymentMethodKind; name: string }[] = [
  { token: 'sandbox_card_visa', kind: 'CARD', name: 'Visa ending in 4242' },
  { token: 'sandbox_card_declined', kind: 'CARD', name: 'A card that is declined' },
  { token: 'sandbox_card_3ds', kind: 'CARD', name: 'A card that asks for one more step' },
  { token: 'sandbox_bank', kind: 'BANK_ACCOUNT', name: 'Sandbox Bank ending in 6789' },
];

export const kindOf = (token: string): PaymentMethodKind | undefined =>
  TOKENS.find((each) => each.token === token)?.kind;

interface Props {
  kinds: PaymentMethodKind[];
  value: string;
  onChange: (token: string) => void;
}

/**
 * By what to pay, of the sandbox's samples.
 *
 * This is the one part that a real portal has otherwise: there the processor's own form stands
 * here, made with `quote.client`, and gives a token. A card's number never comes to the portal.
 */
export function TokenChoice({ kinds, value, onChange }: Props) {
  return (
    <fieldset>
      <legend>Pay by</legend>
      {TOKENS.filter(({ kind }) => kinds.includes(kind)).map(({ token, name }) => (
        <label key={token}>
          <input
            type="radio"
            name="token"
            required
            checked={token === value}
            onChange={() => onChange(token)}
          />{' '}
          {name}
        </label>
      ))}
      <p className="soft">
        Samples of the sandbox, which takes nobody’s money. Your portal shows its processor’s form
        here.
      </p>
    </fieldset>
  );
}
