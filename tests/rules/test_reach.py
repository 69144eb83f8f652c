"""R3-R5, R18, R19: whose level counts for a record, and what is asked for whom."""

import pytest

from adapters.servicetitan.customers import CustomerType
from resolvers.access import NOWHERE, Party, Place, Reach, lesser, named, rank, reaches
from resolvers.levels import AccessLevel

BILLING, NON_BILLING, NONE = AccessLevel
ORDER = (NONE, NON_BILLING, BILLING)


def party(of: int, level: AccessLevel) -> Party:
    return Party(of, f"C{of}", CustomerType.RESIDENTIAL, level)


def place(of: int, owner: int, level: AccessLevel) -> Place:
    return Place(of, f"L{of}", owner, level, active=True)


def reach(*of: Party | Place, everywhere: AccessLevel = NONE) -> Reach:
    parties = {told.id: told for told in of if isinstance(told, Party)}
    places = {told.id: told for told in of if isinstance(told, Place)}
    return Reach(parties, places, everywhere=everywhere)


ONE, TWO, THREE = party(1, BILLING), party(2, NON_BILLING), party(3, NONE)
TEN, ELEVEN = place(10, 1, NON_BILLING), place(11, 1, NONE)
TWENTY, THIRTY = place(20, 2, BILLING), place(30, 3, NON_BILLING)
FORTY, FIFTY = place(40, 4, BILLING), place(50, 5, NONE)
MINE = reach(ONE, TWO, THREE, TEN, ELEVEN, TWENTY, THIRTY, FORTY, FIFTY)
STAFF, NO_MONEY = reach(everywhere=BILLING), reach(everywhere=NON_BILLING)


@pytest.mark.parametrize("least", ORDER)
@pytest.mark.parametrize("level", ORDER)
def test_levels_stand_in_one_order(level: AccessLevel, least: AccessLevel) -> None:
    assert reaches(level, least) is (ORDER.index(level) >= ORDER.index(least))
    assert rank(level) == ORDER.index(level)
    assert lesser(level, least) is ORDER[min(ORDER.index(level), ORDER.index(least))]


@pytest.mark.parametrize(
    ("customer", "location", "holder"),
    [
        *((1, None, ONE), (1, 10, TEN), (1, 11, ELEVEN), (2, 20, TWENTY), (None, 20, None)),
        *((1, 20, ONE), (1, 99, ONE), (9, 10, None), (4, 40, FORTY), (4, None, None)),
        *((None, None, None), (9, None, None)),
    ],
)
def test_r18_a_bill_is_for_its_customer_unless_the_place_is_the_customers_own(
    customer: int | None, location: int | None, holder: Party | Place | None
) -> None:
    assert MINE.billed_by(customer, location) is holder
    assert MINE.billed(customer, location) is (NONE if holder is None else holder.level)


@pytest.mark.parametrize(
    ("customer", "location", "holder"),
    [
        *((1, None, ONE), (1, 10, TEN), (1, 11, ELEVEN), (2, 20, TWENTY), (None, 20, TWENTY)),
        *((1, 20, TWENTY), (1, 99, ONE), (9, 10, TEN), (9, 40, FORTY), (4, None, None)),
        *((None, None, None), (9, None, None)),
    ],
)
def test_r19_a_place_in_reach_decides_whoever_the_work_is_for(
    customer: int | None, location: int | None, holder: Party | Place | None
) -> None:
    assert MINE.done_by(customer, location) is holder
    assert MINE.done_at(customer, location) is (NONE if holder is None else holder.level)


def test_staff_have_one_level_where_nobody_is_met() -> None:
    assert STAFF.billed(1, 10) is STAFF.done_at(1, 10) is BILLING
    assert NO_MONEY.billed(None, None) is NO_MONEY.done_at(None, None) is NON_BILLING


@pytest.mark.parametrize(
    ("least", "customers", "places", "alone"),
    [
        (BILLING, [1, 2], [20, 40], [40]),
        (NON_BILLING, [1, 2, 3], [10, 20, 30, 40], [40]),
        (NONE, [1, 2, 3], [10, 11, 20, 30, 40, 50], [40, 50]),
    ],
)
def test_r5_a_customer_is_asked_about_for_one_place_of_it(
    least: AccessLevel, customers: list[int], places: list[int], alone: list[int]
) -> None:
    assert list(MINE.customers_showing(least)) == customers
    assert [of.id for of in MINE.places_showing(least)] == places
    assert [of.id for of in MINE.places_alone(least)] == alone
    assert MINE.among([9, 3, 1, 4, 2, 1, 3], least) == [of for of in (3, 1, 2) if of in customers]


def test_places_can_be_asked_about_by_whose_and_which_they_are() -> None:
    def asked(of: Reach, customer: int | None = None, location: int | None = None) -> list[int]:
        return [place.id for place in of.places_showing(NON_BILLING, customer, location)]

    assert asked(MINE, 1) == [10]
    assert asked(MINE, 2) == [20]
    assert asked(MINE, None, 20) == [20]
    assert asked(MINE, 2, 20) == [20]
    assert asked(MINE, 1, 20) == []
    assert asked(MINE, 1, 11) == []
    met = reach(ONE, TEN, TWENTY, everywhere=BILLING)
    assert asked(met) == []
    assert asked(met, 1) == [10]
    assert asked(met, None, 20) == [20]


def test_staff_say_themselves_whose_records_they_ask_for() -> None:
    met = reach(ONE, TEN, everywhere=NON_BILLING)
    assert list(met.customers_showing(NON_BILLING)) == []
    assert met.among([9, 1, 9], NON_BILLING) == [9, 1]
    assert met.among([9, 1, 9], BILLING) == []


@pytest.mark.parametrize(
    ("of", "least", "holds"),
    [
        *((NOWHERE, NONE, True), (NOWHERE, NON_BILLING, False)),
        *((STAFF, BILLING, True), (NO_MONEY, BILLING, False), (NO_MONEY, NON_BILLING, True)),
        *((reach(ONE), BILLING, True), (reach(TWO), BILLING, False)),
        *((reach(TWENTY), BILLING, True), (reach(TEN), BILLING, False)),
        (reach(THREE, TEN), NON_BILLING, True),
    ],
)
def test_what_is_held_anywhere(of: Reach, least: AccessLevel, *, holds: bool) -> None:
    assert of.holds_anywhere(least) is holds


def test_a_record_is_named_as_staff_read_it() -> None:
    assert ONE.named == "customer 1 (C1)"
    assert TEN.named == "location 10 (L10)"
    assert named("customer", 7, "  Pat ") == "customer 7 (Pat)"
    assert named("customer", 7, "  ") == named("customer", 7, None) == "customer 7"
