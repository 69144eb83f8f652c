"""The gateway beside other gateways: all of them answer the same, and the lock names no host."""

import json
import subprocess
import sys
from pathlib import Path
from typing import cast

import httpx
import msgspec
import pytest

from tests.bench.failure import BenchFailed
from tests.bench.peers.asked import OF_TWENTY, otherwise
from tests.bench.peers.measuring import asks_nobody, compare
from tests.bench.peers.servers import FLOOR, GATEWAYS, IN_MEMORY, MEASURE, PEERS, missing
from tests.bench.processes import Child
from tests.bench.sandbox import Sandbox
from tests.bench.servers import Server
from tests.bench.target import Target
from tests.bench.wishes import Asker

pytestmark = pytest.mark.timeout(600)

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "tests" / "bench" / "peers"


def test_each_server_answers_each_question(tmp_path: Path) -> None:
    if (why := missing()) is not None:
        pytest.skip(why)
    file = tmp_path / "found.json"
    command = (sys.executable, "-m", "tests.bench.peers", "--quick", "--json", str(file))
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  # our own command
    assert ended.returncode == 0, ended.stderr
    found = json.loads(file.read_text("utf-8"))
    questions = ("small", "the read", "deep", "1,921 rows")
    loads = [(question, load) for question in questions for load in ("many", "one")]
    assert [(asked["name"], asked["load"]) for asked in found] == loads
    for asked in found:
        scale = [IN_MEMORY, FLOOR] if asked["load"] == "one" else []
        assert [row["name"] for row in asked["servers"]] == [*GATEWAYS, *PEERS, *scale]
        assert all(row["requests"] > 0 for row in asked["servers"])
        assert {row["upstream_calls"] for row in asked["servers"]} == {0}
    measures = [line for line in ended.stdout.splitlines() if line.startswith(f"{MEASURE} ")]
    assert [line.split().count("1.00") for line in measures] == [len(questions)] * 2


def test_no_two_bodies_of_a_question_are_the_same() -> None:
    counts = {each.name: len(otherwise(each)) for each in OF_TWENTY}
    assert counts == {"small": 1, "the read": 900, "deep": 900}
    for each in OF_TWENTY:
        assert len(set(otherwise(each))) == counts[each.name]


def target(name: str, *answers: str) -> Target:
    """Return a server that gives each asker one of these answers."""
    nobody = httpx.AsyncClient()
    server = Server(name, cast("Child", None), 0, nobody, {})
    askers = [Asker(headers={}, expected=answer) for answer in answers]
    return Target(server, answers[0], askers=askers)


def test_servers_whose_data_are_not_the_same_bytes_are_not_measured() -> None:
    first = target("one", '{"data":{"a":1}}', '{"data":{"a":2}}')
    compare([first, target("two", '{"data":{"a":1},"extensions":{}}', '{"data":{"a":2}}')])
    for wrong in ('{"data":{"a":3}}', '{"data":{"a": 2}}', '{"data":{"a":1}}'):
        with pytest.raises(BenchFailed, match=r"^two answers otherwise than others: "):
            compare([first, target("two", '{"data":{"a":1}}', wrong)])


@pytest.mark.parametrize("calls", [0, 1])
async def test_whoever_asks_servicetitan_is_not_measured(calls: int) -> None:
    def tell(request: httpx.Request) -> httpx.Response:
        assert request.url.params["all"] == "true"
        return httpx.Response(200, content=msgspec.json.encode({"total": calls, "calls": []}))

    transport = httpx.MockTransport(tell)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as control:
        sandbox = Sandbox("http://sandbox", control)
        if calls == 0:
            await asks_nobody(sandbox, target("one", "{}"))
            return
        with pytest.raises(BenchFailed, match=r"^one made 1 calls, though all is remembered"):
            await asks_nobody(sandbox, target("one", "{}"))


def test_peers_are_pinned_and_the_lock_names_no_registry() -> None:
    asked = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert all(version[0].isdigit() for version in asked.values())
    for name, version in asked.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    parts = [part for name, part in lock.items() if name]
    assert len(parts) > len(asked)
    assert all("integrity" in part and "resolved" not in part for part in parts)
