"""R2, R12, R4: why an email opens the portal or does not, in the words that staff repeat."""

import pytest

from adapters.directory.people import LevelSet, Standing
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import OPENING, Levels, may_open_portal
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from resolvers.rules import Outcome, outcomes

ME = "me@example.com"
TRUSTING = Access(trusted_emails=(ME,), placeholder_emails=(ME,), most_customers_of_an_email=1)
KNOWN = "Is the email on a customer or a location?"
ONES_OWN = "Is it one person's email, and no placeholder?"


def standing(customers: int, locations: int = 0, levels: tuple[LevelSet, ...] = ()) -> Standing:
    """Let the email be on so many customers, and on so many locations of another customer each."""
    owners = [CustomerEntry(id=CustomerId(50 + of), name="") for of in range(locations)]
    return Standing(
        1,
        None,
        tuple(CustomerEntry(id=CustomerId(of + 1), name=f"C{of + 1}") for of in range(customers)),
        locations=tuple(
            LocationEntry(id=LocationId(60 + of), customer_id=owner.id, name=f"L{60 + of}")
            for of, owner in enumerate(owners)
        ),
        owners={of.id: of for of in owners},
        levels=levels,
    )


def told(of: Standing, access: Access) -> list[Outcome]:
    return list(outcomes(OPENING, ME, of, access))


@pytest.mark.parametrize(
    ("of", "where"),
    [
        (standing(1), "customer 1 (C1)"),
        (standing(0, 1), "location 60 (L60)"),
        (standing(1, 1), "customer 1 (C1), location 60 (L60)"),
        (standing(2, 1), "customer 1 (C1), customer 2 (C2), location 60 (L60)"),
        (standing(2, 2), "customer 1 (C1), customer 2 (C2), location 60 (L60) and 1 more"),
        (standing(5, 1), "customer 1 (C1), customer 2 (C2), customer 3 (C3) and 3 more"),
    ],
    ids=repr,
)
def test_r2_where_the_email_is(of: Standing, where: str) -> None:
    known, own = told(of, Access(most_customers_of_an_email=9))
    many = len(of.customers) + len(of.owners)
    assert known == Outcome("R2", KNOWN, passed=True, because=f"The email is on {where}.")
    because = f"The email is no placeholder: it is on {many} of at most 9 customers."
    assert own == Outcome("R12", ONES_OWN, passed=True, because=because)
    assert may_open_portal(ME, of, Access(most_customers_of_an_email=9)) is True


def test_r2_an_email_on_nothing_is_asked_no_more() -> None:
    because = "The email is on no customer and on no location."
    assert told(standing(0), TRUSTING) == [Outcome("R2", KNOWN, passed=False, because=because)]


@pytest.mark.parametrize(
    ("access", "because"),
    [
        (
            Access(placeholder_emails=(ME,)),
            "The policy names this email as a placeholder, which is nobody's.",
        ),
        (
            Access(most_customers_of_an_email=2),
            "The email is on 3 customers: it looks like nobody's.",
        ),
    ],
)
def test_r12_an_email_of_nobodys_in_particular(access: Access, because: str) -> None:
    _, own = told(standing(2, 1), access)
    assert own == Outcome("R12", ONES_OWN, passed=False, because=because)


def test_r12_an_email_that_is_trusted_may_be_on_many() -> None:
    _, own = told(standing(2, 1), TRUSTING)
    because = "The policy names this email as one to trust."
    assert own == Outcome("R12", ONES_OWN, passed=True, because=because)


def test_r4_where_a_level_was_set() -> None:
    file = (
        Override(customer=1, level=AccessLevel.NONE),
        Override(customer=1, location=10, level=AccessLevel.BILLING),
    )
    here = (LevelSet(1, "NON_BILLING"), LevelSet(2, "BILLING", 20))
    levels = Levels(ME, standing(2, levels=here), Access(people={ME: file}))
    assert levels.where_set(1) == "in the gateway"
    assert levels.where_set(1, 10) == "in the policy file"
    assert levels.where_set(2, 20) == "in the gateway"
    assert levels.where_set(2) is None
    assert levels.where_set(1, 20) is None
    assert levels.all_set() == {
        (1, None): AccessLevel.NON_BILLING,
        (1, 10): AccessLevel.BILLING,
        (2, 20): AccessLevel.BILLING,
    }
