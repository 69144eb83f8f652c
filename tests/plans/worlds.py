"""Random worlds: models whose attributes are right most of the time, and wrong in every way else.

The same seed gives the same world, so that two executions see the same.
"""

import asyncio
import random
import zlib
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from graphql import (
    GraphQLEnumType,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)


class Color(Enum):
    """An enum whose values are no names."""

    RED = "r"
    GREEN = "g"
    BLUE = 3


class Text(str):
    """No plain string."""

    __slots__ = ()


class RefusedError(Exception):
    """An error that says more than its message."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.extensions = {"code": "REFUSED"}


class Walked:
    """A list that is none."""

    def __init__(self, items: list[Any]) -> None:
        self.items = items

    def __iter__(self) -> Any:  # noqa: ANN401  # an iterator
        return iter(self.items)


class Breaks(Walked):
    """A list that fails while it is walked."""

    def __iter__(self) -> Any:  # noqa: ANN401  # as Walked
        yield from self.items
        raise LookupError("cannot be walked")


class Later:
    """Something to wait for, as often as one likes."""

    def __init__(self, value: object) -> None:
        self.value = value

    def __repr__(self) -> str:
        return "Later"

    def __await__(self) -> Any:  # noqa: ANN401  # as Walked
        yield from asyncio.sleep(0).__await__()
        return self.value


@dataclass(frozen=True)
class World:
    """How often what goes wrong; `types` are the graph's types of the models' attributes."""

    seed: int
    types: dict[str, Any]
    wrong: float = 0.05
    null: float = 0.1
    fails: float = 0.04
    awaitable: float = 0.0
    waits: float = 0.3
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def dice(self, *key: object) -> random.Random:
        """Return the dice of one spot in this world."""
        return random.Random(zlib.crc32(repr((self.seed, *key)).encode()))  # noqa: S311  # no secret

    async def wait(self, *key: object) -> None:
        """Let others go first, now and then."""
        dice = self.dice("wait", *key)
        if dice.random() < self.waits:
            for _ in range(dice.randint(1, 3)):
                await asyncio.sleep(0)


class Blob:
    """A model that makes up its attributes, each time the same."""

    def __init__(self, world: World, key: tuple[Any, ...], depth: int = 0) -> None:
        self._world = world
        self._key = key
        self._depth = depth

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  # anything at all
        if name.startswith("_"):
            raise AttributeError(name)
        world, dice = self._world, self._world.dice(self._key, name)
        if dice.random() < world.wrong / 4:
            raise AttributeError(f"no {name} here")
        return _made(world, world.types[name], dice, (*self._key, name), self._depth + 1)

    def __repr__(self) -> str:
        return f"{type(self).__name__}{self._key}"


class Alpha(Blob):
    """Shown as Alpha."""


class SubAlpha(Alpha):
    """Shown as Alpha too."""


class Beta(Blob):
    """Shown as Beta."""


class Gamma(Blob):
    """Shown as Gamma."""


class Delta(Blob):
    """Shown as Delta, which asks for no model."""


KINDS: dict[str, type[Blob]] = {"Alpha": Alpha, "Beta": Beta, "Gamma": Gamma, "Delta": Delta}


def _made(world: World, of: Any, dice: random.Random, key: tuple[Any, ...], depth: int) -> Any:  # noqa: ANN401  # as Blob
    roll = dice.random()
    if roll < world.fails:
        return (RefusedError if roll < world.fails / 2 else ValueError)(f"fails at {key}")
    if roll < world.fails + world.awaitable:
        return Later(_made(world, of, dice, (*key, "later"), depth))
    return _given(world, of, dice, key, depth)


def _given(world: World, of: Any, dice: random.Random, key: tuple[Any, ...], depth: int) -> Any:  # noqa: ANN401  # as Blob
    if is_non_null_type(of):
        if dice.random() < world.wrong:
            return None
        of = of.of_type
    elif dice.random() < world.null:
        return None
    wrong = dice.random() < world.wrong
    if is_list_type(of):
        return _list(world, of, dice, key, depth, wrong=wrong)
    if is_leaf_type(of):
        return dice.choice(_WRONG) if wrong else _leaf(of, dice)
    return _object(world, of, dice, key, depth, wrong=wrong)


def _list(
    world: World,
    of: Any,  # noqa: ANN401  # a type of the graph
    dice: random.Random,
    key: tuple[Any, ...],
    depth: int,
    *,
    wrong: bool,
) -> Any:  # noqa: ANN401  # as Blob
    if wrong:
        return dice.choice(["text", 5, {"a": 1}, None, object, Breaks([])])
    size = dice.randint(0, 3 if depth < 4 else 1)
    items = [_made(world, of.of_type, dice, (*key, index), depth) for index in range(size)]
    return dice.choice([list, list, list, tuple, Walked])(items)


def _object(
    world: World,
    of: Any,  # noqa: ANN401  # as _list
    dice: random.Random,
    key: tuple[Any, ...],
    depth: int,
    *,
    wrong: bool,
) -> Any:  # noqa: ANN401  # as Blob
    named = get_named_type(of).name
    kind: Any
    if wrong:
        kind = dice.choice([*KINDS.values(), dict, int])
    elif named in KINDS:
        kind = KINDS[named]
    else:
        kind = dice.choice([Alpha, Beta, Gamma])
    if kind is Alpha and dice.random() < 0.2:
        kind = SubAlpha
    return kind(world, key, depth) if issubclass(kind, Blob) else kind()


_WRONG: list[Any] = [
    *(5, 2**31, -(2**31), -(2**31) - 1, 2**40, 1.5, 1.0, float("nan"), float("inf")),
    *("text", "", True, b"b", [], {}, object, Color.RED, Text("sub"), "r", 3, ValueError),
]


def _leaf(of: Any, dice: random.Random) -> Any:  # noqa: ANN401  # as Blob
    if isinstance(of, GraphQLEnumType):
        return dice.choice(list(Color))
    values: dict[str, Any] = {
        "String": f"s{dice.randint(0, 99)}",
        "ID": dice.choice([dice.randint(1, 99), "id"]),
        "Int": dice.randint(-5, 5),
        "Float": dice.choice([1.5, 2, -0.25]),
        "Boolean": dice.random() < 0.5,
        "Shouted": f"w{dice.randint(0, 9)}",
        "Loose": dice.choice([1, "l", [1, {"a": None}]]),
    }
    return values[of.name]
