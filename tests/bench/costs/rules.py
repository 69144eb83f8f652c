"""What the portal's rules cost, a row each."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from resolvers.access import reach_of
from resolvers.appointments import is_live
from resolvers.cursors import Cursors, Spot
from resolvers.invoices import may_see_invoice
from resolvers.moments import business_day
from resolvers.policy import Access
from resolvers.tabs import Visit, tab_of
from resolvers.visit_times import Clock, is_past
from tests.bench.costs.material import Material
from tests.bench.costs.timing import cost_of
from tests.bench.questions import ASKER
from tests.bench.results import Cost

_LIST = "invoices 1031 None None"
_VIEWER = "a-key-as-long-as-the-digest-of-a-viewer-is."


def rule_costs(on: Material, repeats: int) -> Iterator[Cost]:
    """Measure who may see what, which tab a job stands under, and the reach of a viewer."""
    jobs, invoices, reach = on.jobs, on.invoices, on.reach
    judged = [(job.job_status, _visits(on, job.id)) for job in jobs]

    def tabs() -> object:
        return [tab_of(status, visits) for status, visits in judged]

    def tabs_from_rows() -> object:
        return [tab_of(job.job_status, _visits(on, job.id)) for job in jobs]

    def seen() -> object:
        return [may_see_invoice(reach, row) for row in invoices]

    def reached() -> object:
        return reach_of(ASKER, on.standing, Access())

    yield cost_of("tab_of a job, its visits judged before", len(jobs), tabs, repeats)
    yield cost_of("tab_of a job, with judging its visits", len(jobs), tabs_from_rows, repeats)
    yield cost_of("may_see_invoice", len(invoices), seen, repeats)
    yield cost_of("reach_of a viewer of 12 places", 1, reached, repeats)


def _visits(on: Material, job: int) -> list[Visit]:
    clock = Clock(datetime.now(UTC), ZoneInfo("America/Chicago"))
    live = (visit for visit in on.visits.get(job, ()) if is_live(visit))
    return [Visit(visit.status, is_past(visit, clock)) for visit in live]


def cursor_costs(on: Material, repeats: int) -> Iterator[Cost]:
    """Measure sealing a cursor for each invoice, and opening it again."""
    cursors = Cursors(b"the secret key of a benchmark, long enough to be one")
    spots = [Spot(business_day(row.invoice_date), row.id) for row in on.invoices]
    sealed = [cursors.seal(spot, _VIEWER, _LIST) for spot in spots]

    def sealing() -> object:
        return [cursors.seal(spot, _VIEWER, _LIST) for spot in spots]

    def opening() -> object:
        return [cursors.open(cursor, _VIEWER, _LIST) for cursor in sealed]

    yield cost_of("sealing a cursor", len(spots), sealing, repeats)
    yield cost_of("opening a cursor", len(sealed), opening, repeats)
