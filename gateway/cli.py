"""The command line, `portal-gateway`: each command reads what it needs and hands on."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn
from zoneinfo import ZoneInfo

import typer

if TYPE_CHECKING:
    from gateway.checks.finding import Finding
    from gateway.settings import Settings
    from resolvers.policy import Policy

SANDBOX_URL = "http://127.0.0.1:8010"
FAILED, MISCONFIGURED = 1, 2

app = typer.Typer(
    name="portal-gateway",
    help="A GraphQL gateway over ServiceTitan for customer portals.",
    no_args_is_help=True,
    add_completion=False,
    # A traceback with local variables would show settings and tokens.
    pretty_exceptions_enable=False,
)
sandbox = typer.Typer(
    help="A ServiceTitan for people who have none: homes, feeds, an identity provider, faults.",
    no_args_is_help=True,
)
app.add_typer(sandbox, name="sandbox")
visits = typer.Typer(
    help="Visits of service agreements, which ServiceTitan's API does not hold.",
    no_args_is_help=True,
)
app.add_typer(visits, name="visits")


def _say(sentence: str) -> None:
    typer.echo(sentence, err=True)


def _fail(sentence: str, code: int) -> NoReturn:
    _say(sentence)
    raise typer.Exit(code)


@contextmanager
def _told() -> Iterator[None]:
    """Turn what a person can do something about into one sentence and an exit code."""
    from gateway.policy import PolicyError
    from gateway.serving import PortTaken
    from gateway.settings import SettingsError

    try:
        yield
    except (SettingsError, PolicyError) as error:
        _fail(str(error), MISCONFIGURED)
    except PortTaken as error:
        _fail(str(error), FAILED)


def _configuration() -> "tuple[Settings, Policy]":
    from gateway.policy import read_policy
    from gateway.settings import read_settings

    settings = read_settings(os.environ)
    return settings, read_policy(settings.policy_file)


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Processes that answer.")] = 1,
) -> None:
    """Serve the gateway, by the environment (PORTAL_…) and the policy file.

    SIGHUP has the policy file read again: the next answer goes by it.
    A file that is not usable is kept out, and the log names the key.
    The environment is read at the start alone.
    """
    if workers > 1:
        _fail(
            "More than one worker needs Redis and PostgreSQL to share what they know, "
            "which this version does not offer: leave --workers at 1.",
            MISCONFIGURED,
        )
    with _told():
        settings, policy = _configuration()
        from gateway.app import create_app
        from gateway.choices import Choices
        from gateway.logs import configure_logging
        from gateway.serving import listen, serve_until_told

        configure_logging(settings.log_level)
        choices = Choices(policy, settings.policy_file)
        app = create_app(settings, choices)
        serve_until_told(app, listen(host, port), on_hangup=choices.read_again)


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port.")] = 8000,
    sandbox_port: Annotated[int, typer.Option(min=0, max=65535, help="The sandbox's port.")] = 8010,
) -> None:
    """Run a gateway and a sandbox together; nothing to set, Ctrl-C stops both."""
    from rich.console import Console

    from adapters.sandbox.homes import BUSINESS_NAME, BUSINESS_PHONE, PEOPLE, TIME_ZONE
    from adapters.sandbox.homes.people.jordan.planned import planned_visits
    from gateway.demo.failure import DemoFailed
    from gateway.demo.greeting import Guest
    from gateway.demo.run import Demo, run_demo
    from gateway.logs import configure_logging
    from resolvers.levels import AccessLevel
    from resolvers.policy import Access, Feeds, Override, Policy, Tenant

    configure_logging("warning")
    people = {person.email: person for person in PEOPLE}
    home = people["pat@example.com"].records["customers"][0]
    policy = Policy(
        tenant=Tenant(time_zone=TIME_ZONE, business_name=BUSINESS_NAME, phone=BUSINESS_PHONE),
        access=Access(
            people={"riley@example.com": (Override(customer=home, level=AccessLevel.NON_BILLING),)}
        ),
        feeds=Feeds(every_seconds=2.0),
    )
    guests = [Guest(person.email, person.shows) for person in PEOPLE if not person.staff]
    visits = planned_visits(datetime.now(ZoneInfo(TIME_ZONE)).date())
    with _told():
        try:
            run_demo(Demo(port, sandbox_port, policy, guests, _called(), visits), Console())
        except DemoFailed as error:
            _fail(str(error), FAILED)


def _called() -> str:
    """Return how this program is called from the shell it was called from."""
    script = Path(sys.argv[0])
    if script.name == "__main__.py":
        return f"{_near(Path(sys.executable))} -m gateway"
    return str(_near(script))


def _near(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


@app.command()
def check() -> None:
    """Ask everything the gateway stands on; say what answers, and what to do where it does not."""
    from rich.console import Console

    from gateway.checks.provider import check_provider
    from gateway.checks.report import print_report
    from gateway.checks.upstream import check_upstream
    from gateway.logs import configure_logging

    with _told():
        settings, _ = _configuration()
    configure_logging("error")

    async def ask() -> "list[Finding]":
        parts = check_provider(settings.oidc_issuer), check_upstream(settings.connection())
        return [finding for part in await asyncio.gather(*parts) for finding in part]

    findings = asyncio.run(ask())
    print_report(Console(), findings)
    if any(finding.problem is not None for finding in findings):
        raise typer.Exit(FAILED)


@app.command()
def schema(
    check: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="A file to compare with.")
    ] = None,
) -> None:
    """Print the schema; with --check, only what differs from a file, breaking changes first."""
    from gateway.graph import sdl
    from gateway.sdl import differences

    if check is None:
        typer.echo(sdl(), nl=False)
        return
    lines = differences(check.read_text("utf-8"), sdl())
    for line in lines:
        typer.echo(line)
    if lines:
        _fail(f"The schema is not the one in {check}.", FAILED)


@visits.command("import")
def visits_import(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="A CSV file in UTF-8.")],
) -> None:
    """Take over the visits of a file: all of them, or none and every bad line is told.

    The columns, in any order: agreement, location and job (ServiceTitan's numbers; job may be
    empty), name, due (a day such as 2026-07-14), status (Unscheduled, Scheduled, InProgress,
    Completed, Canceled, Dismissed or Deleted). A visit is known again by its agreement, location,
    name and due day: to import a file twice changes nothing. A visit that is no longer told stays;
    say Deleted. It goes into the database that PORTAL_DATABASE_URL names.
    """
    from rich.console import Console

    from adapters.ledger.visit_file import BadFile
    from gateway.settings import read_database_url
    from gateway.visit_import import ImportFailed, import_visits, summary, visits_in

    with _told():
        url = read_database_url(os.environ)
    try:
        done = import_visits(url, visits_in(file), Console(stderr=True))
    except BadFile as error:
        for fault in error.faults:
            _say(f"{file.name}, line {fault.line}: {fault.because}.")
        _fail("Nothing was imported.", FAILED)
    except ImportFailed as error:
        _fail(str(error), FAILED)
    typer.echo(summary(done))


@sandbox.command("serve")
def sandbox_serve(  # noqa: PLR0913  # one parameter for each option
    *,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on.")] = 8010,
    seed: Annotated[int, typer.Option(help="Another seed, other homes.")] = 1,
    today: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="The day the homes are seeded around."),
    ] = None,
    homes: Annotated[int, typer.Option(min=0, help="Homes beside those of the people.")] = 50,
    latency_ms: Annotated[int, typer.Option(min=0, help="Added to every ServiceTitan call.")] = 0,
    webhook_url: Annotated[str | None, typer.Option(help="Where events are sent.")] = None,
    webhook_key: Annotated[str | None, typer.Option(help="What signs the events.")] = None,
    public_url: Annotated[
        str | None, typer.Option(help="Its own address, where it is not http://HOST:PORT.")
    ] = None,
    while_stdin_open: Annotated[bool, typer.Option("--while-stdin-open", hidden=True)] = False,
) -> None:
    """Serve the sandbox alone."""
    from adapters.sandbox.app import create_sandbox
    from adapters.sandbox.options import SandboxOptions
    from gateway.demo.leash import end_with_stdin
    from gateway.logs import configure_logging
    from gateway.serving import listen, port_of, serve_until_told

    configure_logging("warning")
    with _told():
        listener = listen(host, port)
    options = SandboxOptions(
        seed=seed,
        today=today.date() if today else None,
        homes=homes,
        latency_ms=latency_ms,
        public_url=public_url or f"http://{host}:{port_of(listener)}",
        webhook_url=webhook_url,
        webhook_key=webhook_key,
    )
    if while_stdin_open:
        end_with_stdin()
    else:
        _say(f"The sandbox is at {options.public_url}; its people: /_sandbox/people")
    serve_until_told(create_sandbox(options), listener)


@sandbox.command("token")
def sandbox_token(
    *,
    email: Annotated[str, typer.Option(help="Whose token; known to the sandbox or not.")],
    staff: Annotated[bool, typer.Option("--staff", help="A token for the staff console.")] = False,
    sandbox_url: Annotated[str, typer.Option(help="Where the sandbox is.")] = SANDBOX_URL,
) -> None:
    """Print a bearer token, alone on one line."""
    from gateway.demo.failure import DemoFailed
    from gateway.demo.tokens import sandbox_token

    try:
        typer.echo(sandbox_token(sandbox_url, email, staff=staff))
    except DemoFailed as error:
        _fail(str(error), FAILED)
