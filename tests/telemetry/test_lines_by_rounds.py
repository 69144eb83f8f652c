"""Lines of requests are written together, once a round of the event loop; none is lost by that."""

import asyncio
import io
import os
import subprocess
import sys
import threading
from contextlib import redirect_stderr
from pathlib import Path
from typing import Final

import structlog

from gateway.lines import say
from gateway.logs import Unbreakable, configure_logging

MANY: Final = 300


class Written(io.StringIO):
    """A stream that notes what it was given to write, write by write."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []

    def write(self, text: str) -> int:
        """Note it."""
        self.parts.append(text)
        return super().write(text)


async def test_lines_of_one_round_are_one_write() -> None:
    written = Written()
    stream = Unbreakable(written)
    for each in ("one", "two", "three"):
        stream.line(each)
    assert written.parts == []
    await asyncio.sleep(0)
    assert written.parts == ["one\ntwo\nthree\n"]
    stream.line("four")
    await asyncio.sleep(0)
    assert written.parts == ["one\ntwo\nthree\n", "four\n"]


async def test_no_other_line_overtakes_them() -> None:
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        say("request", path="/first")
        structlog.get_logger().warning("request", path="/second")
        say("request", path="/third")
        await asyncio.sleep(0)
    paths = [
        line.partition('"path": "')[2].partition('"')[0] for line in written.getvalue().split("\n")
    ]
    assert paths == ["/first", "/second", "/third", ""]


def test_where_no_loop_runs_each_is_written_at_once() -> None:
    written = Written()
    Unbreakable(written).line("one")
    assert written.getvalue() == "one\n"


def test_what_a_loop_left_is_written_by_the_next() -> None:
    written = Written()
    stream = Unbreakable(written)

    async def leaves() -> None:
        stream.line("one")
        asyncio.get_running_loop().stop()

    loop = asyncio.new_event_loop()
    task = loop.create_task(leaves())
    loop.run_forever()
    loop.close()
    assert (task.done(), written.getvalue()) == (True, "")

    async def goes_on() -> None:
        stream.line("two")
        await asyncio.sleep(0)

    asyncio.run(goes_on())
    assert written.getvalue() == "one\ntwo\n"


async def test_threads_beside_it_lose_none() -> None:
    written = Written()
    stream = Unbreakable(written)

    def others() -> None:
        for at in range(MANY):
            stream.write(f"other {at}\n")

    beside = threading.Thread(target=others)
    beside.start()
    for at in range(MANY):
        stream.line(f"mine {at}")
        if at % 7 == 0:
            await asyncio.sleep(0)
    await asyncio.to_thread(beside.join)
    await asyncio.sleep(0)
    told = written.getvalue().splitlines()
    for whose in ("mine", "other"):
        assert [line for line in told if line.startswith(whose)] == [
            f"{whose} {at}" for at in range(MANY)
        ]


async def test_lg7_who_cannot_write_stops_nobody() -> None:
    class Gone(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    stream = Unbreakable(Gone())
    stream.line("one")
    await asyncio.sleep(0)
    assert stream.write("two\n") == 0


PROGRAM: Final = """
import asyncio
from gateway.lines import say
from gateway.logs import configure_logging

configure_logging("info")

async def main():
    say("request", path="/last")
    {end}

asyncio.run(main())
"""


def test_a_process_that_ends_in_that_round_has_written_them(tmp_path: Path) -> None:
    for name, end in (("ends", "pass"), ("fails", "raise SystemExit(3)")):
        program = tmp_path / f"{name}.py"
        program.write_text(PROGRAM.format(end=end))
        told = subprocess.run(  # noqa: S603  # ours
            [sys.executable, str(program)],
            check=False,
            capture_output=True,
            env=dict(os.environ),
            text=True,
        )
        assert '"path": "/last"' in told.stderr, (name, told.stderr)
