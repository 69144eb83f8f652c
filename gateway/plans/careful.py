"""The meaning of a plan, told slowly: values are completed one by one, and every failure is noted.

Generated code knows only how things go well. Where anything else happens in a part of the answer,
that part is thrown away and made again here; plain functions of models may be called twice for it.
"""

from collections.abc import Mapping
from types import CoroutineType
from typing import Any, NamedTuple, Protocol

from graphql import (
    GraphQLAbstractType,
    GraphQLError,
    GraphQLResolveInfo,
    Undefined,
    default_type_resolver,
)
from graphql.pyutils import inspect, is_awaitable, is_iterable

from gateway.plans.sources import Kind
from gateway.plans.tree import Field, Place, Selection, Shape
from gateway.plans.unplannable import Surprise
from gateway.plans.views import Holder, View

Waiting = Mapping[int, tuple[list[Any], list[Any]]]
"""By number of a selection: the models that wait for its later fields, and their views."""


class Noted(NamedTuple):
    """A failure, and where it left a null for now."""

    holder: Holder
    slot: str | int
    place: Place
    error: Exception


class Asking(Protocol):
    """What a request can be asked while a part of its answer is made."""

    noted: list[Noted]

    def ask(self, field: Field, parent: object) -> Any:  # noqa: ANN401  # whatever the field gives
        """Return the raw value of an inline field of one parent."""

    def raw_info(self, field: Field) -> GraphQLResolveInfo[Any]:
        """Return what graphql-core tells resolvers, but the path."""


class Careful:
    """Makes parts of one request's answer."""

    def __init__(self, request: Asking, waiting: Waiting) -> None:
        self._request = request
        self._waiting = waiting

    def value(self, place: Place, raw: object, holder: Holder, slot: str | int) -> Any:  # noqa: ANN401  # a part of an answer
        """Return the completed value; null, and a note, where it fails."""
        try:
            return self._completed(place, raw)
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told in the answer
            self._request.noted.append(Noted(holder, slot, place, error))
            return None

    def view(self, selection: Selection, parent: object) -> View:
        """Return the view of one object; its later fields are null until they are answered."""
        view = selection.view(*(None,) * len(selection.fields))
        for one in selection.now:
            setattr(view, one.slot, self._field(one, parent, view))
        if selection.later:
            models, views = self._waiting[selection.number]
            models.append(parent)
            views.append(view)
        return view

    def _field(self, field: Field, parent: object, view: View) -> Any:  # noqa: ANN401  # as value
        if field.source.kind is Kind.TYPENAME:
            return field.parent.name
        try:
            raw = self._request.ask(field, parent)
        except Exception as error:  # noqa: BLE001  # as value
            raw = error
        return self.value(field.place, raw, view, field.slot)

    def _completed(self, place: Place, raw: Any) -> Any:  # noqa: ANN401  # as value
        if is_awaitable(raw):
            give_up(raw)
            raise Surprise(f"something to wait for where {place.field.title} gives a value")
        if isinstance(raw, Exception):
            raise raw
        if raw is None or raw is Undefined:
            if place.nullable:
                return None
            raise TypeError(f"Cannot return null for non-nullable field {place.field.title}.")
        match place.shape:
            case Shape.LEAF:
                return leaf(place, raw)
            case Shape.LIST:
                return self._list(place, raw)
            case Shape.OBJECT:
                return self._checked(next(iter(place.selections.values())), raw)
            case Shape.ABSTRACT:
                return self._checked(self._kind(place, raw), raw)

    def _list(self, place: Place, raw: Any) -> list[Any]:  # noqa: ANN401  # as value
        if hasattr(raw, "__aiter__"):
            raise Surprise(f"{place.field.title} gives what is walked asynchronously")
        if not is_iterable(raw):
            raise GraphQLError(
                f"Expected Iterable, but did not find one for field '{place.field.title}'."
            )
        item = place.item
        items: list[Any] = []
        for index, one in enumerate(_walked(raw)):
            items.append(None)
            items[index] = self.value(item, one, items, index) if item else None
        return items

    def _kind(self, place: Place, raw: object) -> Selection:
        of: GraphQLAbstractType = place.type
        resolve = of.resolve_type or default_type_resolver
        name = resolve(raw, self._request.raw_info(place.field), of)
        if not isinstance(name, str) or name not in place.selections:
            raise Surprise(f"{of} is {inspect(name)}")
        return place.selections[name]

    def _checked(self, selection: Selection, raw: object) -> View:
        place, is_type_of = selection.place, selection.type.is_type_of
        if is_type_of is not None and place is not None:
            verdict = is_type_of(raw, self._request.raw_info(place.field))
            if is_awaitable(verdict):
                raise Surprise(f"{selection.type} has to wait to know its own")
            if not verdict:
                raise GraphQLError(
                    f"Expected value of type '{selection.type}' but got: {inspect(raw)}.",
                    place.field.nodes,
                )
        return self.view(selection, raw)


def give_up(waiting: object) -> None:
    """Close what nobody will wait for: its resolver is called again."""
    if isinstance(waiting, CoroutineType):
        waiting.close()


def _walked(raw: Any) -> list[Any]:  # noqa: ANN401  # something that can be walked
    """Return all that it gives; graphql-core says best what it means that it fails half-way."""
    items = iter(raw)
    try:
        return list(items)
    except Exception as error:
        raise Surprise("a list that fails while it is walked") from error


def leaf(place: Place, raw: object) -> Any:  # noqa: ANN401  # whatever the scalar makes of it
    """Return a scalar's or an enum's value; raises what it raises, and TypeError for a null."""
    told = place.type.coerce_output_value(raw)
    if told is None or told is Undefined:
        raise TypeError(
            f"Expected `{place.type}.coerce_output_value({inspect(raw)})` to return "
            f"non-nullable value, returned: {inspect(told)}"
        )
    return told
