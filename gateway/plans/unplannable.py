"""Why something is left to graphql-core: before it runs, and while it runs."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a query was left to graphql-core, in a word that metrics tell."""

    OPERATION = "operation"
    """It is no query, or there is not exactly one by its name."""
    INTROSPECTION = "introspection"
    DIRECTIVE = "directive"
    SIZE = "size"
    FIELD = "field"
    """A field is answered in a way that plans do not know."""
    VARIABLES = "variables"
    """A variable is wrong, and graphql-core says so."""
    SURPRISE = "surprise"


class Unplannable(Exception):  # noqa: N818  # no error: graphql-core answers it
    """This operation is left to graphql-core; the message says why, and `reason` in a word."""

    def __init__(self, message: str, reason: Reason = Reason.FIELD) -> None:
        super().__init__(message)
        self.reason = reason


class Surprise(BaseException):
    """Something a plan does not do came up while it ran: graphql-core runs the query instead.

    No Exception, so that no resolver takes it for an error of its own.
    """


class Careful(Exception):  # noqa: N818  # no error: the part is made again, slowly
    """Generated code came upon something that is not as usual."""
