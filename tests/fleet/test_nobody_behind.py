"""nginx by the repository's configuration, before nobody: what it answers itself is JSON too."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.fleet.front import CONF, HOW, NGINX, conf_for, nginx_running
from tests.own_redis import free_port

OURS, OTHER = "https://portal.example.com", "https://elsewhere.example.com"
LINE = f'# "{OURS}" $http_origin;'
HEADERS = "Authorization, Content-Type, If-None-Match, X-Request-Id, X-View-As"
ANSWERS = [
    ("/nowhere", b"", 404, "NOT_FOUND", "There is nothing here."),
    ("/health/ready", b"", 404, "NOT_FOUND", "There is nothing here."),
    ("/graphql", b" " * 262_145, 413, "BAD_USER_INPUT", "The body is larger than 256 KiB."),
    (
        "/graphql",
        b"{}",
        503,
        "UPSTREAM_UNAVAILABLE",
        "Nobody answers at the moment. Try again soon.",
    ),
]


@pytest.fixture
async def front(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """Run nginx, which knows one front end, before two gateways that do not run."""
    if NGINX is None:
        pytest.skip(HOW)
    text = CONF.read_text("utf-8")
    assert text.count(LINE) == 1
    written = tmp_path / "written.conf"
    written.write_text(text.replace(LINE, LINE.removeprefix("# ")), "utf-8")
    monkeypatch.setattr("tests.fleet.front.CONF", written)
    ports = (free_port(), free_port())
    async with (
        nginx_running(tmp_path, free_port(), ports) as url,
        httpx.AsyncClient(base_url=url, trust_env=False, timeout=20) as client,
    ):
        yield client


@pytest.mark.parametrize(("path", "body", "status", "code", "message"), ANSWERS)
async def test_what_it_answers_itself_is_an_answer_of_ours(
    front: httpx.AsyncClient, path: str, body: bytes, status: int, code: str, message: str
) -> None:
    for origin, allowed in ((OURS, OURS), (OTHER, None), (None, None)):
        given = {} if origin is None else {"origin": origin}
        answer = await front.post(path, content=body, headers=given)
        assert answer.status_code == status
        assert answer.json() == {"errors": [{"message": message, "extensions": {"code": code}}]}
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["vary"] == "Origin"
        assert answer.headers.get("access-control-allow-origin") == allowed
        assert answer.headers.get("retry-after") == ("2" if status == 503 else None)


async def test_a_front_end_may_ask_and_so_is_told_that_nobody_is_there(
    front: httpx.AsyncClient,
) -> None:
    asked = {"access-control-request-method": "POST"}
    answer = await front.options("/graphql", headers=asked | {"origin": OURS})
    assert (answer.status_code, answer.content) == (204, b"")
    told = {name: of for name, of in answer.headers.items() if name.startswith("access")}
    assert told == {
        "access-control-allow-origin": OURS,
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": HEADERS,
    }
    for headers in (asked, asked | {"origin": OTHER}):
        answer = await front.options("/graphql", headers=headers)
        assert answer.status_code == 503
        assert "access-control-allow-origin" not in answer.headers


def test_as_it_stands_it_knows_no_front_end(tmp_path: Path) -> None:
    text = conf_for(tmp_path, 1, (2, 3))
    (known,) = [part.partition("}")[0] for part in text.split("map $http_origin $front_end {")[1:]]
    lines = [line.strip() for line in known.splitlines() if line.strip()]
    assert lines == ['default "";', LINE]
