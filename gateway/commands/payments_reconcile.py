"""`payments reconcile`: what waits for somebody, gone on with from the shell."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.cache.errors import CacheUnavailable
from adapters.cache.fills import Forgotten
from adapters.cache.memory import Memory
from adapters.cache.records import Records
from adapters.cache.store import Alone
from adapters.changes.bus import Changes
from adapters.ledger.ledger import Ledger
from adapters.ledger.payment_states import FINAL, AttemptState
from adapters.servicetitan.client import ServiceTitan, connect
from gateway.choices import Choices
from gateway.commands.at_ledger import at_ledger
from gateway.remembering import records_of
from gateway.settings import Settings
from gateway.till import Beneath, reconciler_of, set_up_till
from resolvers.policy import Policy

MOST: Final = 1000
"""How many payments one command goes on with; the rest is there for the next."""

_UNDONE: Final = "Nothing more was done; what was begun is gone on with the next time."


@dataclass(slots=True)
class Reconciled:
    """How many payments were due, and where those stand now; `others` are accepted estimates."""

    due: int = 0
    others: int = 0
    standing: Mapping[AttemptState, int] = field(default_factory=Counter)


class Unheard(Alone):
    """The memory of a process beside the gateway's, which no word reaches without Redis.

    So nothing is recorded to its end here: the gateway itself forgets, and then says so.
    """

    async def forget(self, what: Forgotten) -> None:
        """Raise CacheUnavailable: who remembers it cannot be told from here."""
        del what
        raise CacheUnavailable


def reconcile(settings: Settings, policy: Policy, console: Console) -> Reconciled:
    """Go on with all that is due, with a bar to look at; raises CommandFailed."""

    async def work(ledger: Ledger) -> Reconciled:
        servicetitan = connect(settings.connection())
        choices = Choices(policy)
        records = _records(settings, choices, servicetitan)
        beneath = Beneath(servicetitan, records, ledger, Changes())
        till = set_up_till(settings, choices, beneath, _now)
        try:
            due = await till.attempts.due(_now(), MOST)
            done = Reconciled(due=len(due))
            reconciler = reconciler_of(till, _now)
            with _bar(console, len(due)) as bar:
                task = bar.add_task("", total=len(due))
                for attempt in due:
                    await till.cashier.finish(attempt)
                    bar.advance(task)
            done.others = sum([await finisher.turn() for finisher in reconciler.finishers])
            now = await till.attempts.get([attempt.id for attempt in due])
            done.standing = Counter(attempt.state for attempt in now.values())
            return done
        finally:
            parts = till.desk, till.cashier, till.processor, records, servicetitan
            for part in parts:
                if part is not None:
                    await part.aclose()

    return at_ledger(settings.database_url.get_secret_value(), work, _UNDONE)


def summary(done: Reconciled) -> str:
    """Say what became of what was due, in a sentence or two."""
    if not done.due and not done.others:
        return "Nothing waits to be gone on with."
    ended = sum(many for state, many in done.standing.items() if state in FINAL)
    states = sorted(done.standing.items(), key=lambda of: of[0].value)
    told = ", ".join(f"{many} {state.value}" for state, many in states)
    were = "payment was" if done.due == 1 else "payments were"
    sentence = f"{done.due} {were} due, {ended} came to an end: {told or 'none'}."
    if done.others:
        sentence += f" {done.others} accepted estimates were gone on with."
    return sentence


def _records(settings: Settings, choices: Choices, upstream: ServiceTitan) -> Records:
    if settings.redis_url is not None:
        return records_of(settings, choices, upstream)
    ages = choices.current().cache.ages
    return Records(upstream, Unheard(Memory(megabytes=1)), ages)


def _bar(console: Console, steps: int) -> Progress:
    return Progress(
        TextColumn("Payments"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        disable=steps == 0,
        transient=True,
    )


def _now() -> datetime:
    return datetime.now(UTC)
