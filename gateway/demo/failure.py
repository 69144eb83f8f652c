"""Why a demo cannot go on."""


class DemoFailed(Exception):  # noqa: N818  # told to a person
    """A part of the demo does not stand; the message is a sentence."""
