"""Why a payment processor did not do what it was asked, sorted by what the caller can do next.

ProcessorError
├── ProcessorRefused       it will not: nothing was taken, and asking again does not help
├── ProcessorUnavailable   it was not reached, or said it is out of order: nothing was taken by this
└── OutcomeUnknown         it may have been done: only asking how it stands tells

Messages may be shown to a payer: never a token, a secret, an account or an amount.
"""

from adapters.payments.kinds import DeclineCode


class ProcessorError(Exception):
    """The processor did not do what it was asked, as far as anybody here knows."""


class ProcessorRefused(ProcessorError):  # noqa: N818  # what it did, told to the payer
    """Refused for good; `code` says why, as far as the payer may know."""

    def __init__(self, message: str, code: DeclineCode = DeclineCode.DECLINED) -> None:
        super().__init__(message)
        self.code = code


class ProcessorUnavailable(ProcessorError):  # noqa: N818  # a state of the processor's
    """Not reached or out of order: what was asked was certainly not done by this request."""


class OutcomeUnknown(ProcessorError):  # noqa: N818  # a state of what was asked
    """The answer was lost: what was asked may have been done, or may yet be."""
