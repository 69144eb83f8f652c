"""The command line: what each command says, and with which exit code it ends."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import respx
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.graph import sdl

GOOD = {
    "PORTAL_SERVICETITAN_API_URL": "https://st.example.com",
    "PORTAL_SERVICETITAN_AUTH_URL": "https://auth.example.com",
    "PORTAL_SERVICETITAN_TENANT_ID": "7",
    "PORTAL_SERVICETITAN_CLIENT_ID": "sandbox-client",
    "PORTAL_SERVICETITAN_CLIENT_SECRET": "sandbox-secret",
    "PORTAL_SERVICETITAN_APP_KEY": "sandbox-app-key",
    "PORTAL_OIDC_ISSUER": "https://login.example.com",
    "PORTAL_OIDC_AUDIENCE": "portal",
    "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
}


def run(*arguments: str, **environ: str) -> Result:
    return CliRunner().invoke(app, arguments, env=environ, catch_exceptions=False)


def test_help_names_every_command() -> None:
    shown = run("--help").output
    assert [name for name in ("serve", "demo", "check", "schema", "sandbox") if name in shown] == [
        "serve",
        "demo",
        "check",
        "schema",
        "sandbox",
    ]


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_wrong_setting_is_one_sentence_and_exit_code_2(command: str) -> None:
    result = run(command, **GOOD | {"PORTAL_LOG_LEVEL": "loud"})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "PORTAL_LOG_LEVEL is wrong: it must be debug, info, warning or error.\n"
    )


@pytest.mark.parametrize("command", ["serve", "check"])
def test_a_wrong_policy_is_one_sentence_and_exit_code_2(command: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("[cache]\nfresh_seconds = 0\n")
    result = run(command, **GOOD | {"PORTAL_POLICY_FILE": str(path)})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"The policy file {path} is not usable: cache.fresh_seconds must be more than 0.\n"
    )


@pytest.mark.parametrize(
    "shared",
    [
        {},
        {"PORTAL_REDIS_URL": "redis://127.0.0.1:9"},
        {"PORTAL_DATABASE_URL": "postgresql://127.0.0.1:9/portal"},
    ],
    ids=["neither", "Redis alone", "PostgreSQL alone"],
)
def test_more_than_one_worker_needs_redis_and_postgresql(shared: dict[str, str]) -> None:
    result = run("serve", "--workers", "2", **GOOD | shared)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "More than one worker needs PORTAL_REDIS_URL, and a PostgreSQL database in "
        "PORTAL_DATABASE_URL, to share what they know: set both, or leave --workers at 1.\n"
    )


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (("serve",), "--port"),
        (("sandbox", "serve"), "--port"),
        (("demo", "--sandbox-port", "0"), "--port"),
        (("demo", "--port", "0"), "--sandbox-port"),
    ],
    ids=repr,
)
def test_a_taken_port_is_named(taken: int, command: tuple[str, ...], option: str) -> None:
    result = run(*command, option, str(taken), **GOOD)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"Port {taken} on 127.0.0.1 cannot be had (Address already in use): "
        f"stop what uses it, or choose another with {option}.\n"
    )


def test_where_a_front_end_is_must_be_an_origin() -> None:
    result = run("demo", "--site-url", "portal.example.com")
    assert result.exit_code == 2
    assert "--site-url" in result.stderr


def test_the_schema_is_printed() -> None:
    result = run("schema")
    assert (result.exit_code, result.stdout) == (0, sdl())


def test_the_schema_is_compared(tmp_path: Path) -> None:
    same, other = tmp_path / "same.graphql", tmp_path / "other.graphql"
    same.write_text(sdl())
    other.write_text(sdl().replace("type Query {", "type Query {\n  gone: Int\n", 1))
    result = run("schema", "--check", str(same))
    assert (result.exit_code, result.output) == (0, "")
    result = run("schema", "--check", str(other))
    assert result.exit_code == 1
    assert result.stdout.startswith("breaking: Field Query.gone was removed.\n--- committed\n")
    assert result.stderr == f"The schema is not the one in {other}.\n"


def test_a_token_is_printed_alone_on_one_line(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post("http://127.0.0.1:8010/_sandbox/token").respond(
        json={"accessToken": "a.b.c", "expiresIn": 3600}
    )
    result = run("sandbox", "token", "--email", "pat@example.com")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "a.b.c\n", "")
    assert route.calls.last.request.content == b'{"email":"pat@example.com","staff":false}'


def test_a_staff_token_of_another_sandbox(respx_mock: respx.MockRouter) -> None:
    route = respx_mock.post("http://sandbox:9/_sandbox/token").respond(json={"accessToken": "t"})
    url = ("--sandbox-url", "http://sandbox:9/")
    assert run("sandbox", "token", "--email", "s@example.com", "--staff", *url).stdout == "t\n"
    assert route.calls.last.request.content == b'{"email":"s@example.com","staff":true}'


def test_without_a_sandbox_it_says_how_to_start_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    result = run("sandbox", "token", "--email", "pat@example.com", "--sandbox-url", url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        f"No sandbox answers at {url}: start it with `make run`, "
        "or say where it is with --sandbox-url.\n"
    )


def test_what_is_no_sandbox_gives_no_token(respx_mock: respx.MockRouter) -> None:
    respx_mock.post("http://127.0.0.1:8010/_sandbox/token").respond(404, html="<html>")
    result = run("sandbox", "token", "--email", "pat@example.com")
    assert result.exit_code == 1
    assert result.stderr == (
        "What answers at http://127.0.0.1:8010 gave no token for pat@example.com (404).\n"
    )


def test_check_ends_with_1_when_anything_fails(
    respx_mock: respx.MockRouter, tmp_path: Path
) -> None:
    respx_mock.get(url__startswith="https://login.example.com").respond(503)
    respx_mock.post("https://auth.example.com/connect/token").respond(400)
    ledger = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    result = run("check", **GOOD, COLUMNS="160", PORTAL_DATABASE_URL=ledger)
    assert result.exit_code == 1
    said = "The identity provider answered 503 for its discovery. Check PORTAL_OIDC_ISSUER."
    assert [line.rstrip() for line in result.stdout.splitlines()][:12] == [
        "Asked                         Answers  Scope",
        "Identity provider, discovery  no",
        "Identity provider, keys       no",
        "ServiceTitan, token endpoint  no",
        "Ledger                        yes",
        "",
        "Identity provider, discovery",
        f"  {said}",
        "",
        "Identity provider, keys",
        f"  {said}",
        "",
    ]
