import { TasksDocument } from '../graph/graphql';
import { Notices, Waiting } from '../Notices';
import { useReading, useShared } from '../reading';
import { money, visitTime } from '../words';
import { InvoiceRow } from './InvoiceRow';

/** What waits for the viewer. A list that is null could not be read, or is not theirs to see. */
export function Tasks() {
  const { currency } = useShared();
  const reading = useReading(TasksDocument, {});
  const tasks = reading.data?.viewer?.tasks;
  return (
    <>
      <Notices reading={reading} />
      <Waiting reading={reading} />
      {tasks?.count === 0 && <p>Nothing waits for you.</p>}
      {tasks?.invoicesToPay && tasks.invoicesToPay.length > 0 && (
        <section aria-labelledby="to-pay">
          <h2 id="to-pay">
            To pay {tasks.totalDue !== null && <small>{money(tasks.totalDue, currency)} in all</small>}
          </h2>
          <ul className="rows">
            {tasks.invoicesToPay.map((invoice) => (
              <InvoiceRow key={invoice.id} invoice={invoice} />
            ))}
          </ul>
        </section>
      )}
      {tasks?.upcomingAppointments && tasks.upcomingAppointments.length > 0 && (
        <section aria-labelledby="visits">
          <h2 id="visits">Visits to come</h2>
          <ul className="rows">
            {tasks.upcomingAppointments.map(({ id, date, arrivalWindow, job }) => (
              <li key={id} className="row">
                <div>
                  <strong>{job?.type ?? 'A visit'}</strong>
                  <p className="soft">{job?.location?.address?.oneLine}</p>
                </div>
                <div className="end">{visitTime(date, arrivalWindow)}</div>
              </li>
            ))}
          </ul>
        </section>
      )}
      {tasks?.proposalsToReview && tasks.proposalsToReview.length > 0 && (
        <section aria-labelledby="proposals">
          <h2 id="proposals">Proposals to review</h2>
          <ul className="rows">
            {tasks.proposalsToReview.map(({ id, name }) => (
              <li key={id} className="row">
                <strong>{name}</strong>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
