"""Levels where nothing tells whose a record is: staff see by their own, nobody else at all."""

from typing import Any

import pytest

from adapters.ledger.rights import Revisions
from resolvers.access import Reach
from resolvers.errors import NotReady, Unauthenticated
from resolvers.levels import AccessLevel
from resolvers.policy import Access
from resolvers.rights import Rights
from resolvers.viewer import Link, Staff, Viewer, ViewerKind

LEVELS = [AccessLevel.BILLING, AccessLevel.NON_BILLING]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("customer", [None, 1001])
@pytest.mark.parametrize("location", [None, 2001])
def test_staff_see_by_their_own_level_what_names_nobody_they_met(
    level: AccessLevel, customer: int | None, location: int | None
) -> None:
    reach = Reach(everywhere=level)
    assert reach.billed(customer, location) is level
    assert reach.done_at(customer, location) is level


@pytest.mark.parametrize("customer", [None, 1001])
@pytest.mark.parametrize("location", [None, 2001])
def test_nobody_else_sees_it(customer: int | None, location: int | None) -> None:
    for reach in (Reach(), Reach(invoices=frozenset({1})), Reach(estimates=frozenset({1}))):
        assert reach.billed(customer, location) is AccessLevel.NONE
        assert reach.done_at(customer, location) is AccessLevel.NONE


class Books:
    """A register and a list of links, of which every link stands."""

    async def revisions(self) -> Revisions:
        """Tell that nothing was changed."""
        return self.revisions_at_once()

    def revisions_at_once(self) -> Revisions:
        """Tell the same."""
        return Revisions(rights=1, read_at=None, payments=1)

    async def stands(self, link: int, revision: int) -> bool:
        """Tell that it does."""
        return (link, revision) == (7, 1)


@pytest.mark.parametrize(("until", "is_let_in"), [(None, True), (101, True), (100, False)])
async def test_jw20_nothing_begins_after_a_sign_in_has_ended(
    until: int | None, is_let_in: bool
) -> None:
    books: Any = Books()
    rights = Rights(books, books, unready=lambda _read_at: None, clock=lambda: 100.0)
    link = Link(7, ViewerKind.PAYMENT_LINK, (500106,))
    told = await rights.of(Viewer(link.kind, "key", link=link, until=until), Access())
    if is_let_in:
        assert isinstance(told, Reach)
        assert told.invoices == {500106}
    else:
        assert isinstance(told, Unauthenticated)


async def test_d16_staff_too_are_let_in_by_a_directory_that_is_read() -> None:
    books: Any = Books()
    rights = Rights(books, books, unready=lambda _read_at: "It was not read.", clock=lambda: 100.0)
    staff = Staff("key", "staff@example.com", may_bill=True)
    told = await rights.of(Viewer(ViewerKind.STAFF, "key", staff=staff), Access())
    assert isinstance(told, NotReady)
