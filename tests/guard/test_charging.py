"""What is charged to whom: what a minute has, what is owed, and what one operation may cost."""

import pytest

from gateway.guard.buckets import Allowance, ProcessBuckets, Taken
from gateway.guard.budgets import Budgets, Charge, Payer, payer_of
from gateway.guard.cost import NOTHING, Cost
from gateway.http.refusals import Refused
from resolvers.policy import Limits
from resolvers.viewer import ANONYMOUS, Staff, Viewer, ViewerKind

LIMITS = Limits(
    operations_per_minute=10,
    cost_per_minute=100,
    address_operations_per_minute=20,
    address_cost_per_minute=30,
    staff_operations_per_minute=40,
    staff_cost_per_minute=300,
    cost_per_operation=200,
)
PAT = Viewer(ViewerKind.CUSTOMER, "pat", "pat@example.com")
KIM = Viewer(ViewerKind.CUSTOMER, "kim", "kim@example.com")
CLERK = Viewer(ViewerKind.STAFF, "s", staff=Staff("clerk", "clerk@example.com", may_bill=True))
PAYS = Payer("customer:pat", Allowance(10, 100))


class Watched(ProcessBuckets):
    """Buckets that never refill, and every charge that was tried."""

    def __init__(self) -> None:
        super().__init__(lambda: 1000.0)
        self.asked: list[tuple[str, Allowance, int]] = []
        self.is_closed = False

    async def take(self, of: str, allowed: Allowance, points: int) -> Taken:
        """Note who asked for how much."""
        self.asked.append((of, allowed, points))
        return await super().take(of, allowed, points)

    async def aclose(self) -> None:
        """Note that nobody asks any more."""
        self.is_closed = True


@pytest.fixture
def buckets() -> Watched:
    return Watched()


@pytest.fixture
def budgets(buckets: Watched) -> Budgets:
    return Budgets(buckets, lambda: LIMITS)


async def test_an_operation_is_charged_to_its_payer(budgets: Budgets, buckets: Watched) -> None:
    charge = await budgets.charge(PAT, "203.0.113.7", Cost(3, 250))
    assert charge == Charge(PAYS, Cost(3, 250), 95)
    assert charge.told() == {"requested": 5, "remaining": 95, "perMinute": 100}
    assert buckets.asked == [("customer:pat", Allowance(10, 100), 5)]
    assert await budgets.charge(PAT, "203.0.113.7") == Charge(PAYS, NOTHING, 95)


async def test_whose_budget_is_spent_is_told_when_to_come_again(budgets: Budgets) -> None:
    await budgets.charge(PAT, "", Cost(100))
    with pytest.raises(Refused) as refused:
        await budgets.charge(PAT, "", Cost(30))
    assert (refused.value.status, refused.value.extensions["retryAfterMs"]) == (429, 18_000)
    assert (await budgets.charge(KIM, "", Cost(30))).remaining == 70


async def test_no_charge_is_more_than_a_minute_has(budgets: Budgets, buckets: Watched) -> None:
    charge = await budgets.charge(PAT, "", Cost(1_000))
    assert (charge.remaining, charge.cost) == (0, Cost(1_000))
    assert buckets.asked[0][2] == 100


async def test_what_it_cost_beyond_its_reckoning_is_owed_once(
    budgets: Budgets, buckets: Watched
) -> None:
    charge = await budgets.charge(PAT, "", Cost(2))
    for calls in (0, 2, 3, 7):
        budgets.settle(charge, calls)
    await budgets.charge(KIM, "", Cost(1))
    await budgets.charge(PAT, "", Cost(1))
    await budgets.charge(PAT, "", Cost(1))
    assert [points for _, _, points in buckets.asked] == [2, 1, 1 + 1 + 5, 1]


async def test_who_was_refused_still_owes(budgets: Budgets, buckets: Watched) -> None:
    budgets.settle(await budgets.charge(PAT, "", Cost(90)), 95)
    for _ in range(2):
        with pytest.raises(Refused):
            await budgets.charge(PAT, "", Cost(6))
    assert (await budgets.charge(PAT, "", Cost(5))).remaining == 0
    assert [points for _, _, points in buckets.asked] == [90, 11, 11, 10]


async def test_so_many_may_owe_and_whoever_owed_longest_ago_is_let_off(
    budgets: Budgets, buckets: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.guard.budgets._MOST_OWING", 2)
    charges = {of: await budgets.charge(of, "", Cost()) for of in (PAT, KIM, CLERK)}
    for of in (PAT, KIM, PAT):
        budgets.settle(charges[of], 2)
    buckets.asked.clear()
    budgets.settle(charges[CLERK], 2)
    for of in (PAT, KIM, CLERK):
        await budgets.charge(of, "")
    assert [points for _, _, points in buckets.asked] == [4, 0, 2]


async def test_so_many_may_owe_and_all_of_them_do(
    budgets: Budgets, buckets: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.guard.budgets._MOST_OWING", 2)
    for of in (PAT, KIM):
        budgets.settle(await budgets.charge(of, ""), 2)
    buckets.asked.clear()
    for of in (PAT, KIM):
        await budgets.charge(of, "")
    assert [points for _, _, points in buckets.asked] == [2, 2]


def test_an_operation_may_cost_what_the_policy_says_and_a_minute_has(budgets: Budgets) -> None:
    assert [budgets.ceiling(of) for of in (PAT, CLERK, ANONYMOUS)] == [100, 200, 30]


async def test_the_buckets_are_let_go_of(budgets: Budgets, buckets: Watched) -> None:
    await budgets.aclose()
    assert buckets.is_closed


def test_payers_are_named_alike_in_every_process() -> None:
    address = "address:fec52565aa0cf18f57d7cf5b3ac72850"
    assert payer_of(PAT, "203.0.113.7", LIMITS) == PAYS
    assert payer_of(CLERK, "203.0.113.7", LIMITS) == Payer("staff:clerk", Allowance(40, 300))
    assert payer_of(ANONYMOUS, "203.0.113.7", LIMITS) == Payer(address, Allowance(20, 30))


async def test_who_is_nobody_in_particular_pays_by_their_address(
    budgets: Budgets, buckets: Watched
) -> None:
    charge = await budgets.charge(ANONYMOUS, "203.0.113.7")
    assert charge.payer == payer_of(ANONYMOUS, "203.0.113.7", LIMITS)
    await budgets.charge(ANONYMOUS, "203.0.113.8")
    assert len({of for of, _, _ in buckets.asked}) == 2
