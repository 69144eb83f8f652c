"""Several workers over one ledger: an estimate is accepted once, whichever is asked."""

import asyncio

import pytest

from tests.accepting.conftest import PLAIN, Office, errors, selling
from tests.databases import postgresql, shared_url
from tests.staff import two_workers

__all__ = ["postgresql", "shared_url"]


@pytest.mark.parametrize("keys", [("a", "a"), ("a", "b"), ("a", "b", "a", "b")])
async def test_one_of_them_sells_it(shared_url: str, keys: tuple[str, ...]) -> None:
    async with two_workers(shared_url) as houses:
        offices = [Office(house) for house in houses]
        for office in offices:
            await office.house.choose(selling())
        wish = await offices[0].wish(PLAIN)
        for office in offices:
            await office.house.calls()
        told = await asyncio.gather(
            *(offices[at % 2].send(wish | {"idempotencyKey": key}) for at, key in enumerate(keys))
        )
        calls = [await office.house.calls() for office in offices]
        assert sum(each["estimates/600101/sell?"] for each in calls) == 1
        numbers = {
            (key, payload["acceptance"] and payload["acceptance"]["confirmationNumber"])
            for key, payload in zip(keys, told, strict=True)
        }
        assert len(numbers) == len(set(keys))  # the same key, the same answer
        assert len([of for _, of in numbers if of is not None]) == 1
        assert {code for payload in told for code in errors(payload)} <= {
            "ALREADY_ACCEPTED",
            "NOT_AVAILABLE",
        }
        assert len(await offices[1].till.acceptances.listed()) == 1
        seen = await offices[1].version(PLAIN)
        assert seen == wish["version"]
