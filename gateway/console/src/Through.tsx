// The banner: through whose eyes the console looks, and the way back.

import { useEffect, useRef } from 'react';

import { change, type Person } from './state';

export function Through({ email, names, reached }: Person) {
  const leave = useRef<HTMLButtonElement>(null);
  useEffect(() => leave.current?.focus(), []);
  return (
    <div className="through">
      <p role="status">
        <span>
          You see what <strong>{email}</strong> sees
        </span>
        <small>{reaching(names, reached)} · reading only, recorded under both names</small>
      </p>
      <button
        className="bar-button"
        onClick={leaveTheirView}
        ref={leave}
        type="button"
      >
        Leave
      </button>
    </div>
  );
}

/** Back to one's own eyes, with the focus where the next customer would be typed. */
function leaveTheirView() {
  change({ through: null });
  requestAnimationFrame(() => document.getElementById('view-as')?.focus());
}

function reaching(names: readonly string[], reached: number): string {
  if (reached === 0) return 'No customer’s records';
  const more = reached - names.length;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
