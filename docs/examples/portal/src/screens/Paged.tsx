import { type ComponentType, useCallback, useState } from 'react';

/** One page of a list: the rows behind `after`. It says where it ends, null at the end of all. */
export type Page = ComponentType<{ after: string | null; onEnd: (end: string | null) => void }>;

/**
 * A list that grows at the end.
 *
 * Each page reads itself, also when something changed, and begins where the page before ends now:
 * so a row that came in above moves the others down, and none is shown twice or left out.
 */
export function Paged({ page: Page }: { page: Page }) {
  const [ends, setEnds] = useState<(string | null)[]>([]);
  const [count, setCount] = useState(1);
  const ended = useCallback((index: number, end: string | null) => {
    setEnds((old) => {
      if (old[index] === end) return old;
      const all = [...old];
      all[index] = end;
      return all;
    });
  }, []);
  const begins = [null, ...ends].slice(0, count);
  return (
    <>
      {begins.map((after, index) =>
        index === 0 || after ? (
          <One key={index} page={Page} index={index} after={after} onEnd={ended} />
        ) : null,
      )}
      {ends[count - 1] && (
        <button className="more" onClick={() => setCount(count + 1)}>
          Show more
        </button>
      )}
    </>
  );
}

interface OneProps {
  page: Page;
  index: number;
  after: string | null;
  onEnd: (index: number, end: string | null) => void;
}

function One({ page: Page, index, after, onEnd }: OneProps) {
  const ended = useCallback((end: string | null) => onEnd(index, end), [onEnd, index]);
  return <Page after={after} onEnd={ended} />;
}

interface PageInfo {
  hasNextPage: boolean;
  endCursor: string | null;
}

/** Where this page ends, for `onEnd`. */
export const endOf = ({ hasNextPage, endCursor }: PageInfo): string | null =>
  hasNextPage ? endCursor : null;
