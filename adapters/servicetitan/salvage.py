"""What can be read of a row that does not follow the specification, field by field."""

from collections import Counter
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from adapters.servicetitan.model import Model, readable_money, without_none

M = TypeVar("M", bound=Model)

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_PARTS = msgspec.json.Decoder(list[msgspec.Raw])


class Unreadable(ValueError):  # noqa: N818  # the word for it
    """A row without its id or its owner, or no row at all."""


def salvage(model: type[M], raw: msgspec.Raw, path: str, oddities: Counter[str]) -> M:
    """Read a row, each optional field that cannot be read by its default.

    Every such field is counted in `oddities` under `path.field`. Raises `Unreadable` where a
    required one is missing: part of a row that is somebody's must not pass for nobody's.
    """
    told = _members(raw, path)
    kept: dict[str, Any] = {}
    for field in _fields(model):
        where = f"{path}.{field.name}"
        if field.encode_name not in told:
            if field.required:
                raise Unreadable(where)
            continue
        try:
            kept[field.name] = _read(field.type, told[field.encode_name], where, oddities)
        except (msgspec.DecodeError, ValueError):
            if field.required:
                raise Unreadable(where) from None
            oddities[where] += 1
    return model(**kept)


def _members(raw: msgspec.Raw, path: str) -> dict[str, msgspec.Raw]:
    try:
        return _MEMBERS.decode(raw)
    except msgspec.DecodeError:
        raise Unreadable(path) from None


def _read(annotation: Any, raw: msgspec.Raw, path: str, oddities: Counter[str]) -> Any:  # noqa: ANN401  # whatever the field holds
    try:
        value = _decoder(annotation).decode(raw)
    except msgspec.ValidationError:
        part, many = _part_of(annotation)
        if part is None:
            raise
        if many:
            return tuple(salvage(part, each, path, oddities) for each in _PARTS.decode(raw))
        return salvage(part, raw, path, oddities)
    return readable_money(value) if isinstance(value, Decimal) else value


@cache
def _part_of(annotation: object) -> tuple[type[Model] | None, bool]:
    """Find the model inside a field, and whether the field holds several of it."""
    bare, _ = without_none(annotation)
    many = get_origin(bare) is tuple
    kind = get_args(bare)[0] if many else bare
    return (kind if isinstance(kind, type) and issubclass(kind, Model) else None), many


@cache
def _fields(model: type[Model]) -> tuple[msgspec.structs.FieldInfo, ...]:
    return msgspec.structs.fields(model)


@cache
def _decoder(annotation: Any) -> msgspec.json.Decoder[Any]:  # noqa: ANN401  # any field's type
    return msgspec.json.Decoder(annotation)
