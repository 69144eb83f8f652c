"""The gateway beside other gateways: all of them answer the same, and the lock names no host."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bench.peers.measuring import COMPILED, MEASURE, PEERS, PLAIN, missing

pytestmark = pytest.mark.timeout(300)

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
    assert [asked["name"] for asked in found] == ["small", "the read", "deep", "1,921 rows"]
    for asked in found:
        assert [row["name"] for row in asked["servers"]] == [PLAIN, COMPILED, *PEERS]
        assert all(row["requests"] > 0 for row in asked["servers"])
    (measure,) = (line for line in ended.stdout.splitlines() if line.startswith(MEASURE))
    assert measure.split().count("1.00") == len(found)


def test_peers_are_pinned_and_the_lock_names_no_registry() -> None:
    asked = json.loads((FOLDER / "package.json").read_text("utf-8"))["dependencies"]
    lock = json.loads((FOLDER / "package-lock.json").read_text("utf-8"))["packages"]
    assert all(version[0].isdigit() for version in asked.values())
    for name, version in asked.items():
        assert lock[f"node_modules/{name}"]["version"] == version
    parts = [part for name, part in lock.items() if name]
    assert len(parts) > len(asked)
    assert all("integrity" in part and "resolved" not in part for part in parts)
