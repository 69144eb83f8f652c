"""The log as it was, and a log to read."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest
import structlog

from gateway.logs import configure_logging
from tests.databases import postgresql

__all__ = ["postgresql"]

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Undo what a test does to the log of the whole process."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What a configured log has written to standard error so far, line by line."""
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        yield lambda: [json.loads(text) for text in written.getvalue().splitlines()]
