"""Measures the costs in a process of their own, where nothing else runs."""

import asyncio

from gateway.logs import configure_logging
from tests.bench.costs.material import gather
from tests.bench.costs.rows import decoding_costs, memory_cost
from tests.bench.costs.rules import cursor_costs, rule_costs
from tests.bench.costs.street import street_costs
from tests.bench.obeying import hear, tell
from tests.bench.wishes import Measure


def main() -> None:
    """Measure once."""
    wish = hear(Measure)
    if wish is None:
        return
    configure_logging("warning")
    on = asyncio.run(gather(wish.sandbox_url))
    repeats = wish.repeats
    tell(
        [
            *rule_costs(on, repeats),
            *decoding_costs(on, repeats),
            memory_cost(on, repeats),
            *cursor_costs(on, repeats),
            *street_costs(repeats),
        ]
    )


if __name__ == "__main__":
    main()
