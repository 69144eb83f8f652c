import { type ReactNode, useMemo, useState } from 'react';

import type { Config } from './config';
import { Gateway } from './gateway';
import { PortalDocument } from './graph/graphql';
import { Notices } from './Notices';
import { SharedContext, useChanges, useReading, useShared } from './reading';
import { Screens } from './Screens';
import { forgetSignIn, leaveForSignIn, type Session } from './sign-in';

interface Props {
  config: Config;
  session: Session | null;
}

/** The whole page: the business's frame, and in it the screens or the way in. */
export function Portal({ config, session }: Props) {
  const [signedIn, setSignedIn] = useState(session);
  const token = signedIn?.token ?? null;
  const gateway = useMemo(
    () => new Gateway(config.gateway, token, () => setSignedIn(null), config.trustedDocuments),
    [config, token],
  );
  const changes = useChanges(token === null ? null : gateway);
  const leave = () => {
    forgetSignIn();
    setSignedIn(null);
  };
  return (
    <SharedContext value={{ gateway, changes, currency: '' }}>
      <Business>
        {signedIn === null ? (
          <SignIn onSignIn={() => void leaveForSignIn(config, false)} />
        ) : (
          <Screens email={signedIn.email} onLeave={leave} />
        )}
      </Business>
    </SharedContext>
  );
}

/** What `portal` tells answers anyone, so it is read before anybody has signed in. */
function Business({ children }: { children: ReactNode }) {
  const shared = useShared();
  const reading = useReading(PortalDocument, {});
  const business = reading.data?.portal;
  return (
    <>
      <header className="top">
        <strong>{business?.businessName ?? 'Customer portal'}</strong>
        {business?.phone && <a href={`tel:${business.phone}`}>{business.phone}</a>}
      </header>
      <Notices reading={reading} />
      {business && (
        <SharedContext value={{ ...shared, currency: business.currency }}>{children}</SharedContext>
      )}
    </>
  );
}

function SignIn({ onSignIn }: { onSignIn: () => void }) {
  return (
    <main className="welcome">
      <h1>Your home, in one place</h1>
      <p>See your invoices and pay them, and know when somebody is coming.</p>
      <button className="act" onClick={onSignIn}>
        Sign in
      </button>
      <p className="soft">
        This is the gateway’s example. It signs in at the demo’s identity provider, where you choose
        who to be; your portal signs in at yours, in the same way.
      </p>
    </main>
  );
}
