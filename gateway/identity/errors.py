"""Why a request's credentials do not make a viewer.

InvalidToken            401: sign in again
├── UnknownKey          401: signed by a key that the identity provider does not publish
└── SessionEnded        401: the session of a cookie is over, and the cookie with it
NotAllowed              403: somebody else may do that
BadRequestHeader        400: ask differently
Unverifiable            503: ask again soon
├── KeysUnavailable     the identity provider cannot be read
└── SessionsUnavailable the ledger that holds the sessions does not answer
SignInRefused           told to the person who tried to sign in, on a page of its own
"""


class InvalidToken(Exception):  # noqa: N818  # the word of RFC 6750
    """A credential that does not verify; `reason` is for the log and holds nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKey(InvalidToken):
    """No published key goes by the token's key id."""


class SessionEnded(InvalidToken):
    """A session that is unknown, ended or too old; `clearing` is the Set-Cookie that ends it."""

    def __init__(self, reason: str, clearing: str) -> None:
        super().__init__(reason)
        self.clearing = clearing


class NotAllowed(Exception):  # noqa: N818  # a decision, told to the client
    """Known or not, this asker may not do that; the message may be shown, `reason` is logged."""

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class BadRequestHeader(Exception):  # noqa: N818  # as above
    """A header of ours that says nothing; the message may be shown to anybody."""


class Unverifiable(Exception):  # noqa: N818  # a state, told to the client
    """Nobody can be verified at the moment; the message is for the log."""


class KeysUnavailable(Unverifiable):
    """No key to verify with: the identity provider was never read, or not for a day."""


class SessionsUnavailable(Unverifiable):
    """The ledger does not tell whose session it is."""


class SignInRefused(Exception):  # noqa: N818  # as above
    """A sign-in that made no session; the message is shown, `reason` is logged.

    `lacks_role` is a person who is known and has no business here (403); else it is 400.
    """

    def __init__(self, message: str, reason: str, *, lacks_role: bool = False) -> None:
        super().__init__(message)
        self.reason = reason
        self.lacks_role = lacks_role
