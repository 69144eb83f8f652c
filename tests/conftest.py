"""What holds for the whole suite: with REQUIRE_ALL=1 a skip is a failure."""

import asyncio
import logging
import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

WAYS = {"COMPILED": ("compiled", "is_compiled"), "KEPT": ("keep_answers", "keeps_answers")}
"""Settings that the whole suite can be run with on (1) or off (0), for every gateway that is told
nothing else; where neither is said it is as the settings have it."""

REQUIRE_ALL = os.environ.get("REQUIRE_ALL") == "1"
PASSED_OVER = "SERVICETITAN_SPECS"
"""ServiceTitan's published specifications are not ours to carry: without them a test may skip."""

PROCESSES = ("browser/", "bench_smoke/", "fleet/", "gateway/test_demo", "gateway/test_serving")
"""Where tests start processes of their own, and wait for them by the clock on the wall."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark those that a busy machine can fail."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).as_posix().startswith(PROCESSES):
            item.add_marker(pytest.mark.processes)


@pytest.fixture(autouse=True, scope="session")
def ways() -> Iterator[None]:
    """Let the whole suite run either way, in the processes that tests start too."""
    with pytest.MonkeyPatch.context() as way:
        for variable, (setting, told_by) in WAYS.items():
            if os.environ.get(variable) in {"0", "1"}:
                _go(way, setting, told_by, is_on=os.environ[variable] == "1")
        yield


def _go(way: pytest.MonkeyPatch, setting: str, told_by: str, *, is_on: bool) -> None:
    # A test of something small needs neither.
    from gateway.setting_kinds import Switch  # noqa: PLC0415
    from gateway.settings import Settings  # noqa: PLC0415

    def is_so(settings: Settings) -> bool:
        if setting in settings.model_fields_set:
            return getattr(settings, setting) is Switch.ON
        return is_on

    way.setenv(f"PORTAL_{setting.upper()}", "on" if is_on else "off")
    way.setattr(Settings, told_by, property(is_so))


@pytest.fixture(scope="session")
def migrated() -> Iterator[str]:
    """A database on PostgreSQL that the migrations made the tables of: others are its copies."""
    from tests.databases import migrated_on_server  # noqa: PLC0415  # as above

    with asyncio.Runner() as runner:
        made = migrated_on_server()
        yield runner.run(made.__aenter__())
        runner.run(made.__aexit__(None, None, None))


@pytest.fixture(autouse=True, scope="session")
def migrated_once() -> Iterator[None]:
    """Have the migrations make the tables of one database in memory, which all others copy.

    What has been spelled as SQL is not spelled again either.
    """
    ledger = sys.modules.get("adapters.ledger.ledger")
    if ledger is None:
        yield
        return
    from tests.quick_statements import engine_that_shares  # noqa: PLC0415  # as above
    from tests.quick_tables import migrate_once  # noqa: PLC0415  # as above

    with pytest.MonkeyPatch.context() as quick:
        quick.setattr(ledger, "migrate", migrate_once)
        quick.setattr(ledger, "engine_of", engine_that_shares)
        yield


@pytest.fixture(autouse=True)
def nobody_is_sent_away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody wait who comes to a gateway of this process, however slow the machine is.

    Who is sent away is what tests/overload is about.
    """
    if "overload" not in request.path.parts:
        monkeypatch.setattr("gateway.http.lanes.HANDFUL", 1_000_000)


@pytest.fixture(autouse=True, scope="session")
def feeds_are_read_where_told() -> Iterator[None]:
    """Have a gateway of this process begin to read feeds only where a house is told to, and often.

    It begins two seconds after its start, in the middle of whatever takes as long.
    """
    follower = sys.modules.get("adapters.changes.follower")
    with pytest.MonkeyPatch.context() as late:
        if follower is not None:
            late.setattr(follower, "FIRST_SECONDS", 3600.0)
        yield


@pytest.fixture(autouse=True)
def however_slow_the_machine_is(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have Redis take its time, but where its slowness is the matter, and feeds with it."""
    if "resilience" in request.path.parts:
        if (follower := sys.modules.get("adapters.changes.follower")) is not None:
            monkeypatch.setattr(follower, "FIRST_SECONDS", 2.0)
        return
    if (shared := sys.modules.get("adapters.cache.shared")) is not None:
        monkeypatch.setattr(shared, "PATIENCE_SECONDS", 5.0)


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a command or a test does to the log of the whole process."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip into a failure that says what is missing, where everything is required."""
    del item, call
    report = yield
    if REQUIRE_ALL and report.skipped and PASSED_OVER not in str(report.longrepr):
        report.outcome = "failed"
        report.longrepr = f"REQUIRE_ALL=1 allows no skip: {report.longrepr}"
    return report
