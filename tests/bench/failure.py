"""Why a run cannot go on."""


class BenchFailed(Exception):  # noqa: N818  # told to a person
    """Something measured did not do what it must; the message is a sentence."""
