"""A record that another names: its id, and what it was called when it was printed."""

from adapters.servicetitan.model import Model


class Named(Model, frozen=True, kw_only=True):
    """Source: NamedFieldResponse (accounting)."""

    id: int
    name: str | None = None
