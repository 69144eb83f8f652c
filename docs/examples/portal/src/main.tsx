import { createRoot } from 'react-dom/client';

import { readConfig } from './config';
import { Portal } from './Portal';
import { finishSignIn, leaveForSignIn, wasSignedIn } from './sign-in';

const root = createRoot(document.getElementById('portal') as HTMLElement);

async function begin(): Promise<void> {
  const config = await readConfig();
  const session = await finishSignIn(config);
  if (session === null && wasSignedIn()) return leaveForSignIn(config, true);
  root.render(<Portal config={config} session={session} />);
}

begin().catch(() => root.render(<p role="alert">The portal cannot be opened. Try again later.</p>));
