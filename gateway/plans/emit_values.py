"""How the values of a plan's answer are made, as Python source.

Each method says the lines it needs, and returns an expression for what they made. Response keys,
field names and arguments never become source: they are constants of the generated module.
"""

from typing import Any, NoReturn

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLString,
    Undefined,
    default_type_resolver,
)
from graphql.pyutils import is_awaitable

from gateway.plans.arguments import Arguments
from gateway.plans.careful import give_up, leaf
from gateway.plans.keeping import Keeper, Table, is_steady, is_worth_keeping
from gateway.plans.lists import Listed
from gateway.plans.sources import Kind, takes
from gateway.plans.tree import Field, Place, Selection, Shape
from gateway.plans.unplannable import Careful

_DEEPEST = 12
"""How deep blocks are nested before an object has a function of its own; Python has its limit."""

_BUILT_IN: dict[object, type] = {
    GraphQLString: str,
    GraphQLBoolean: bool,
    GraphQLInt: int,
    GraphQLFloat: float,
}


class Values:
    """Writes source for places, objects and fields; `apart` are the objects still to be written.

    What rows show by themselves is kept by `keeper` in `tables`. `lists` are those that are kept
    whole, of the selections in `kept_lists`: `may_wait` says whether source may await that here.
    """

    def __init__(self, arguments: list[Arguments], keeper: Keeper) -> None:
        self.arguments = arguments
        self.lines: list[str] = []
        self.apart: list[Selection] = []
        self.tables: list[Table] = []
        self.names: dict[str, Any] = {"Careful": Careful, "USUAL": _USUAL, "SEQUENCE": sequence}
        self.lists: list[Place] = []
        self.kept_lists: set[int] = set()
        self.may_wait = False
        self.names |= {"CHECK": check, "REFUSE": refuse, "KEEP": keeper.keep}
        self._is_kept = False

    def say(self, depth: int, *lines: str) -> None:
        """Write lines at this depth."""
        self.lines += ["    " * depth + line for line in lines]

    def constant(self, name: str, value: object) -> str:
        """Let this name mean this value."""
        self.names[name] = value
        return name

    def value(self, place: Place, given: str, depth: int) -> str:
        """Complete what the expression `given` gives."""
        if place.shape is Shape.LEAF:
            return self.leaf(place, given)
        number = _number(place)
        made, held = f"o{number}", f"x{number}"
        self.say(depth, f"{held} = {given}")
        if place.nullable:
            self.say(depth, f"if {held} is None: {made} = None", "else:")
            depth += 1
        if place.shape is Shape.LIST:
            self.list(place, held, made, depth)
        elif place.shape is Shape.ABSTRACT:
            self.abstract(place, held, made, depth)
        else:
            self.one(next(iter(place.selections.values())), held, made, depth)
        return made

    def list(self, place: Place, held: str, made: str, depth: int) -> None:
        """Complete each item of a list."""
        item = place.item
        if item is None:
            raise AssertionError("a list without its items")
        each = f"y{_number(item)}"
        self.say(depth, f"if type({held}) is not list: {held} = SEQUENCE({held})")
        if item.shape is Shape.LEAF:
            self.say(depth, f"{made} = [{self.leaf(item, each)} for {each} in {held}]")
            return
        if self.may_wait and not self._is_kept and item.shape is Shape.OBJECT:
            depth += self.listed(item, held, made, depth)
        self.say(depth, f"{made} = []", f"for {each} in {held}:")
        self.say(depth + 1, f"{made}.append({self.value(item, each, depth + 1)})")

    def listed(self, item: Place, held: str, made: str, depth: int) -> int:
        """Take what a whole list showed, where it is kept; how much deeper goes the rest?"""
        selection = next(iter(item.selections.values()))
        if selection.number not in self.kept_lists:
            return 0
        self.lists.append(item)
        number = selection.number
        name = self.constant(f"L{number}", Listed(item.field.title))
        self.say(depth, f"{made} = await rt.shown({name}, l{number}, {held})")
        self.say(depth, f"if {made} is None:")
        return 1

    def abstract(self, place: Place, held: str, made: str, depth: int) -> None:
        """Complete an object of which only its value knows the type."""
        field = place.field
        resolve = self.constant(
            f"D{field.number}", place.type.resolve_type or default_type_resolver
        )
        of = self.constant(f"X{field.number}", place.type)
        info = f"rt.raw_info({self.constant(f'F{field.number}', field)})"
        self.say(depth, f"CHECK({held})", f"n = {resolve}({held}, {info}, {of})")
        word = "if"
        for name, selection in place.selections.items():
            self.say(depth, f"{word} n == {name!r}:")
            self.one(selection, held, made, depth + 1)
            word = "elif"
        self.say(depth, "else: raise Careful")

    def one(self, selection: Selection, held: str, made: str, depth: int) -> None:
        """Make an object's view here, or in a function of its own."""
        if depth < _DEEPEST:
            self.object(selection, held, made, depth)
            return
        self.apart.append(selection)
        self.say(depth, f"{made} = b{selection.number}({held}, rt{self.passed(selection)})")

    def object(self, selection: Selection, held: str, made: str, depth: int) -> None:
        """Make an object's view, and let it wait where it has later fields."""
        kept: dict[int, str] = {}
        if not self._is_kept and is_worth_keeping(selection):
            kept = self.kept(selection, held, depth)
        else:
            self.guard(selection, held, depth)
        parts = [
            kept.get(field.number) or self.now(field, held, depth)
            if field.source.is_inline
            else "None"
            for field in selection.fields
        ]
        view = self.constant(f"V{selection.number}", selection.view)
        self.say(depth, f"{made} = {view}({', '.join(parts)})")
        if selection.later:
            number = selection.number
            self.say(depth, f"p{number}.append({held}); q{number}.append({made})")

    def kept(self, selection: Selection, held: str, depth: int) -> dict[int, str]:
        """Take what a row shows by itself from its table, or put it there; say where it stands."""
        table = f"K{selection.number}"
        if table not in self.names:
            self.tables.append({})
            self.constant(table, self.tables[-1])
        row = f"k{selection.number}"
        steady = [one for one in selection.fields if is_steady(one)]
        self.say(depth, f"{row} = {table}.get(id({held}))", f"if {row} is None:")
        self._is_kept = True
        self.guard(selection, held, depth + 1)
        parts = "".join(f"{self.now(one, held, depth + 1)}, " for one in steady)
        self._is_kept = False
        self.say(depth + 1, f"{row} = KEEP({table}, {held}, ({parts.rstrip()}))")
        return {one.number: f"{row}[{at}]" for at, one in enumerate(steady, 1)}

    def guard(self, selection: Selection, held: str, depth: int) -> None:
        """Let nothing pass for an object that is none of its type."""
        if selection.place is None:
            return
        is_type_of = selection.type.is_type_of
        model = getattr(is_type_of, "model", None)
        if isinstance(model, type):
            of = self.constant(f"M{selection.number}", model)
            self.say(depth, f"if not isinstance({held}, {of}): REFUSE({held})")
            return
        self.say(depth, f"if type({held}) not in USUAL: CHECK({held})")
        if is_type_of is not None:
            asked = self.constant(f"I{selection.number}", is_type_of)
            field = selection.place.field
            info = f"rt.raw_info({self.constant(f'F{field.number}', field)})"
            self.say(depth, f"if {asked}({held}, {info}) is not True: raise Careful")

    def now(self, field: Field, held: str, depth: int) -> str:
        """Complete a field that stands inside its object."""
        source = field.source
        if source.kind is Kind.TYPENAME:
            return repr(field.parent.name)
        if source.kind is Kind.ATTRIBUTE:
            return self.value(field.place, f"{held}.{source.name}", depth)
        given = [] if source.parent is None else [f"{source.parent}={held}".lstrip("=")]
        if source.info is not None:
            given.append(f"{source.info}=rt.info({self.constant(f'F{field.number}', field)})")
        constant = self.arguments[field.number].constant
        if constant is None:
            given.append(f"**rt.arguments({self.constant(f'F{field.number}', field)})")
        for name, value in (constant or {}).items():
            given.append(f"{name}={self.constant(f'C{field.number}_{name}', value)}")
        function = self.constant(f"R{field.number}", source.function)
        return self.value(field.place, f"{function}({', '.join(given)})", depth)

    def leaf(self, place: Place, given: str) -> str:
        """Return `value if it is as usual else serialize(value)`."""
        serialize = self.constant(f"S{_number(place)}", _strict(place))
        null, name = "", given
        if not given.isidentifier():
            name, given = "a", f"(a := {given})"
        if place.nullable:
            null, given = f"None if {given} is None else ", name
        of = place.type
        if of in _BUILT_IN:
            usual = f"type({given}) is {_BUILT_IN[of].__name__}{_also(of, name)}"
            return f"{null}{name} if {usual} else {serialize}({name})"
        if of is GraphQLID:
            return f"{null}{name} if type({given}) is str else {serialize}({name})"
        if isinstance(of, GraphQLEnumType) and isinstance(getattr(of, "wrapped_cls", None), type):
            return null + self.enum(place, given, name, serialize)
        taken = takes(of.coerce_output_value)
        if taken is None:
            return f"{null}{serialize}({given if not null else name})"
        kind = self.constant(f"A{_number(place)}", taken)
        told = self.constant(f"T{_number(place)}", of.coerce_output_value)
        usual = f"type({given}) is {kind} and (t := {told}({name})) is not None"
        return f"{null}t if {usual} else {serialize}({name})"

    def enum(self, place: Place, given: str, name: str, serialize: str) -> str:
        """Return an enum's name by its member's own, which is the quickest to look up."""
        of = place.type
        kind = self.constant(f"A{_number(place)}", of.wrapped_cls)
        told = {one._name_: _name_of(of, one) for one in of.wrapped_cls}
        names = self.constant(f"N{_number(place)}", told)
        usual = f"type({given}) is {kind} and (t := {names}[{name}._name_]) is not None"
        return f"t if {usual} else {serialize}({name})"

    def passed(self, selection: Selection) -> str:
        """Return the lists that a function of its own has to be given."""
        return "".join(f", p{one.number}, q{one.number}" for one in selection.waiting())


