"""R1, AZ-26: whether a person may come near the same as before, told without waiting."""

import asyncio
from dataclasses import replace

import pytest

from adapters.ledger.rights import Revisions
from resolvers.access import Reach
from resolvers.policy import Access
from tests.rules.test_rights import NOW, READ_AT, Register, person, register, rights

__all__ = ["register"]

LOOK = [("revisions",), ("ready", READ_AT)]


async def reach_of(register: Register) -> Reach:
    told = await rights(register).of(person(), Access())
    assert isinstance(told, Reach)
    register.asked.clear()
    return told


async def test_it_is_while_the_revision_is_the_same(register: Register) -> None:
    reach = await reach_of(register)
    assert rights(register).still(person(), reach) == Revisions(7, READ_AT, 8)
    assert register.asked == LOOK
    assert rights(register).still(person(), replace(reach, revision=6)) is None


async def test_all_who_are_heard_before_the_loop_goes_round_share_one_look(
    register: Register,
) -> None:
    reach, told = await reach_of(register), rights(register)
    assert all(told.still(person(), reach) for _ in range(3))
    assert told.still(person(), replace(reach, revision=6)) is None
    assert register.asked == LOOK
    await asyncio.sleep(0)
    assert told.still(person(), reach) is not None
    assert register.asked == LOOK * 2


@pytest.mark.parametrize("until", [NOW, NOW - 1])
async def test_jw20_it_is_not_for_who_has_signed_in_for_long_enough(
    register: Register, until: int
) -> None:
    reach = await reach_of(register)
    assert rights(register).still(person(until=until), reach) is None
    assert rights(register).still(person(until=NOW + 1), reach) is not None


async def test_nor_by_a_directory_that_lets_nobody_in(register: Register) -> None:
    reach, told = await reach_of(register), rights(register)
    register.reason = "It is too old."
    assert told.still(person(), reach) is None
    register.reason = None
    assert told.still(person(), reach) is not None


async def test_nor_where_the_ledger_has_to_be_waited_for(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach = await reach_of(register)
    monkeypatch.setattr(register, "revisions_at_once", lambda: None)
    assert rights(register).still(person(), reach) is None
