"""The public audits of GraphQL over HTTP (npm's graphql-http), against a gateway as a process."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from subprocess import PIPE, run
from typing import Any

import httpx
import pytest

from tests.browser.conftest import Demo, running_demo

pytestmark = pytest.mark.processes

FOLDER = Path(__file__).parent
NOT_INSTALLED = "The audits are not installed. Get them with npm, Node 20 or later: make audits."
ALL = 61


@pytest.fixture(scope="module")
def node() -> str:
    """Return where Node is; skip, by name, where it or the audits are not."""
    node = shutil.which("node")
    if node is None or not (FOLDER / "node_modules" / "graphql-http").is_dir():
        pytest.skip(NOT_INSTALLED)
    return node


@pytest.fixture(scope="module")
def demo(node: str) -> Iterator[Demo]:
    assert node
    with running_demo() as demo:
        yield demo


def audited(node: str, url: str, *authorization: str) -> list[dict[str, Any]]:
    """Return what became of each audit."""
    command = (node, str(FOLDER / "audit.mjs"), f"{url}/graphql", *authorization)
    done = run(command, check=True, stdout=PIPE, text=True, timeout=60)  # noqa: S603  # the words above and no others
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("who", [None, "pat@example.com", "staff@example.com"])
def test_every_audit_passes_without_a_token_and_with_one(
    node: str, demo: Demo, who: str | None
) -> None:
    told = []
    if who is not None:
        asked = {"email": who, "staff": who == "staff@example.com"}
        given = httpx.post(f"{demo.sandbox_url}/_sandbox/token", json=asked, trust_env=False)
        told = [f"Bearer {given.json()['accessToken']}"]
    audits = audited(node, demo.url, *told)
    assert [audit for audit in audits if audit["status"] != "ok"] == []
    assert len({audit["id"] for audit in audits}) == ALL


def test_what_is_no_gateway_passes_few(node: str, demo: Demo) -> None:
    told = audited(node, demo.sandbox_url)
    assert len(told) == ALL
    assert len([audit for audit in told if audit["status"] == "ok"]) < ALL / 2
