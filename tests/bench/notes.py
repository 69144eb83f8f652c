"""What must be known to read the tables of a run."""

from tests.bench.crowds.floods import OTHERS_PER_SECOND
from tests.bench.crowds.overload import PAID_PER_SECOND, TOLD_PER_SECOND
from tests.bench.events import AT_ONCE
from tests.bench.questions import CUSTOMER_READ, LATENCY_MS, MAILING_LATENCY_MS
from tests.bench.results import Overload


def of_warm(answer_bytes: int) -> str:
    """Say what was read, and how the servers were loaded."""
    return (
        f"{CUSTOMER_READ.name}: {answer_bytes:,} bytes, every answer compared byte for byte. "
        "One worker on one core, the load generator on another. ratio: to plain Strawberry, which "
        "has no viewer and no rules. p50, p95, p99: latency in ms. CPU: ms of the server's own "
        "processor time for a request. load: how busy the generator was. calls: to ServiceTitan."
    )


COLD = (
    f"ServiceTitan answers after {LATENCY_MS} ms. Each start is a new gateway that is ready "
    "and has answered `viewer { email }`. Milliseconds, of queries that are compiled when they are "
    "first asked; by core: the median where graphql-core runs them; ratio: to that."
)
DIRECTORY = (
    "From feeds made up in the same process, pages of a thousand. build: seconds until ready, "
    "memory: MB the process grew by. Milliseconds: a look-up by email that nothing is "
    "remembered of and one that is (p50 / p99), a page of changes taken in, a warm restart."
)
FRESH = (
    f"Milliseconds from a change in ServiceTitan, which answers after {LATENCY_MS} ms, until a "
    "read tells it. Nothing grows old meanwhile: the event alone can make it new."
)
ANSWERED = f"Milliseconds until an event was written down and answered 202, {AT_ONCE} at a time."
MAILED = (
    f"All cold, one worker; ServiceTitan answers after {MAILING_LATENCY_MS} ms and refuses "
    "more than 60 calls in any second (429). at once: answered when they first asked, after so "
    "many seconds (p50, p95, the longest). later: told when to ask again, and answered then; "
    "asked: how often at most. had it: seconds within which 95 % of all had their answer."
)
MAILED_CALLS = (
    "overtaken: answered more than a second after somebody who came later. halved: given a "
    "part when told to ask again. in: seconds until the last had it. ratio: of the calls to "
    "the fewest that can answer everybody."
)
FLOODED = (
    f"Others: {OTHERS_PER_SECOND:g} warm Invoices screens a second, each person seldom; p50, p95 "
    "in ms, ratio: of p95 to that where nobody floods. flood/s: what one viewer asks beside them "
    "under the default limits; in, away: of it, a second; ms: until 99 % of these knew. late: by "
    "how many ms the generator was (99 %)."
)
SENT_AWAY = (
    "a second, told when to come again; ms until they were. failed: whoever else had nothing."
)
URGENT = (
    f"{PAID_PER_SECOND:g} payments and {TOLD_PER_SECOND:g} events a second all the while, in ms. A "
    f"payment asks ServiceTitan, which answers after {LATENCY_MS} ms, and the processor."
)
HELD = "The same load each round: sixteen at a time, four of whom hang up after 5 ms."


def of_overload(found: Overload | None) -> str:
    """Say what was asked, and how soon it was over."""
    if found is None:
        return ""
    return (
        "People come at their own moments, whoever waits; one worker answers "
        f"{found.capacity:,.0f} warm Invoices screens a second. ms: of those let in; ratio: of p99 "
        "to that at half of it. late: by how many ms the generator was (99 %), which took "
        f"{found.generator_busy:.0%} of a core. As before {found.recovered:.2f} s after."
    )
