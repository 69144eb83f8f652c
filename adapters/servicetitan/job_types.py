"""Job types: what kinds of work there are, for everybody to know."""

from adapters.servicetitan.model import JobTypeId, Model
from adapters.servicetitan.resource import ALL, Key, Resource


class JobType(Model, frozen=True, kw_only=True):
    """A kind of work. Source: GET /jpm/v2/tenant/{tenant}/job-types, JobTypeResponse."""

    id: JobTypeId
    name: str = ""
    active: bool = True


JOB_TYPES = Resource(
    name="job_types",
    path="jpm/v2/tenant/{tenant}/job-types",
    model=JobType,
    keys={ALL: Key[JobType]("", lambda _row: (0,))},
    fixed={"active": "Any"},  # old jobs are of types that are no longer offered
)
