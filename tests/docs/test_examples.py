"""The examples of the documentation: queries that validate, commands that answer."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from tests.browser.conftest import running_demo
from tests.documented import PAGES

HOUSE = Path(__file__).parents[2]
SCHEMA = build_schema((HOUSE / "schema" / "schema.graphql").read_text("utf-8"))
FIRST = HOUSE / "docs" / "front-end" / "index.md"
_GRAPHQL = re.compile(r"```graphql[^\n]*\n(.*?)```", re.DOTALL)
_SHELL = re.compile(r"```sh\n(.*?)```", re.DOTALL)
_JSON = re.compile(r"```json\n(.*?)```", re.DOTALL)


def queries() -> list[tuple[str, str]]:
    """Return every query of a page that is no screen's: those are asked by their own test."""
    pages = [
        page
        for page in (HOUSE / "docs").rglob("*.md")
        if "node_modules" not in page.parts and PAGES not in page.parents
    ]
    return [(page.name, query) for page in pages for query in _GRAPHQL.findall(page.read_text())]


def operations() -> list[tuple[str, str]]:
    """Return the example portal's operations, which may use each other's fragments."""
    folder = HOUSE / "docs" / "examples" / "portal" / "src" / "operations"
    return [("the example portal", "\n".join(file.read_text() for file in folder.iterdir()))]


@pytest.mark.parametrize(("page", "query"), [*queries(), *operations()])
def test_every_query_is_one_of_the_schema(page: str, query: str) -> None:
    assert validate(SCHEMA, parse(query)) == [], page


def test_there_are_queries() -> None:
    assert len(queries()) >= 4


@pytest.mark.processes
def test_the_first_query_in_five_minutes() -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here. Install it: apt-get install curl.")
    text = FIRST.read_text("utf-8")
    sign_in, ask = _SHELL.findall(text)
    (answer,) = _JSON.findall(text)
    with running_demo() as demo:
        said = _run(sign_in, demo.url, demo.sandbox_url)
        token = json.loads(said)["accessToken"]
        told = json.loads(_run(ask, demo.url, demo.sandbox_url, TOKEN=token))
        assert {"data": told["data"]} == json.loads(answer)
        riley = sign_in.replace("pat@", "riley@")
        token = json.loads(_run(riley, demo.url, demo.sandbox_url))["accessToken"]
        told = json.loads(_run(ask, demo.url, demo.sandbox_url, TOKEN=token))
        command = f"{sys.executable} -m gateway sandbox token --sandbox-url {demo.sandbox_url}"
        readme = _SHELL.findall((HOUSE / "README.md").read_text("utf-8"))[1]
        here = readme.replace(".venv/bin/portal-gateway sandbox token", command)
        seen = json.loads(_run(here, demo.url, demo.sandbox_url))["data"]["viewer"]
    assert told["data"]["viewer"]["tasks"] == {"totalDue": None}
    assert "errors" not in told
    assert seen["tasks"]["totalDue"] == "1045.69"
    assert seen["invoices"]["nodes"][0] == {
        "number": "500106",
        "status": "OPEN",
        "balance": "436.50",
    }


def _run(command: str, url: str, sandbox_url: str, **variables: str) -> str:
    """Run a command of a page against this demo."""
    here = command.replace("http://127.0.0.1:8000", url)
    here = here.replace("http://127.0.0.1:8010", sandbox_url)
    shell = ("/bin/sh", "-c", here)
    environment = {"PATH": "/usr/bin:/bin", **variables}
    done = subprocess.run(  # noqa: S603  # a page of ours
        shell, cwd=HOUSE, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout
