// Who is signed in, until when, and the way out.

import { forgetAll } from './keeping';
import { member } from './member';
import { useConsole } from './state';

const until = member.until.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

/** Nothing of theirs is left in this browser when they sign out. */
function leave() {
  forgetAll();
  addEventListener('pagehide', forgetAll);
}

export function SignedIn() {
  const signedOut = useConsole((state) => state.signedOut);
  if (signedOut) {
    return (
      <p className="signed-in" role="alert">
        <span>Your session has ended.</span>
        <a className="bar-button" href="auth/login?return_to=/graphiql">
          Sign in
        </a>
      </p>
    );
  }
  const money = member.seesMoney ? 'with billing right' : 'without billing right';
  return (
    <form action="auth/logout" className="signed-in" method="post" onSubmit={leave}>
      <p>
        <span>{member.email}</span>
        <small>
          {money}, until {until}
        </small>
      </p>
      <button className="bar-button" type="submit">
        Sign out
      </button>
    </form>
  );
}