def _number(place: Place) -> str:
    """Return a name for a place of its field: the field's number, and how deep in lists."""
    depth, up = 0, place
    while up is not place.field.place and up.up is not None:
        depth, up = depth + 1, up.up
    return f"{place.field.number}" + (f"_{depth}" if depth else "")


def _also(of: object, name: str) -> str:
    """What else is asked of a number?"""
    if of is GraphQLInt:
        return f" and -2147483648 <= {name} <= 2147483647"
    return f" and {name} - {name} == 0.0" if of is GraphQLFloat else ""


# What generated code calls.

_USUAL: set[type] = set()
"""Classes whose objects are no exceptions and nothing to wait for: there are as many as models."""


def check(value: object) -> None:
    """Raise Careful for a null, an exception, or something to wait for."""
    if not _is_a_value(value):
        raise Careful
    if type(value).__module__ != "builtins":
        _USUAL.add(type(value))


def _is_a_value(value: object) -> bool:
    """Is this neither a null nor an exception, nor something to wait for?"""
    if is_awaitable(value):
        give_up(value)
        return False
    return value is not None and value is not Undefined and not isinstance(value, Exception)


def refuse(value: object) -> NoReturn:
    """Raise Careful for what is none of the usual."""
    give_up(value)
    raise Careful


def sequence(value: object) -> tuple[Any, ...]:
    """Return what can be walked again; raises Careful for anything else."""
    if type(value) is tuple:
        return value
    refuse(value)


def _name_of(of: GraphQLEnumType, member: object) -> str | None:
    """Return how this member is told; None where the enum does not tell it."""
    try:
        return str(of.coerce_output_value(member))
    except Exception:  # noqa: BLE001  # it is said again, and located, when the member is answered
        return None


def _strict(place: Place) -> Any:  # noqa: ANN401  # a function of a value
    def serialize(value: object) -> Any:  # noqa: ANN401  # as leaf
        if not _is_a_value(value):
            raise Careful
        return leaf(place, value)

    return serialize
