// A portal over the run's ServiceTitan: who asks, and what their request is answered through.
import pino from 'pino';
import { remembered } from './rows.mjs';
import { connect } from './servicetitan.mjs';
import { doorman } from './viewers.mjs';

export async function portalOf(told) {
  const upstream = connect(told);
  const loaders = remembered(upstream);
  return {
    viewer: await doorman(told, upstream),
    context: (viewer) => ({ viewer, loaders: loaders() }),
  };
}

// One line for each request, on standard error, as the gateway writes its own.
export const log = pino(pino.destination(2));
