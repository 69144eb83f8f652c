"""The objects an answer is made of: one small class for each list of response keys."""

from functools import lru_cache
from typing import Any

import msgspec

View = msgspec.Struct
Holder = View | list[Any]
"""What holds a place of the answer."""

_REMEMBERED = 4096


def slot_of(index: int) -> str:
    """Return the attribute of a view that holds its answer number `index`."""
    return f"f{index}"


@lru_cache(_REMEMBERED)
def view_class(keys: tuple[str, ...]) -> type[View]:
    """Return the class whose objects JSON shows under these keys, in this order.

    No view is part of a circle, so that the collector need not look at any.
    """
    slots = [(slot_of(index), Any) for index in range(len(keys))]
    names = {slot_of(index): key for index, key in enumerate(keys)}
    return msgspec.defstruct("View", slots, rename=names, gc=False, eq=False)


def entries(holder: Holder) -> list[tuple[str | int, str | int, Any]]:
    """Return (slot, response key, value) of all that stands here, in the answer's order."""
    if isinstance(holder, list):
        return [(index, index, value) for index, value in enumerate(holder)]
    names = zip(holder.__struct_fields__, holder.__struct_encode_fields__, strict=True)
    return [(slot, key, getattr(holder, slot)) for slot, key in names]


def put(holder: Holder, slot: str | int, value: object) -> None:
    """Let this stand there."""
    if isinstance(holder, list):
        holder[int(slot)] = value
    else:
        setattr(holder, str(slot), value)


def plain(value: object) -> Any:  # noqa: ANN401  # whatever JSON may hold
    """Return an answer as dicts and lists alone, as graphql-core would have given it."""
    if isinstance(value, msgspec.Raw):
        return msgspec.json.decode(value)
    if isinstance(value, View):
        return {str(key): plain(held) for _, key, held in entries(value)}
    if type(value) is list:
        return [plain(held) for held in value]
    return value
