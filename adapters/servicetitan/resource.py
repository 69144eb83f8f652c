"""How a kind of record is asked for, and how a row proves that it answers and whose it is."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, Generic, TypeVar

from adapters.servicetitan.model import Model

M = TypeVar("M", bound=Model)

ALL = "all"
"""The key of small reference data that is asked for whole, with value 0."""

BLOCK = 50
"""How many values one comma list may carry: "maximum 50" in the specifications."""


def unsaid(_row: object) -> Collection[int]:
    """Stand for what rows answer that do not say it; to ask them is a mistake.

    Raises `LookupError`.
    """
    raise LookupError("these rows do not say which question they answer")


@dataclass(frozen=True, eq=False)
class Key(Generic[M]):
    """One way of asking: a query parameter, and what a row must say to be an answer to it.

    `answers(row)` gives every value of this key that the row answers: a payment answers for each
    invoice it was applied to. `block` is how many values one call may carry. An empty `parameter`
    sends none: the question is for every row.

    Where rows do not say, `answers` is `unsaid`. They are then asked for one value at a time and
    not compared with it, and who reads them takes only those that hang from records already seen
    to be of that value (decision 6). What changes of them may enter any such question.
    """

    parameter: str
    answers: Callable[[M], Collection[int]]
    block: int = 1

    def __post_init__(self) -> None:
        """Refuse a block whose rows nobody could deal."""
        if not self.is_proven and self.block != 1:
            raise ValueError(f"rows by {self.parameter} cannot be dealt: ask for one at a time")

    @property
    def is_proven(self) -> bool:
        """Whether a row says itself that it answers."""
        return self.answers is not unsaid


@dataclass(frozen=True, eq=False)
class Resource(Generic[M]):
    """A kind of record: where it is read, and by which keys its rows prove what they answer.

    `path` holds `{tenant}`. `fixed` parameters go with every call. A list that `is_paged` not comes
    in one piece, and knows no parameters for pages.
    `by_customer` and `by_location` name the keys under which an owner's rows are asked for.

    A *derived* resource has a `source`: it is asked as its source is, by its source's keys, the
    source's rows are compared with the question, and `project` makes each into a row of this
    resource, or into None where it has none. The client never fetches a derived resource.
    """

    name: str
    path: str
    model: type[M]
    keys: Mapping[str, Key[Any]]
    fixed: Mapping[str, str] = field(default_factory=dict)
    page_size: int = 1000
    is_paged: bool = True
    by_customer: str | None = None
    by_location: str | None = None
    source: "Resource[Any] | None" = None
    project: Callable[[Any], M | None] | None = None
    id_of: Callable[[M], int] = attrgetter("id")

    @property
    def is_proven(self) -> bool:
        """Whether a row says itself which of all questions it answers."""
        return all(key.is_proven for key in self.keys.values())


@dataclass(frozen=True, slots=True)
class Ask(Generic[M]):
    """A question: every row of `resource` whose `by` is `value`."""

    resource: Resource[M]
    by: str
    value: int


@dataclass(frozen=True, eq=False)
class Feed(Generic[M]):
    """A stream of everything that changed, active or not, read on from where it was left.

    A row of which one of the fields in `decisive` cannot be read is not read at all. `fixed`
    parameters go with every call.
    """

    name: str
    path: str
    model: type[M]
    decisive: frozenset[str] = frozenset()
    fixed: Mapping[str, str] = field(default_factory=dict)
