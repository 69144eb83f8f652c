"""The load generator: a process of its own, so that what it loads has a core for itself."""

import asyncio
import time

import uvloop

from tests.bench.load.connection import Unexpected, keep_asking, round_of
from tests.bench.obeying import hear, tell
from tests.bench.wishes import Load, Loaded


async def _load(load: Load) -> Loaded:
    cpu, began = time.process_time(), time.perf_counter()
    shared = round_of(load, began + load.seconds)
    asking = (keep_asking(load.port, shared) for _ in range(load.connections))
    problem: str | None = None
    try:
        await asyncio.gather(*asking)
    except (Unexpected, OSError) as error:
        problem = str(error) or type(error).__name__
    seconds, busy = time.perf_counter() - began, time.process_time() - cpu
    return Loaded(latencies=shared.latencies, seconds=seconds, cpu_seconds=busy, problem=problem)


def main() -> None:
    """Load whom the run says, until it ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        while (load := hear(Load)) is not None:
            tell(runner.run(_load(load)))


if __name__ == "__main__":
    main()
