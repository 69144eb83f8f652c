"""A gateway that was told to end says so while it still answers: clients go elsewhere."""


class Leaving:
    """Has this process been told to end? Then each connection is closed by its next answer.

    Who is told so asks over another connection next, and loses nothing. One that is closed without
    a word may have a request on its way, which nobody may send twice.
    """

    def __init__(self) -> None:
        self.has_begun = False

    def begin(self) -> None:
        """Say so from now on."""
        self.has_begun = True

    def probe(self) -> str | None:
        """Why is it not ready (for /health/ready)?"""
        return "This gateway is being stopped: ask another." if self.has_begun else None
