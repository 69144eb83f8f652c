"""What the sandbox knows of one kind of record: where it is read, and how it may be asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from adapters.sandbox.filters import Filter
from adapters.sandbox.rows import Raw, Shape

#: By which parameter inactive rows are asked for; a list without one shows "none" or "any".
Activity = Literal["active", "activeState", "none", "any"]

USUAL_SORTS = ("Id", "CreatedOn", "ModifiedOn")


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One kind of record, as a table of facts.

    `name` is the control plane's, `path` ServiceTitan's, under `/{module}/v2/tenant/{tenant}/`.
    `defaults` make a row complete, `elements` the parts of its lists.
    `sorts` are the fields it may be sorted by, `sorting` the parameters that say so.
    `unlisted`, `undetailed`, `unexported`: columns that the list, the record by id and the
    feed do not have. `on_request`: columns that are null unless a boolean parameter asks.
    `demands`: parameters of which one must be given. `singled`: served by id as well.
    """

    name: str
    module: str
    path: str
    defaults: Raw
    elements: Mapping[str, Raw] = field(default_factory=dict)
    filters: tuple[Filter, ...] = ()
    sorts: tuple[str, ...] = USUAL_SORTS
    sorting: tuple[Literal["sort", "orderBy"], ...] = ("sort",)
    activity: Activity = "active"
    singled: bool = True
    fed: bool = True
    feed_activity: str | None = None
    unlisted: frozenset[str] = frozenset()
    undetailed: frozenset[str] = frozenset()
    unexported: frozenset[str] = frozenset()
    on_request: Mapping[str, str] = field(default_factory=dict)
    demands: tuple[str, ...] = ()
    confusions: tuple["Confusion", ...] = ()

    def listed(self, query: Mapping[str, str]) -> Shape:
        """Return the shape of a listed row; what is on request stays null unless asked for."""
        kept = (name for name, asks in self.on_request.items() if query.get(asks) != "true")
        return Shape(self.unlisted, frozenset(kept))

    def detailed(self, query: Mapping[str, str]) -> Shape:
        """Return the shape of a record by id."""
        return Shape(self.undetailed, self.listed(query).blank)

    def exported(self) -> Shape:
        """Return the shape of a row in the feed."""
        return Shape(self.unexported, frozenset(self.on_request))


@dataclass(frozen=True, slots=True)
class Confusion:
    """Parameters that ServiceTitan was seen to confuse when they meet (facts.md g11)."""

    first: str
    others: tuple[str, ...]
    then: Literal["no rows", "unsorted"]

    def caused_by(self, query: Mapping[str, str]) -> bool:
        """Do these parameters meet in this query?"""
        return self.first in query and any(name in query for name in self.others)
