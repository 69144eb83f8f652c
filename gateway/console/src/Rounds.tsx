// A plan as it is read: its rounds one after the other, and what is answered without waiting.

export interface Shown {
  fields: number;
  rounds: { at: string; field: string; forAll: boolean; asks: string }[][];
  free: { at: string; keys: string[] }[];
}

export function Rounds({ fields, rounds, free }: Shown) {
  return (
    <>
      <p className="plan-sum">
        <strong>
          {many(fields, 'field')}, {many(rounds.length, 'round')}
        </strong>
        <span>A round begins once all before it are there.</span>
      </p>
      <ol className="plan-rounds">
        {rounds.map((round, index) => (
          <li key={index}>
            <h3>Round {index + 1}, side by side</h3>
            <ul>
              {round.map(({ at, field, forAll, asks }) => (
                <li key={at + field}>
                  <code>{at}</code>
                  <p>
                    {asks ? (
                      <>
                        asks <strong>{asks}</strong>
                      </>
                    ) : (
                      'asks nobody else'
                    )}
                    , {forAll ? 'once for all' : 'for each by itself'}
                  </p>
                  <small>{field}</small>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
      {free.length > 0 && (
        <section aria-labelledby="plan-free">
          <h3 id="plan-free">Without waiting for anybody</h3>
          <dl className="plan-free">
            {free.map(({ at, keys }) => (
              <div key={at}>
                <dt>
                  <code>{at}</code>
                </dt>
                <dd>{keys.join(', ')}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </>
  );
}

function many(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
