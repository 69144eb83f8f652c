"""The log as it was, and a log to read."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from typing import Any

import pytest

from gateway.logs import configure_logging
from tests.databases import postgresql

__all__ = ["postgresql"]

Lines = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What a configured log has written to standard error so far, line by line."""
    written = io.StringIO()
    with redirect_stderr(written):
        configure_logging("info")
        yield lambda: [json.loads(text) for text in written.getvalue().splitlines()]
