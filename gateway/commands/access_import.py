"""`access import`: a file of access levels into the ledger, all of it or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from adapters.directory.people import People
from adapters.ledger.access_levels import AccessLevels, LevelChange, LevelsChanged
from adapters.ledger.ledger import Ledger
from adapters.ledger.level_file import read_level_file
from adapters.ledger.office_file import BadFile, Fault
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from gateway.commands.at_ledger import CommandFailed, at_ledger, by_shell
from gateway.commands.bars import bar

_UNREAD = (
    "The directory of people is not in this ledger yet, so that nobody can tell whose these "
    "customers and locations are. Start the gateway (portal-gateway serve), and import when "
    "/health/ready says that it is ready. Nothing was imported."
)

Line = tuple[int, LevelChange]


@dataclass(frozen=True, slots=True)
class Done:
    """What an import came to; `strangers` are emails that are on no record now."""

    levels: LevelsChanged
    strangers: tuple[str, ...]


def levels_in(path: Path) -> list[Line]:
    """Read a file in UTF-8, with or without a mark at its start; raises BadFile."""
    with path.open("rb") as lines:
        return read_level_file(line.decode("utf-8-sig") for line in lines)


def import_levels(database_url: str, lines: Sequence[Line], console: Console) -> Done:
    """Write the levels down; raises BadFile or CommandFailed, and then nothing is written."""
    by = by_shell()
    with bar(console, "Levels", len(lines)) as shown:
        task = shown.add_task("levels", total=len(lines))

        async def work(ledger: Ledger) -> Done:
            people = People(ledger)
            await _check(people, lines)
            changes = [change for _, change in lines]
            levels = AccessLevels(ledger)
            done = await levels.set(changes, by, lambda done: shown.advance(task, done))
            return Done(done, await _strangers(people, changes))

        return at_ledger(database_url, work, "Nothing was imported.")


async def _check(people: People, lines: Sequence[Line]) -> None:
    """Raise BadFile for what the directory does not know: such a level would never count."""
    if (await people.revisions()).read_at is None:
        raise CommandFailed(_UNREAD)
    customers = await people.customers(sorted({change.customer for _, change in lines}))
    named = {change.location for _, change in lines if change.location is not None}
    locations = await people.locations(sorted(named))
    faults = [
        Fault(line, why) for line, change in lines for why in _wrong(change, customers, locations)
    ]
    if faults:
        raise BadFile(faults)


def _wrong(
    change: LevelChange,
    customers: dict[int, CustomerEntry],
    locations: dict[int, LocationEntry],
) -> Iterator[str]:
    if change.customer not in customers:
        yield f"ServiceTitan has no customer {change.customer}"
    elif change.location is not None:
        place = locations.get(change.location)
        if place is None:
            yield f"ServiceTitan has no location {change.location}"
        elif place.customer_id != change.customer:
            yield f"location {change.location} is one of customer {place.customer_id}"


async def _strangers(people: People, changes: Sequence[LevelChange]) -> tuple[str, ...]:
    emails = sorted({change.key[0] for change in changes})
    known = await people.known(emails)
    return tuple(email for email in emails if email not in known)


def summary(done: Done) -> str:
    """Say what an import came to, in one line."""
    levels = done.levels
    total = levels.changed + levels.unchanged
    return f"{levels.changed} changed, {levels.unchanged} unchanged: {total} levels in all."


def warning(done: Done) -> str | None:
    """Say which emails are nobody's now, None where all are somebody's."""
    if not done.strangers:
        return None
    named = ", ".join(done.strangers[:5]) + (", …" if len(done.strangers) > 5 else "")  # noqa: PLR2004  # enough to look at
    count = len(done.strangers)
    are = "email is" if count == 1 else "emails are"
    return f"{count} {are} on no customer and no location now; check the spelling: {named}"
