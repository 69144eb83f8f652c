"""What a WebSocket leaves behind: how it ended, by its code, and a line for each operation."""

from typing import Any

from structlog.testing import capture_logs

from gateway.watching import digest_of
from tests.house import House, ready_house
from tests.subscriptions.in_process import Pipe, endpoint
from tests.telemetry.test_operations import samples

INIT = '{"type": "connection_init"}'
HERE = {"headers": [(b"host", b"gateway")]}
ASKED = '{"type": "subscribe", "id": "1", "payload": {"query": "query Who { viewer { email } }"}}'


async def test_each_is_counted_by_the_code_that_closed_it() -> None:
    served = endpoint()
    pipes = [Pipe(), Pipe(), Pipe()]
    for pipe in pipes[:2]:
        pipe.put(INIT)
        pipe.leave()
    pipes[2].put("nonsense")
    for pipe in pipes:
        await served(*pipe.asgi())
    assert served.counts.websockets == {1000: 2, 4400: 1}


def lines_of(house: House, logs: list[Any]) -> list[Any]:
    """Return the lines of operations."""
    return [line for line in [*house.logs, *logs] if line["event"] == "operation"]


async def test_an_operation_has_a_line_of_its_own_and_counts_as_by_http() -> None:
    async with ready_house() as house:
        pipe = Pipe()
        pipe.put(INIT)
        pipe.put(ASKED)
        assert house.app is not None
        scope, receive, send = pipe.asgi()

        async def sending(message: Any) -> None:  # noqa: ANN401  # as ASGI has it
            await send(message)
            if "complete" in str(message.get("text")):
                pipe.leave()

        told = {
            **scope,
            **HERE,
            "path": "/graphql",
            "query_string": b"",
            "root_path": "",
            "state": {},
        }
        with capture_logs() as logs:
            await house.app(told, receive, sending)
        (line,) = lines_of(house, logs)
        families = await house.metrics()
    assert (line["kind"], line["operation"]) == ("query", "Who")
    assert line["document"] == digest_of("query Who { viewer { email } }")
    assert line["ms"] >= 0
    assert samples(families, "websockets_closed") == {("1000",): 1}
    assert samples(families, "operations") == {("query", "whole"): 1}
