"""The matrix by signed addresses: an address is its viewer's, and opens what they may see now."""

from pathlib import Path

import pytest

from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import Access, Override
from tests.authz.crossed import PAT
from tests.authz.test_edges import parents_of
from tests.authz.viewers import KINDS, people
from tests.authz.world import World, open_world
from tests.house import demo_policy

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIELDS = {
    "Invoice": "pdfUrl payments { receiptUrl }",
    "Estimate": "pdfUrl",
    "Appointment": "calendarUrl",
}
OPENING = ["OWNER", "VIEW_AS", "STAFF", "PAYMENT_LINK", "ESTIMATE_LINK", "TENANT"]
OF_EACH = 3


async def addresses(world: World, kind: str) -> dict[str, list[str]]:
    """Return the addresses that records in sight tell this viewer, by their type."""
    found: dict[str, list[str]] = {}
    for of, selection in FIELDS.items():
        parents = parents_of(world, kind, of, OF_EACH)
        query = f"query($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {of} {{ {selection} }} }} }}"
        told = await world.ask(kind, query, ids=[global_id(of, key) for key in parents])
        assert told.codes == []
        found[of] = [url for node in told.data["nodes"] for url in _urls(node)]
    return found


def _urls(node: dict[str, object]) -> list[str]:
    payments = node.get("payments")
    parts = [part["receiptUrl"] for part in payments] if isinstance(payments, list) else []
    told = [node.get("pdfUrl"), node.get("calendarUrl"), *parts]
    return [str(url) for url in told if url is not None]


async def opened(world: World, url: str) -> int:
    """Open an address as anybody may who holds it; return the status."""
    return (await world.house.gateway.get(url)).status_code


@pytest.mark.parametrize("kind", OPENING)
async def test_each_opens_what_it_was_told_for(world: World, kind: str) -> None:
    for of, urls in (await addresses(world, kind)).items():
        assert bool(urls) or of in {"Invoice", "Estimate", "Appointment"}
        for url in urls:
            assert await opened(world, url) == 200, (of, url)


async def test_a_kind_without_the_record_is_told_no_address(world: World) -> None:
    told = await addresses(world, "NON_BILLING")
    assert (told["Invoice"], told["Estimate"]) == ([], [])
    assert told["Appointment"] != []
    assert await addresses(world, "STRANGER") == {"Invoice": [], "Estimate": [], "Appointment": []}


async def test_az26_an_address_opens_nothing_once_the_right_is_gone(
    tmp_path: Path,
) -> None:
    async with open_world(tmp_path) as world:
        told = await addresses(world, "OWNER")
        urls = [url for of in told.values() for url in of]
        assert len(urls) > OF_EACH
        assert {await opened(world, url) for url in urls} == {200}
        none = Override(customer=PAT, level=AccessLevel.NONE)
        levels = people() | {str(KINDS["OWNER"].email): (none,)}
        await world.house.choose(demo_policy(access=Access(people=levels)))
        assert {await opened(world, url) for url in urls} == {404}
