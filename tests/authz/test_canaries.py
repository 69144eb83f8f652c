"""T-1: the check that stands on every answer of this suite finds a leak when there is one."""

import pytest

from tests.authz.viewers import KINDS
from tests.authz.world import Told, World, forbidden_to

pytestmark = pytest.mark.asyncio(loop_scope="session")

HEADERS = {"cache-control": "no-store"}
OTHERS = {
    "ANONYMOUS": "Pat Sullivan",
    "OWNER": "Alpha Apartments",
    "TENANT": "300404",
    "PAYMENT_LINK": "300106",
    "ESTIMATE_LINK": "Pat Sullivan",
    "VIEW_AS": "Lakeview",
}


@pytest.mark.parametrize("kind", OTHERS)
async def test_a_name_of_somebody_else_is_found_out(world: World, kind: str) -> None:
    for told in (
        Told(200, f'{{"data": {{"name": "{OTHERS[kind]} Rentals"}}}}', HEADERS),
        Told(200, "{}", HEADERS | {"x-warning": f"{OTHERS[kind]} Rentals"}),
    ):
        with pytest.raises(AssertionError, match="was told of somebody else"):
            world._check(kind, told, "")  # noqa: SLF001  # the check itself is under test


@pytest.mark.parametrize("kind", KINDS)
async def test_a_name_of_anybody_in_the_log_is_found_out(world: World, kind: str) -> None:
    with pytest.raises(AssertionError, match="the log or a trace names somebody"):
        world._check(kind, Told(200, "{}", HEADERS), "{'customer': 'Pat Sullivan'}")  # noqa: SLF001  # as above


async def test_a_token_in_the_log_is_found_out(world: World) -> None:
    token = world.links["payment"].token
    with pytest.raises(AssertionError):
        world._check("OWNER", Told(200, "{}", HEADERS), f"Bearer {token}")  # noqa: SLF001  # as above


async def test_a_name_or_a_token_in_a_metric_is_found_out(world: World) -> None:
    with pytest.raises(AssertionError, match="a metric names somebody"):
        world.check_metrics("{'customer': 'Pat Sullivan'}")
    with pytest.raises(AssertionError):
        world.check_metrics(f"{{'token': '{world.links['payment'].token}'}}")


async def test_what_a_link_is_for_is_no_leak(world: World) -> None:
    allowed = forbidden_to(KINDS["PAYMENT_LINK"], world.records)
    assert allowed.found_in("500106 Pat Sullivan") == set()
