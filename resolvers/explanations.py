"""Why somebody does, or does not, see a record: the rules that were asked, and what each said.

They are the rules that decide (Rule values, asked in their order), and never a retelling of them.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from adapters.ledger.audit import Action
from resolvers.access import OPENING, reach_of
from resolvers.context import Context
from resolvers.explained_kinds import EXPLAINED, Explained, RecordKind
from resolvers.portal import is_offered
from resolvers.rules import Outcome, outcomes, refused
from resolvers.staff import deed_of
from resolvers.staff_input import as_email, as_number
from resolvers.viewer import Viewer, ViewerKind
from resolvers.whose import Person, nearness

_EXISTS = "Does ServiceTitan have the record?"
_OFFERED = "Does the tenant's portal have the screen that lists it?"


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether the record can be opened, and what was asked up to the first no.

    Where it can be opened, a last refusal says that no list shows it all the same.
    """

    visible: bool
    rules: tuple[Outcome, ...]


async def explain(context: Context, email: str, kind: RecordKind, number: str) -> Explanation:
    """Say why this email does, or does not, see the record of this number.

    That staff asked is written down before they are told. Raises Forbidden, NotReady, BadInput
    where the number is that of several records, UpstreamError.
    """
    deed, told = deed_of(context), as_number(number)
    whom = as_email(email)
    asked = {"kind": kind.value, "number": told}
    entry = (
        deed.did_to(Action.EXPLAINED, whom, **asked)
        if whom
        else deed.did(Action.EXPLAINED, "no email", **asked)
    )
    await context.doors.office.audit.append(entry)
    person = await _person(context, whom or "")
    opening = [*outcomes(OPENING, person.email, person.standing, person.access)]
    if not _passed(opening):
        return Explanation(visible=False, rules=tuple(opening))
    explained = EXPLAINED[kind]

    def sees(row: object) -> bool:
        return _passed([*explained.rules(person.reach, row, context.policy)])

    row = None if told is None else await explained.find(context, told, sees)
    if row is None:
        return Explanation(visible=False, rules=(*opening, _missing(explained, told)))
    found = Outcome("R14", _EXISTS, passed=True, because=f"It is {explained.word} {told}.")
    return await _decided(context, person, explained, row, [*opening, found])


def _missing(explained: Explained[Any], number: str | None) -> Outcome:
    kind = f"active {explained.word}" if explained.only_active else explained.word
    because = f"ServiceTitan has no {kind} {number or 'with such a number'}."
    return Outcome("R14", _EXISTS, passed=False, because=because)


async def _person(context: Context, email: str) -> Person:
    """Return where this email stands now, and what it reaches by that: as its own request would."""
    access = context.policy.access
    standing = await context.doors.rights.standing(email)
    return Person(email, standing, access, reach_of(email, standing, access))


async def _decided(
    context: Context, person: Person, explained: Explained[Any], row: object, before: list[Outcome]
) -> Explanation:
    """Ask what decides, and, where it is seen, what lists it."""
    eyes = _eyes(context, person)
    try:
        deciding = [*explained.rules(person.reach, row, context.policy)]
        if _passed(deciding):
            deciding += await explained.more(eyes, row)
        ties, holder = explained.ties(row), explained.deciding(person.reach, row)
        near = [*nearness(ties, person, holder, context.reach)]
        rules = [*before, *near, *(deciding if _passed(near) else ())]
        visible = _passed(deciding)
        if visible:
            rules += await _listed(eyes, explained, row)
    finally:
        eyes.end_works()
    return Explanation(visible=visible, rules=tuple(rules))


async def _listed(eyes: Context, explained: Explained[Any], row: object) -> list[Outcome]:
    """Does a list show what may be opened? The screen is asked first, then what it lists."""
    screen = [*_screen(eyes, explained)]
    return [*screen, *(await explained.listed(eyes, row) if _passed(screen) else ())]


def _screen(eyes: Context, explained: Explained[Any]) -> Iterator[Outcome]:
    if explained.screen is None:
        return
    verdict = is_offered(eyes.policy, explained.screen)
    if verdict is not True:
        yield refused(verdict, _OFFERED)
        return
    because = f"The portal has the screen {explained.screen.value}."
    yield Outcome("Settings", _OFFERED, passed=True, because=because)


def _eyes(context: Context, person: Person) -> Context:
    """Look as this person would, within the operation of who explains, and at its cost."""
    viewer = Viewer(ViewerKind.CUSTOMER, f"explained {person.email}", person.email)
    return replace(context, viewer=viewer, rights=person.reach)


def _passed(told: list[Outcome]) -> bool:
    return all(outcome.passed for outcome in told)
