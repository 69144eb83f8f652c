// What `explain` said: a verdict, and every rule that was asked.

export interface Explanation {
  visible: boolean;
  rules: { rule: string; question: string; passed: boolean; because: string }[];
}

export function Outcome({ of, visible, rules }: Explanation & { of: string }) {
  return (
    <>
      <p className="verdict" data-passed={visible}>
        <strong>{verdict(visible, rules)}</strong>
        <span>{of}</span>
      </p>
      <ol className="rules">
        {rules.map(({ rule, question, passed, because }) => (
          <li data-passed={passed} key={rule + question}>
            <span aria-hidden="true" className="rules-sign">
              {passed ? '✓' : '✕'}
            </span>
            <div>
              <p className="rules-question">
                {question} <span className="unseen">{passed ? 'Yes.' : 'No.'}</span>
              </p>
              <p>{because}</p>
              <small>{rule}</small>
            </div>
          </li>
        ))}
      </ol>
    </>
  );
}

/** A last rule that said no, under a record that opens, keeps it out of the lists. */
function verdict(visible: boolean, rules: Explanation['rules']): string {
  if (!visible) return 'Not visible to them';
  return rules.at(-1)?.passed === false ? 'They can open it, but no list shows it' : 'Visible to them';
}
