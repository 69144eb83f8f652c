"""AZ-17: somebody else's record and one that is not there are the same answer at the same cost."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from adapters.cache.ages import HOLD_SECONDS
from adapters.cache.changes import AGAIN_SECONDS
from resolvers.ids import global_id
from tests.authz.viewers import KINDS
from tests.authz.walk import records
from tests.authz.world import World, open_world

pytestmark = pytest.mark.asyncio(loop_scope="module")

NODE = "query($id: ID!) { node(id: $id) { __typename id } }"
ASKING = [kind for kind in KINDS if KINDS[kind].staff is None and kind != "ANONYMOUS"]
OF_EACH = 2
UNKNOWN = 8_000_000


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def quiet(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """A house in which nobody has asked for anything yet."""
    async with open_world(tmp_path_factory.mktemp("denial")) as opened:
        # What the world itself changed is forgotten a second time meanwhile.
        await asyncio.sleep(AGAIN_SECONDS + HOLD_SECONDS + 1)
        yield opened


def pairs(world: World, kind: str) -> Iterator[tuple[str, str, str]]:
    """Return foreign records, the nearest first, each with one like it that is not there."""
    for at, of in enumerate(records()):
        foreign = [key for key in world.records.by_type[of] if _is_foreign(world, kind, of, key)]
        near = sorted(foreign, key=lambda key: not _is_near(world, kind, of, key))
        for turn, key in enumerate(near[:OF_EACH]):
            unknown = re.sub(r"\d+", str(UNKNOWN + 100 * at + turn), key)
            yield of, key, unknown


def _is_foreign(world: World, kind: str, of: str, key: str) -> bool:
    """Is it hidden, and no proposal of a job in sight? Those are compared with each other below.

    A job with a proposal is left out: it is asked for with its proposal, and once refused costs
    nothing. So is a payment of the viewer's own making: that it was made is no secret to them, and
    what it paid for is asked whether they may still see it.
    """
    if of == "Payment" and world.records.by_type[of][key]["madeBy"] == kind:
        return False
    oracle = world.oracle(kind)
    if of == "Job" and f"j{key}" in world.records.by_type["Proposal"]:
        return False
    if of == "Proposal" and key.startswith("j") and oracle.sees("Job", key[1:]):
        return False
    return not oracle.sees(of, key)


def _is_near(world: World, kind: str, of: str, key: str) -> bool:
    """Does this row name a customer or a place that the viewer has something at?"""
    row, oracle = world.records.by_type[of][key], world.oracle(kind)
    row = row["estimates"][0] if of == "Proposal" else row
    customer = row.get("customerId") or (row.get("customer") or {}).get("id")
    places = oracle.visible("Location")
    owners = {world.records.by_type["Location"][at]["customerId"] for at in places}
    return customer in owners or str(row.get("locationId")) in places


async def cost_of(world: World, kind: str, told: str) -> tuple[str, Counter[str]]:
    """Return the answer, and how often which list of ServiceTitan's was asked."""
    await world.calls()
    answer = await world.ask(kind, NODE, id=told)
    return answer.text, Counter(call.split("?")[0] for call in (await world.calls()).elements())


@pytest.mark.parametrize("is_warm", [False, True], ids=["cold", "warm"])
@pytest.mark.parametrize("kind", ASKING)
async def test_foreign_and_unknown_are_one_answer_at_one_cost(
    quiet: World, kind: str, is_warm: bool
) -> None:
    for of in records():  # what is their own is asked for once, whatever the id
        prefix = {"Proposal": "p", "Visit": "a"}.get(of, "")
        await quiet.ask(kind, NODE, id=global_id(of, f"{prefix}{UNKNOWN - 1}"))
    await quiet.ask(kind, NODE, id=global_id("Visit", f"m{UNKNOWN - 1}"))
    differing = []
    for of, key, unknown in list(pairs(quiet, kind))[is_warm::2]:
        foreign, nobody = global_id(of, key), global_id(of, unknown)
        if is_warm:
            await quiet.ask("STAFF", NODE, id=foreign)
        first = await cost_of(quiet, kind, foreign), await cost_of(quiet, kind, nobody)
        again = await cost_of(quiet, kind, foreign), await cost_of(quiet, kind, nobody)
        if first[0] != first[1] or again[0] != again[1]:
            differing.append((of, key, first, again))
    assert differing == []


async def test_a_hidden_proposal_of_a_job_in_sight_is_as_one_that_was_never_written(
    quiet: World,
) -> None:
    hidden, none = global_id("Proposal", "j300115"), global_id("Proposal", "j300108")
    jobs = [global_id("Job", 300115), global_id("Job", 300108)]
    for kind in ("NON_BILLING", "VIEW_AS_WITHOUT_BILLING"):
        told = await quiet.ask(kind, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=jobs)
        assert [node["id"] for node in told.data["nodes"]] == jobs
        assert await cost_of(quiet, kind, hidden) == await cost_of(quiet, kind, none)


async def test_there_are_two_hundred_pairs(quiet: World) -> None:
    assert sum(len([*pairs(quiet, kind)]) for kind in ASKING) >= 200


async def test_nor_does_a_failing_servicetitan_tell_them_apart(quiet: World) -> None:
    foreign, unknown = global_id("Invoice", 500302), global_id("Invoice", UNKNOWN + 50)
    warm = await quiet.ask("STAFF", NODE, id=foreign)
    assert warm.codes == []
    await quiet.house.fault("invoices", status=503, times=100)
    told = [await quiet.ask("OWNER", NODE, id=of) for of in (foreign, unknown)]
    await quiet.house.sandbox.delete("/_sandbox/faults")
    assert told[0].text == told[1].text
    assert told[0].codes == ["UPSTREAM_UNAVAILABLE"]
