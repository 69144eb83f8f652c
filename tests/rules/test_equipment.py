"""R6, R66, R67: which machines are in sight, and which of them are meant."""

import pytest

from adapters.servicetitan.customers import CustomerType
from adapters.servicetitan.installed_equipment import Equipment
from adapters.servicetitan.model import CustomerId, EquipmentId, LocationId
from adapters.servicetitan.named import Named
from resolvers.access import Party, Place, Reach
from resolvers.equipment import has_serial_number, is_about, may_see_equipment, name_of
from resolvers.levels import AccessLevel
from resolvers.verdict import Refusal

BILLING, NON_BILLING, NONE = AccessLevel
OURS, OTHERS = 1, 2
HOME, THEIRS = 10, 20


def machine(
    *,
    location: int = HOME,
    customer: int = OURS,
    active: bool = True,
    name: str | None = "Old faithful",
    kind: str | None = "Furnace",
    serial: str | None = "CA 359-998",
) -> Equipment:
    return Equipment(
        id=EquipmentId(7),
        location_id=LocationId(location),
        customer_id=CustomerId(customer),
        active=active,
        name=name,
        type=None if kind is None else Named(id=1, name=kind),
        manufacturer="Carrier",
        model="59SC6A",
        serial_number=serial,
    )


def reach(customer: AccessLevel, home: AccessLevel, *, theirs: AccessLevel | None = None) -> Reach:
    places = {HOME: Place(HOME, "Home", OURS, home, active=True)}
    if theirs is not None:
        places[THEIRS] = Place(THEIRS, "Theirs", OTHERS, theirs, active=True)
    return Reach({OURS: Party(OURS, "Ours", CustomerType.RESIDENTIAL, customer)}, places)


@pytest.mark.parametrize(
    ("viewer", "seen", "rule"),
    [
        (reach(BILLING, BILLING), machine(), None),
        (reach(NON_BILLING, NON_BILLING), machine(), None),
        (reach(NONE, NON_BILLING), machine(), None),
        (reach(BILLING, NONE), machine(), "R6"),
        (reach(BILLING, BILLING), machine(location=THEIRS, customer=OTHERS), "R67"),
        (reach(BILLING, BILLING), machine(location=THEIRS, customer=OURS), "R67"),
        (reach(BILLING, BILLING), machine(location=HOME, customer=OTHERS), None),
        (reach(NONE, NONE, theirs=NON_BILLING), machine(location=THEIRS, customer=OTHERS), None),
        (reach(BILLING, BILLING), machine(active=False), "R66"),
    ],
)
def test_r67_the_place_alone_decides_and_billing_is_not_needed(
    viewer: Reach, seen: Equipment, rule: str | None
) -> None:
    verdict = may_see_equipment(viewer, seen)
    assert (verdict.rule if isinstance(verdict, Refusal) else None) == rule


@pytest.mark.parametrize(
    ("told", "is_it"),
    [
        ("CA 359-998", True),
        ("ca359-998", True),
        (" C A359 -998\t", True),
        ("CA 359998", False),
        ("CA 359-99", False),
        ("359-998", False),
    ],
)
def test_r66_a_serial_number_is_found_whole_whatever_its_case_and_spaces(
    told: str, *, is_it: bool
) -> None:
    assert has_serial_number(machine(), told) is is_it


def test_r66_a_machine_without_a_serial_number_is_found_by_none() -> None:
    assert not has_serial_number(machine(serial=None), "CA 359-998")


@pytest.mark.parametrize(
    ("search", "is_it"),
    [
        ("faithful", True),
        ("FURNACE", True),
        ("carr", True),
        ("9sc6", True),
        ("359-998", True),
        ("old  carrier", True),
        ("", True),
        ("   ", True),
        ("old trane", False),
        ("faithfulfurnace", False),
    ],
)
def test_r66_every_word_looked_for_stands_somewhere(search: str, *, is_it: bool) -> None:
    assert is_about(machine(), search) is is_it


def test_a_machine_without_a_name_is_called_by_its_kind() -> None:
    assert name_of(machine()) == "Old faithful"
    assert name_of(machine(name=None)) == "Furnace"
    assert name_of(machine(name=None, kind=None)) == "Equipment"
