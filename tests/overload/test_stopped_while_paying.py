"""SIGTERM while somebody pays, at each step: it is finished, or left so that it can be."""

import asyncio
from pathlib import Path

import pytest

from tests.fleet.test_killed import PAID
from tests.overload.stopping import Stage, ends, stage
from tests.payments.test_killed import hours_pass

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

A_MOMENT, TOO_LONG = 1500, 60_000
SEEN = "{ viewer { payments { nodes { state recording } } } }"

STEPS: dict[str, tuple[str, str, bool, str | None]] = {
    "what is owed is read": ("/invoices$", "GET", False, None),
    "it was charged": ("/charge$", "POST", True, "CHARGING"),
    "it is recorded": ("/payments$", "POST", False, "RECORDING"),
}


async def begun(on: Stage, path: str, *, after: bool, state: str | None) -> None:
    """Wait until the payment is at the step that takes so long."""
    async with asyncio.timeout(20):
        if state is None:
            while not await on.called("/invoices"):  # noqa: ASYNC110  # a sandbox tells nobody
                await asyncio.sleep(0.02)
            return
        await on.until_state(state)
        if path == "/payments$":
            while not await on.called("/payments", "POST"):  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.02)
        elif after:
            while not await on.moved():  # noqa: ASYNC110  # as above
                await asyncio.sleep(0.02)


async def settled(on: Stage, stands: tuple[str, str]) -> None:
    """Start a gateway anew, and see that the payment comes to stand there, once and for all."""
    async with on.gateway() as again:
        async with asyncio.timeout(40):
            while True:
                told = (await on.ask(again, SEEN)).json()["data"]["viewer"]["payments"]["nodes"]
                if [(node["state"], node["recording"]) for node in told] == [stands]:
                    break
                await asyncio.sleep(0.1)
        await ends(again)


@pytest.mark.parametrize("step", STEPS)
async def test_sh2_what_is_being_paid_is_paid_before_the_end(tmp_path: Path, step: str) -> None:
    path, method, after, state = STEPS[step]
    async with stage(tmp_path) as on:
        async with on.gateway() as first:
            await on.slow(path, method, A_MOMENT, after=after)
            paying = asyncio.create_task(on.pay(first))
            await begun(on, path, after=after, state=state)
            assert not paying.done()
            await ends(first)
            told = (await paying)["data"]["payInvoices"]
        assert told["userErrors"] == []
        assert told["payment"]["state"] in {"PROCESSING", "SUCCEEDED"}
        assert await on.state() in {"RECORDING", "RECORDED"}
        await hours_pass(on.ledger)
        await settled(on, PAID)
        assert await on.moved() == [("CHARGE", "100.00")]
        assert await on.called("/payments", "POST") <= 1


async def test_sh2_a_charge_that_nobody_answers_is_left_so_that_it_can_be_found(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as on:
        async with on.gateway() as first:
            await on.slow("/charge$", "POST", TOO_LONG, after=True)
            paying = asyncio.create_task(on.pay(first))
            await begun(on, "/charge$", after=True, state="CHARGING")
            await ends(first)
            (error,) = (await paying)["errors"]
        assert error["extensions"]["code"] == "TIMEOUT"
        assert await on.state() in {"CHARGING", "UNKNOWN"}
        await hours_pass(on.ledger)
        await settled(on, PAID)
        assert await on.moved() == [("CHARGE", "100.00")]
