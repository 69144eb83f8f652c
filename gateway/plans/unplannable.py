"""Why something is left to graphql-core: before it runs, and while it runs."""


class Unplannable(Exception):  # noqa: N818  # no error: graphql-core answers it
    """This operation is left to graphql-core; the message says why."""


class Surprise(BaseException):
    """Something a plan does not do came up while it ran: graphql-core runs the query instead.

    No Exception, so that no resolver takes it for an error of its own.
    """


class Careful(Exception):  # noqa: N818  # no error: the part is made again, slowly
    """Generated code came upon something that is not as usual."""
