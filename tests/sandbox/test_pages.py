"""Pages of any size over any ids."""

import json
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as some

from adapters.sandbox.collections import COLLECTIONS
from adapters.sandbox.listing import page
from adapters.sandbox.options import SandboxOptions
from adapters.sandbox.seeding import seeded
from adapters.sandbox.store import Store


@settings(deadline=None)  # the first example also makes the homes
@given(
    wanted=some.sets(some.integers(310_001, 310_060), min_size=1, max_size=50),
    size=some.integers(1, 60),
)
def test_any_ids_come_back_whole_in_pages_of_any_size(wanted: set[int], size: int) -> None:
    options = SandboxOptions(today=date(2026, 3, 2), homes=0)
    table = COLLECTIONS["jobs"]
    store = Store(seeded(options))
    query = {"ids": ",".join(str(number) for number in wanted), "pageSize": str(size)}
    found: list[int] = []
    number, more = 1, True
    while more:
        answer = json.loads(page(store, table, query | {"page": str(number)}))
        found += [row["id"] for row in answer["data"]]
        number, more = number + 1, answer["hasMore"]
    assert found == sorted(wanted)
