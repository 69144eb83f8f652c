"""Who may pay: whoever came by a customer's door or a link's, and nobody of the office (AZ-22)."""

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from resolvers.access import Reach
from resolvers.context import Context
from resolvers.errors import Forbidden, Unauthenticated
from resolvers.levels import AccessLevel
from resolvers.payers import payer_of
from resolvers.policy import Policy
from resolvers.viewer import ANONYMOUS, Link, Staff, Viewer, ViewerKind

NOW = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
OFFICE = Staff("key", "staff@example.com", may_bill=True)
PAT = Viewer(ViewerKind.CUSTOMER, "pat", "pat@example.com")


def asking(viewer: Viewer, rights: Any = None) -> Context:  # noqa: ANN401  # a reach, or why there is none
    return Context(viewer, NOW, cast("Any", None), Policy(), rights or Reach(), "request 7")


def test_a_customer_and_a_links_holder_pay_in_their_own_name() -> None:
    by = payer_of(asking(PAT))
    assert (by.actor, by.request_id, by.at) == ("pat@example.com", "request 7", NOW)
    link = Link(7, ViewerKind.PAYMENT_LINK, (1,))
    holder = Viewer(ViewerKind.PAYMENT_LINK, "link", link=link)
    assert payer_of(asking(holder)).actor == "whoever holds link 7"


@pytest.mark.parametrize(
    ("viewer", "reach"),
    [
        (Viewer(ViewerKind.STAFF, "s", staff=OFFICE), Reach(everywhere=AccessLevel.BILLING)),
        (Viewer(ViewerKind.CUSTOMER, "as pat", "pat@example.com", staff=OFFICE), Reach()),
        (PAT, Reach(everywhere=AccessLevel.BILLING)),
    ],
)
def test_az22_nobody_of_the_office_pays(viewer: Viewer, reach: Reach) -> None:
    with pytest.raises(Forbidden):
        payer_of(asking(viewer, reach))


def test_nobody_is_told_to_say_first_who_they_are() -> None:
    with pytest.raises(Unauthenticated):
        payer_of(asking(ANONYMOUS, Unauthenticated("Sign in first.")))
