"""Which fragments spread which: their order, and what is reached; cycles are gone round once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

Spreads = Mapping[str, Sequence[str]]
"""The fragments that each fragment spreads; some of them may not be there."""


def in_order(fragments: Spreads) -> Iterator[str]:
    """Give each fragment behind those that it spreads; in a cycle, where it was entered last."""
    begun: set[str] = set()
    for first in fragments:
        if first in begun:
            continue
        begun.add(first)
        path = [(first, iter(fragments[first]))]
        while path:
            name, spreads = path[-1]
            following = next((of for of in spreads if of in fragments and of not in begun), None)
            if following is None:
                path.pop()
                yield name
            else:
                begun.add(following)
                path.append((following, iter(fragments[following])))


def reached_by(names: Iterable[str], fragments: Spreads) -> set[str]:
    """Return the fragments that are spread by these names, or by one that is."""
    reached: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in fragments and name not in reached:
            reached.add(name)
            todo += fragments[name]
    return reached
