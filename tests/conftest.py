"""What holds for the whole suite: with REQUIRE_ALL=1 a skip is a failure."""

import logging
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
import structlog

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
