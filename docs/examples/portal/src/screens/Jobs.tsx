import { useEffect, useMemo, useState } from 'react';

import { JobCountsDocument, JobsDocument, type JobsQuery, type JobTab } from '../graph/graphql';
import { Notices, Waiting } from '../Notices';
import { useReading } from '../reading';
import { day, visitTime } from '../words';
import { endOf, type Page, Paged } from './Paged';

const TABS = [
  { tab: 'IN_PROGRESS', count: 'inProgress', name: 'In progress' },
  { tab: 'ON_HOLD', count: 'onHold', name: 'On hold' },
  { tab: 'UPCOMING', count: 'upcoming', name: 'Upcoming' },
  { tab: 'COMPLETED', count: 'completed', name: 'Completed' },
  { tab: 'CANCELED', count: 'canceled', name: 'Canceled' },
] as const;

export function Jobs() {
  const [tab, setTab] = useState<JobTab>('UPCOMING');
  const counts = useReading(JobCountsDocument, {}).data?.viewer?.jobCounts;
  const page = useMemo(() => pageUnder(tab), [tab]);
  return (
    <>
      <div className="tabs" role="group" aria-label="Which jobs">
        {TABS.map((each) => (
          <button key={each.tab} aria-pressed={each.tab === tab} onClick={() => setTab(each.tab)}>
            {each.name} <small>{counts?.[each.count]}</small>
          </button>
        ))}
      </div>
      <Paged key={tab} page={page} />
    </>
  );
}

function pageUnder(tab: JobTab): Page {
  return function JobPage({ after, onEnd }) {
    const reading = useReading(JobsDocument, { tab, after });
    const jobs = reading.data?.viewer?.jobs;
    useEffect(() => {
      if (jobs) onEnd(endOf(jobs.pageInfo));
    }, [jobs, onEnd]);
    return (
      <>
        <Notices reading={reading} />
        <Waiting reading={reading} />
        {jobs?.totalCount === 0 && <p>There are no jobs here.</p>}
        {jobs && (
          <ul className="rows">
            {jobs.nodes.map((job) => (
              <JobRow key={job.id} job={job} />
            ))}
          </ul>
        )}
      </>
    );
  };
}

type Job = NonNullable<NonNullable<JobsQuery['viewer']>['jobs']>['nodes'][number];

function JobRow({ job }: { job: Job }) {
  const { nextAppointment, completedOn } = job;
  const technicians = nextAppointment?.technicians?.map(({ name }) => name).join(', ');
  return (
    <li className="row">
      <div>
        <strong>{job.type ?? 'A job'}</strong> <span className="tag">{job.number}</span>
        <p className="soft">{job.location?.address?.oneLine}</p>
        {job.workSummary && <p className="summary">{job.workSummary}</p>}
      </div>
      <div className="end">
        {nextAppointment && <p>{visitTime(nextAppointment.date, nextAppointment.arrivalWindow)}</p>}
        {technicians && <p className="soft">{technicians}</p>}
        {!nextAppointment && completedOn && <p>Done {day(completedOn)}</p>}
      </div>
    </li>
  );
}
