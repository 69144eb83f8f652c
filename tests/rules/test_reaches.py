"""What a person reaches is told once while nothing it was made of is another, to them alone."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.directory.people import LevelSet, Standing
from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.feeds import CustomerEntry, LocationEntry
from adapters.servicetitan.model import CustomerId, LocationId
from resolvers.access import Party, Reach, reach_of
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from resolvers.reaches import Reaches

BILLING, NON_BILLING, NONE = AccessLevel
PAT, SAM = "pat@example.com", "sam@example.com"
READ_AT = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
ACCESS = Access()


def standing(*customers: int, revision: int = 7, payments: int = 3) -> Standing:
    """Return that of somebody with these customers, of one place each."""
    held = tuple(
        CustomerEntry(id=CustomerId(of), name=f"C{of}", type=CustomerType.RESIDENTIAL)
        for of in customers
    )
    places = {
        of: (LocationEntry(id=LocationId(10 * of), customer_id=CustomerId(of), name="L"),)
        for of in customers
    }
    return Standing(revision, READ_AT, held, places, payments_revision=payments)


def test_the_very_same_standing_and_choices_reach_the_very_same() -> None:
    reaches, told = Reaches(), standing(1)
    first = reaches.of(PAT, told, ACCESS, BILLING)
    assert first == reach_of(PAT, told, ACCESS, BILLING)
    assert reaches.of(PAT, told, ACCESS, BILLING) is first


def test_a_standing_that_was_read_anew_is_gone_by() -> None:
    reaches, told = Reaches(), standing(1)
    reaches.of(PAT, told, ACCESS, BILLING)
    shut = replace(told, revision=8, levels=(LevelSet(1, "NONE"),))
    reach = reaches.of(PAT, shut, ACCESS, BILLING)
    assert (reach.revision, reach.parties[1].level) == (8, NONE)
    paid = replace(told, payments_revision=4)
    assert reaches.of(PAT, paid, ACCESS, BILLING).payments_revision == 4
    assert reaches.of(PAT, told, ACCESS, BILLING).parties[1].level is BILLING


def test_other_choices_are_gone_by() -> None:
    reaches, told = Reaches(), standing(1)
    reaches.of(PAT, told, ACCESS, BILLING)
    shut = Access(people={PAT: (Override(customer=1, level=NONE),)})
    assert reaches.of(PAT, told, shut, BILLING).parties[1].level is NONE
    assert reaches.of(PAT, told, ACCESS, BILLING).parties[1].level is BILLING


def test_each_level_that_staff_look_with_has_its_own() -> None:
    reaches, told = Reaches(), standing(1)
    for _ in range(2):
        levels = [reaches.of(PAT, told, ACCESS, most).parties[1].level for most in AccessLevel]
        assert levels == [BILLING, NON_BILLING, NONE]


def test_nobody_has_anothers_though_they_stand_on_the_same() -> None:
    reaches, told = Reaches(), standing(1)
    choices = Access(people={SAM: (Override(customer=1, level=NONE),)})
    for _ in range(2):
        assert reaches.of(PAT, told, choices, BILLING).parties[1].level is BILLING
        assert reaches.of(SAM, told, choices, BILLING).parties[1].level is NONE


def test_no_more_is_remembered_than_may_be() -> None:
    reaches, (one, two) = Reaches(most=6), (standing(1), standing(2))
    first = reaches.of(PAT, one, ACCESS, BILLING)  # itself, a customer, a place
    second = reaches.of(SAM, two, ACCESS, BILLING)
    assert reaches.of(PAT, one, ACCESS, BILLING) is first
    reaches.of("lee@example.com", one, ACCESS, BILLING)  # Sam's was asked for longest ago
    assert reaches.of(PAT, one, ACCESS, BILLING) is first
    assert reaches.of(SAM, two, ACCESS, BILLING) is not second


def test_nobody_adds_to_what_a_person_reaches() -> None:
    reach = reach_of(PAT, standing(1), ACCESS)
    more = Party(2, "C2", CustomerType.RESIDENTIAL, BILLING)
    for held in (reach.parties, reach.places):
        with pytest.raises(TypeError):
            held[2] = more  # type: ignore[index]  # it says so itself
    assert isinstance(reach, Reach)
    assert list(reach.parties) == [1]
