"""Why a request's credentials do not make a viewer.

InvalidToken            401: sign in again
└── UnknownKey          401: signed by a key that the identity provider does not publish
KeysUnavailable         503: ask again soon, the identity provider's keys cannot be read
"""


class InvalidToken(Exception):  # noqa: N818  # the word of RFC 6750
    """A credential that does not verify; `reason` is for the log and holds nothing of the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UnknownKey(InvalidToken):
    """No published key goes by the token's key id."""


class KeysUnavailable(Exception):  # noqa: N818  # a state, told to the client
    """No key to verify with: the identity provider was never read, or not for a day."""
