"""What a call says of the module that it was made to."""

import asyncio

from adapters.servicetitan.errors import UpstreamRejected, UpstreamUnavailable, WriteUnknown
from adapters.servicetitan.retries import Transient
from adapters.servicetitan.wire import Unreadable

_BROKEN = 500


class Watched:
    """How a call went: `outcome` is its status, or a word.

    `is_failure`, of the module: no connection or a broken one, an answer of 5xx, one that is none
    of the API's, or none in time. A refusal (4xx) is an answer. None where nothing can be said,
    because whoever asked has left.
    """

    def __init__(self) -> None:
        self.outcome = "left"
        self.is_failure: bool | None = None

    def answered(self, status: int) -> None:
        """Take in that there is an answer."""
        self.outcome, self.is_failure = str(status), status >= _BROKEN

    def ended(self, error: BaseException, *, is_late: bool) -> None:
        """Take in what was raised; `is_late` says that the time to answer was over."""
        match error:
            case Transient():
                self.outcome, self.is_failure = "unreachable", True
            case Unreadable():
                self.outcome, self.is_failure = "unreadable", True
            case UpstreamRejected():
                self.outcome, self.is_failure = "too long", False
            case WriteUnknown():
                self.outcome, self.is_failure = "unknown", True
            case UpstreamUnavailable():
                self.outcome, self.is_failure = "slow", True
            case asyncio.CancelledError() if is_late:
                self.outcome, self.is_failure = "slow", True
