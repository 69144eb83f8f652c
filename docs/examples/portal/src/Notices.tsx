import type { Reading } from './reading';

/** What could not be read, with a way to try again; what was read before stays on the page. */
export function Notices({ reading }: { reading: Reading<unknown> }) {
  const sentences = new Set(reading.problems.map(({ message }) => message));
  if (reading.failure !== null) sentences.add(reading.failure);
  if (sentences.size === 0) return null;
  return (
    <div className="notice" role="alert">
      {[...sentences].map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <button onClick={reading.again}>Try again</button>
    </div>
  );
}

/** Stands where something will be. */
export function Waiting({ reading }: { reading: Reading<unknown> }) {
  if (reading.data !== null || reading.failure !== null) return null;
  return (
    <p className="soft" role="status">
      One moment …
    </p>
  );
}
