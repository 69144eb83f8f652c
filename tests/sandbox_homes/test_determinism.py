"""The same seed, day and number of homes give the same tenant; people's rows never change."""

import json
import subprocess
import sys
from datetime import date
from typing import Any, cast

import pytest

from adapters.sandbox.homes import build
from adapters.sandbox.homes.book import COLLECTIONS

TODAY = date(2026, 7, 14)
FIRST_GENERATED = 10_000_000
Tenant = dict[str, list[dict[str, Any]]]
SCRIPT = """
import hashlib, json
from datetime import date
from typing import Any, cast
from adapters.sandbox.homes import build
rows = build(3, date(2026, 7, 14), 5)
print(hashlib.sha256(json.dumps(rows).encode()).hexdigest())
"""


def _people_only(seed: int, homes: int) -> str:
    rows = cast("Tenant", build(seed, TODAY, homes))
    own_ids = ("appointment-assignments",)
    return json.dumps(
        {
            name: [
                row
                for row in rows[name]
                if (row["jobId"] if name in own_ids else row["id"]) < FIRST_GENERATED
            ]
            for name in COLLECTIONS
        }
    )


def test_the_same_again() -> None:
    assert json.dumps(build(7, TODAY, 9)) == json.dumps(build(7, TODAY, 9))


def test_a_second_building_shares_nothing_with_the_first() -> None:
    first, second = cast("Tenant", build(1, TODAY, 0)), build(1, TODAY, 0)
    for row in first["invoices"]:
        row["items"] = None
    for item in first["estimates"][0]["items"]:
        item["sku"].clear()
    assert json.dumps(second) == json.dumps(build(1, TODAY, 0))


@pytest.mark.parametrize(("seed", "homes"), [(1, 0), (2, 4), (99, 11)])
def test_peoples_rows_do_not_hang_on_seed_or_homes(seed: int, homes: int) -> None:
    assert _people_only(seed, homes) == _people_only(1, 2)


def test_another_seed_gives_other_households() -> None:
    names = [[row["name"] for row in build(seed, TODAY, 20)["customers"][-20:]] for seed in (1, 2)]
    assert names[0] != names[1]


def test_another_process_builds_the_same() -> None:
    told = {
        subprocess.run(  # noqa: S603  # our own interpreter and our own script
            [sys.executable, "-c", SCRIPT],
            capture_output=True,
            check=True,
            text=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(told) == 1
