"""What a worker holds, round after round of the same load, some of whom hang up (SH-10)."""

from collections.abc import Callable
from pathlib import Path

from tests.bench.budget import Budget
from tests.bench.crowds.town import town_open
from tests.bench.results import Memory
from tests.bench.wishes import Stream

LEAVES_AFTER = 0.005
_MB = 1024


async def measure_memory(budget: Budget, step: Callable[[str], None]) -> list[Memory]:
    """Return what it holds after each round; nothing where the system does not tell."""
    found, asked = list[Memory](), 0
    async with town_open(budget, bounded=False) as town:
        pid = town.gateway.child.process.pid
        reading = town.reading(town.people)
        for number in range(budget.memory_rounds):
            step(f"memory, round {number + 1} of {budget.memory_rounds}")
            streams = [
                Stream(
                    name=name,
                    askings=reading,
                    begins=0.0,
                    ends=budget.crowd_seconds,
                    at_once=at_once,
                    leaving=leaving,
                )
                for name, at_once, leaving in (("stay", 12, None), ("leave", 4, LEAVES_AFTER))
            ]
            told = await town.crowd(*streams)
            asked += sum(len(heard.status) + heard.lost for heard in told.streams)
            if (held := _held(pid, asked)) is not None:
                found.append(held)
    return found


def _held(pid: int, asked: int) -> Memory | None:
    """Return what the system says of a process (proc_pid_status(5)), None where it does not."""
    of = Path(f"/proc/{pid}")
    try:
        lines = dict(line.split(":", 1) for line in (of / "status").read_text("ascii").splitlines())
        files = sum(1 for _ in (of / "fd").iterdir())
    except OSError:
        return None
    mb = int(lines["VmRSS"].split()[0]) / _MB
    return Memory(requests=asked, mb=mb, files=files, threads=int(lines["Threads"]))
