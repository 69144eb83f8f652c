"""Why ServiceTitan did not answer, sorted by what the caller can do next.

UpstreamError
├── UpstreamUnavailable    ask again later: no connection, too slow, out of order
│   └── NobodyWaits        whoever asked has left, and it was not asked
├── UpstreamBusy           ask again after `retry_after_ms`: too many calls (429)
├── BudgetSpent            ask for less: the operation has made all the calls it may
├── WriteUnknown           it was told to do something, and may have: only reading tells
└── UpstreamRejected       asking again will not help: refused, unreadable, or not what was asked
    ├── QuestionRefused    nor will it, as it stands; of several values, fewer may be answered
    └── WriteRefused       it was told to do something, and certainly did not

Messages may be shown to anybody: they name the resource, never an address, a token, an id or a
row's value.
"""


class UpstreamError(Exception):
    """No answer that may be used. An answer is whole or it is one of these."""


class UpstreamUnavailable(UpstreamError):  # noqa: N818  # a state of ServiceTitan's, told to the client
    """ServiceTitan could not be reached, or not in time, or it failed on its own account."""


class NobodyWaits(UpstreamUnavailable):
    """Whoever asked is gone: ServiceTitan was not asked, or its answer not waited for."""

    def __init__(self) -> None:
        super().__init__("This was not asked to its end. Ask again.")


class UpstreamBusy(UpstreamError):  # noqa: N818  # as above
    """ServiceTitan asked for a pause that is longer than this caller can wait."""

    def __init__(self, message: str, retry_after_ms: int) -> None:
        super().__init__(message)
        self.retry_after_ms = retry_after_ms


class BudgetSpent(UpstreamError):  # noqa: N818  # a state of the operation's, told to the client
    """The operation has made `ceiling` calls to ServiceTitan, and may make no more."""

    def __init__(self, ceiling: int) -> None:
        super().__init__(f"This operation needs more than {ceiling} calls to ServiceTitan.")
        self.ceiling = ceiling


class UpstreamRejected(UpstreamError):  # noqa: N818  # as above
    """ServiceTitan refused the question, or its answer cannot be trusted."""


class QuestionRefused(UpstreamRejected):
    """ServiceTitan refused these values (400, 404, 409).

    One bad id has all refused that were asked with it.
    """


class WriteUnknown(UpstreamError):  # noqa: N818  # a state of what ServiceTitan was told to do
    """The answer was lost, or cannot be read: what it was told to do may be done, or may yet be."""


class WriteRefused(UpstreamRejected):
    """ServiceTitan will not do it as it was told; `status` is the answer's."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status
