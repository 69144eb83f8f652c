"""What holds for the whole suite: with REQUIRE_ALL=1 a skip is a failure."""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

COMPILED = {"1": "on", "0": "off"}.get(os.environ.get("COMPILED", ""))
"""How every gateway that is told nothing else runs queries: by plans, or by graphql-core.

Neither is said: as the settings have it.
"""

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
def compiled() -> Iterator[None]:
    """Let the whole suite run either way, in the processes that tests start too."""
    if COMPILED is None:
        yield
        return
    from gateway.settings import Settings  # noqa: PLC0415  # a test of something small needs none

    def is_compiled(told: Settings) -> bool:
        chosen = told.compiled if "compiled" in told.model_fields_set else COMPILED
        return chosen == "on"

    with pytest.MonkeyPatch.context() as way:
        way.setenv("PORTAL_COMPILED", COMPILED)
        way.setattr(Settings, "is_compiled", property(is_compiled))
        yield


@pytest.fixture(autouse=True)
def nobody_is_sent_away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let everybody wait who comes to a gateway of this process, however slow the machine is.

    Who is sent away is what tests/overload is about.
    """
    if "overload" not in request.path.parts:
        monkeypatch.setattr("gateway.http.overload.HANDFUL", 1_000_000)


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
