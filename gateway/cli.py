"""The command line, `portal-gateway`: each command reads what it needs and hands on."""

import asyncio
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from gateway.commands.access import access
from gateway.commands.audit import audit
from gateway.commands.estimates import estimates
from gateway.commands.links import links
from gateway.commands.payments import payments
from gateway.commands.people import people
from gateway.commands.plan import plan
from gateway.commands.telling import (
    FAILED,
    configuration,
    fail,
    refuse_file,
    say,
    told,
)
from gateway.setting_spellings import origin

if TYPE_CHECKING:
    from gateway.checks.finding import Finding

SANDBOX_URL = "http://127.0.0.1:8010"
SITE_URL = "http://localhost:3000"
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
app.add_typer(access, name="access")
app.add_typer(links, name="links")
app.add_typer(audit, name="audit")
app.add_typer(payments, name="payments")
app.add_typer(estimates, name="estimates")
app.add_typer(people, name="people")
app.command()(plan)


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
    More than one worker needs Redis and PostgreSQL. One that ends is started again; signals are
    for the process that was started here, which passes them on.
    """
    with told():
        settings, policy = configuration()
        from gateway.logs import configure_logging
        from gateway.metrics.serving import metrics_listener, serving_metrics
        from gateway.serving import listen

        configure_logging(settings.log_level)
        if workers > 1:
            from gateway.fleet import Fleet, require_shared

            require_shared(settings)
            if settings.trusted_documents is not None or policy.trusted_documents.is_enforced:
                from gateway.choices import Choices
                from gateway.graph import checking
                from gateway.guard.opening import trusted_of

                trusted_of(settings, Choices(policy), checking)
            listener, metrics = listen(host, port), metrics_listener(settings)
            asyncio.run(Fleet(settings, listener, workers, metrics).run())
            return
        from gateway.app import create_app
        from gateway.choices import Choices
        from gateway.serving import serve_until_told, warn_of_memory

        warn_of_memory(settings.database_url)
        choices = Choices(policy, settings.policy_file)
        app = create_app(settings, choices)
        listener, metrics = listen(host, port), metrics_listener(settings)
        serve_until_told(
            app,
            listener,
            on_hangup=choices.read_again,
            beside=lambda: serving_metrics(metrics, app.state.metrics),
            drain=settings.drain_seconds,
        )


@app.command()
def demo(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The gateway's port.")] = 8000,
    sandbox_port: Annotated[int, typer.Option(min=0, max=65535, help="The sandbox's port.")] = 8010,
    site_url: Annotated[
        str, typer.Option(parser=origin, help="Where your front end is, as its origin.")
    ] = SITE_URL,
) -> None:
    """Run a gateway and a sandbox together; nothing to set, Ctrl-C stops both."""
    from rich.console import Console

    from adapters.sandbox.homes import BUSINESS_NAME, BUSINESS_PHONE, PEOPLE, SELLER, TIME_ZONE
    from adapters.sandbox.homes.people.jordan.planned import planned_visits
    from gateway.demo.failure import DemoFailed
    from gateway.demo.greeting import Guest
    from gateway.demo.policy_file import policy_text
    from gateway.demo.run import Demo, run_demo
    from gateway.logs import configure_logging

    configure_logging("warning")
    people = {person.email: person for person in PEOPLE}
    home = people["pat@example.com"].records["customers"][0]
    policy = policy_text(
        time_zone=TIME_ZONE,
        business=BUSINESS_NAME,
        phone=BUSINESS_PHONE,
        home=home,
        seller=SELLER,
    )
    guests = [Guest(person.email, person.shows) for person in PEOPLE]
    visits = planned_visits(datetime.now(ZoneInfo(TIME_ZONE)).date())
    demo = Demo(port, sandbox_port, policy, guests, _called(), visits, site_url)
    with told():
        try:
            run_demo(demo, Console())
        except DemoFailed as error:
            fail(str(error), FAILED)


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

    from gateway.checks.documents import check_documents
    from gateway.checks.payments import check_payments
    from gateway.checks.provider import check_provider, check_staff_provider
    from gateway.checks.report import print_report
    from gateway.checks.stores import check_stores
    from gateway.checks.upstream import check_upstream
    from gateway.checks.writes import check_writes
    from gateway.graph import checking
    from gateway.logs import configure_logging

    with told():
        settings, policy = configuration()
    configure_logging("error")

    async def ask() -> "list[Finding]":
        parts = (
            check_provider(settings.oidc_issuer),
            check_staff_provider(settings),
            check_upstream(settings.connection()),
            check_stores(settings),
            check_payments(settings),
        )
        return [finding for part in await asyncio.gather(*parts) for finding in part]

    beside = (*check_documents(settings, policy, checking), *check_writes(policy))
    findings = [*asyncio.run(ask()), *beside]
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
        fail(f"The schema is not the one in {check}.", FAILED)


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

    from adapters.ledger.office_file import BadFile
    from gateway.settings import read_database_url
    from gateway.visit_import import ImportFailed, import_visits, summary, visits_in

    with told():
        url = read_database_url(os.environ)
    try:
        done = import_visits(url, visits_in(file), Console(stderr=True))
    except BadFile as error:
        refuse_file(file.name, error.faults)
    except ImportFailed as error:
        fail(str(error), FAILED)
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
    payment_webhook_url: Annotated[
        str | None, typer.Option(help="Where the payment processor tells of payments.")
    ] = None,
    settle_seconds: Annotated[
        float | None,
        typer.Option(min=0, help="How long a bank transfer takes; else it waits for the controls."),
    ] = None,
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
    with told():
        listener = listen(host, port)
    options = SandboxOptions(
        seed=seed,
        today=today.date() if today else None,
        homes=homes,
        latency_ms=latency_ms,
        public_url=public_url or f"http://{host}:{port_of(listener)}",
        webhook_url=webhook_url,
        webhook_key=webhook_key,
        processor_webhook_url=payment_webhook_url,
        settle_seconds=settle_seconds,
    )
    if while_stdin_open:
        end_with_stdin()
    else:
        say(f"The sandbox is at {options.public_url}; its people: /_sandbox/people")
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
        fail(str(error), FAILED)
