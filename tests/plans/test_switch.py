"""The switch PORTAL_COMPILED, and what is told in numbers where it is on and where it is off."""

import pytest

from gateway.metrics.families import Family
from gateway.settings import read_settings
from tests.gateway.test_cli import GOOD
from tests.house import ready_house
from tests.telemetry.test_operations import samples

NAMES = (
    *("plans_kept", "plan_fields_kept", "plans_made", "planned", "unplanned"),
    "plan_surprises",
)
EMAIL = "{ viewer { email } }"
WRONG = "query ($n: Int) { viewer { invoices(first: $n) { totalCount } } }"


@pytest.mark.parametrize(
    ("told", "is_on"),
    [({}, True), ({"PORTAL_COMPILED": "on"}, True), ({"PORTAL_COMPILED": "OFF"}, False)],
)
def test_it_is_on_unless_it_is_turned_off(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], is_on: bool
) -> None:
    monkeypatch.undo()
    assert (read_settings(GOOD | told).compiled == "on") is is_on


def of(families: list[Family]) -> dict[str, object]:
    """Return what is told of plans."""
    return {name: samples(families, name) for name in NAMES}


async def test_what_plans_do_is_told() -> None:
    async with ready_house(told={"compiled": "on", "keep_answers": "off"}) as house:
        for _ in range(3):
            await house.ask("pat@example.com", EMAIL)
        await house.ask("pat@example.com", WRONG, n="many")
        told = of(await house.metrics())
    assert told == {
        "plans_kept": {(): 1},
        "plan_fields_kept": {(): 2},
        "plans_made": {(): 1},
        "planned": {(): 3},
        "unplanned": {("variables",): 1},
        "plan_surprises": {(): 0},
    }


async def test_where_nothing_is_compiled_there_is_nothing_to_tell() -> None:
    async with ready_house(told={"compiled": "off"}) as house:
        await house.ask("pat@example.com", EMAIL)
        told = of(await house.metrics())
    assert told == {name: {} for name in NAMES}
