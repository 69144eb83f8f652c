"""Random valid documents: aliases, fragments of all kinds, directives, literals and variables."""

import json
import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_object_type,
    is_required_argument,
)

LITERALS = {
    "Int": ["1", "0", "-3", "7", "2"],
    "String": ['"a"', '"0"', '"x y"'],
    "ID": ['"1"', "7"],
    "Boolean": ["true", "false"],
}
VALUES: dict[str, Sequence[object]] = {
    "Int": [1, 0, -3, 7, 2, 2.0],
    "String": ["a", "0"],
    "ID": ["1", 7],
    "Boolean": [True, False],
}
WRONG: list[object] = [None, "zzz", 3.7, [], {}, True, 99999999999]
LARGEST_SELECTION = 5


class Writer:
    """Writes one document; `values` are its variables'.

    `told` are what is written for some scalars, each a JSON value, in place of the usual. Where
    queries begin is chosen of `roots`, where there are any: what stands there often is likelier.
    Of the arguments that may be left out, the share `given` is not.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        seed: int,
        without: frozenset[str],
        told: Mapping[str, Sequence[object]] = MappingProxyType({}),
        roots: Sequence[str] = (),
        given: float = 0.5,
    ) -> None:
        self.schema = schema
        self.literals = LITERALS | {name: list(map(json.dumps, of)) for name, of in told.items()}
        self.scalars = VALUES | dict(told)
        self.random = random.Random(seed)  # noqa: S311  # no secret
        self.without = without
        self.roots = roots
        self.given = given
        self.values: dict[str, object] = {}
        self._variables: dict[str, tuple[str, str]] = {}
        self._fragments: list[tuple[str, Any, str]] = []
        self._aliases = 0

    def document(self, depth: int = 5) -> str:
        """Return the text."""
        body = self.selection(self.schema.query_type, depth)
        heads = ", ".join(f"${name}: {of}{told}" for name, (of, told) in self._variables.items())
        text = f"query Q({heads}) {body}" if heads else f"query Q {body}"
        parts = [text, *(fragment for _, _, fragment in self._fragments)]
        self.random.shuffle(parts)
        return "\n".join(parts)

    def chance(self, rate: float) -> bool:
        """Let the dice say."""
        return self.random.random() < rate

    def selection(self, of: Any, depth: int, *, inside: bool = False) -> str:  # noqa: ANN401  # a type of the graph
        """Ask something of a type."""
        count = self.random.randint(1, LARGEST_SELECTION)
        items = [self.item(of, depth, inside=inside) for _ in range(count)]
        if self.chance(0.2):
            items.append(self.random.choice(items))
        return "{ " + " ".join(items) + " }"

    def item(self, of: Any, depth: int, *, inside: bool) -> str:  # noqa: ANN401  # as selection
        """Ask one thing of a type."""
        roll = self.random.random()
        if roll < 0.08:
            return f"{self.alias()}__typename{self.directives()}"
        if roll < 0.2 and depth > 0:
            return self.inline(of, depth, inside=inside)
        if roll < 0.28 and depth > 0 and not inside:
            return self.spread(of, depth)
        fields = getattr(of, "fields", {})
        names = [
            name
            for name, field in fields.items()
            if name not in self.without and (depth > 1 or is_leaf_type(get_named_type(field.type)))
        ]
        if of is self.schema.query_type and self.roots:
            names = list(self.roots)
        if not names:
            return "__typename"
        name = self.random.choice(names)
        named = get_named_type(fields[name].type)
        arguments = self.arguments(fields[name])
        alias = self.alias() if arguments or self.chance(0.15) else ""
        leaf = is_leaf_type(named)
        below = "" if leaf else " " + self.selection(named, depth - 1, inside=inside)
        return f"{alias}{name}{arguments}{self.directives()}{below}"

    def alias(self) -> str:
        """Give a field a name of its own, so that no two contradict each other."""
        self._aliases += 1
        return f"a{self._aliases}: "

    def kin(self, of: Any) -> Any:  # noqa: ANN401  # as selection
        """Return a type that a fragment may be on here."""
        kin = [of]
        if is_abstract_type(of):
            kin += self.schema.get_possible_types(of)
        if is_object_type(of):
            kin += of.interfaces
        return self.random.choice(kin)

    def inline(self, of: Any, depth: int, *, inside: bool) -> str:  # noqa: ANN401  # as selection
        """Ask within a fragment without a name."""
        if self.chance(0.25):
            return f"...{self.directives()} {self.selection(of, depth - 1, inside=inside)}"
        on = self.kin(of)
        below = self.selection(on, depth - 1, inside=inside)
        return f"... on {on}{self.directives()} {below}"

    def spread(self, of: Any, depth: int) -> str:  # noqa: ANN401  # as selection
        """Ask by a named fragment, a new one or one that is there."""
        on = self.kin(of)
        usable = [name for name, kind, _ in self._fragments if kind is on]
        if usable and self.chance(0.5):
            name = self.random.choice(usable)
        else:
            body = self.selection(on, min(depth - 1, 3), inside=True)
            name = f"F{len(self._fragments)}"
            self._fragments.append((name, on, f"fragment {name} on {on} {body}"))
        return f"...{name}{self.directives()}"

    def directives(self) -> str:
        """Leave something out, or not."""
        if not self.chance(0.12):
            return ""
        names = self.random.sample(["skip", "include"], self.random.choice([1, 1, 2]))
        return "".join(f" @{name}(if: {self.flag()})" for name in names)

    def flag(self) -> str:
        """Return a Boolean, told or by a variable."""
        if self.chance(0.4):
            return self.random.choice(["true", "false"])
        name = f"b{self.random.randint(0, 3)}"
        if name not in self._variables:
            default = self.random.choice(["", " = true", " = false"])
            self._variables[name] = ("Boolean!", default)
            if not default or self.chance(0.5):
                self.values[name] = self.chance(0.5)
        return f"${name}"

    def arguments(self, field: Any) -> str:  # noqa: ANN401  # as selection
        """Return some of a field's arguments."""
        given = []
        for name, argument in field.args.items():
            if not is_required_argument(argument) and not self.chance(self.given):
                continue
            of = argument.type
            if is_non_null_type(of) and not is_required_argument(argument) and self.chance(0.4):
                given.append(f"{name}: {self.variable(of.of_type)}")
            else:
                given.append(f"{name}: {self.input(of)}")
        return f"({', '.join(given)})" if given else ""

    def input(self, of: Any) -> str:  # noqa: ANN401  # as selection
        """Return a value, told or by a variable."""
        return self.variable(of) if self.chance(0.35) else self.literal(of)

    def variable(self, of: Any) -> str:  # noqa: ANN401  # as selection
        """Return a new variable of this type, given or not, and now and then wrongly."""
        name, default = f"v{len(self._variables)}", ""
        if self.chance(0.3):
            default = f" = {self.literal(of, variables=False)}"
            if is_non_null_type(of) and self.chance(0.5):
                of = of.of_type
        self._variables[name] = (str(of), default)
        if (not default and is_non_null_type(of)) or self.chance(0.6):
            wrong = self.chance(0.03)
            self.values[name] = self.random.choice(WRONG) if wrong else self.value(of)
        return f"${name}"

    def literal(self, of: Any, *, variables: bool = True) -> str:  # noqa: ANN401  # as selection
        """Write a value into the document."""
        if is_non_null_type(of):
            of = of.of_type
        elif self.chance(0.08):
            return "null"
        if is_list_type(of):
            count = self.random.randint(0, 3)
            items = [self.literal(of.of_type, variables=variables) for _ in range(count)]
            return f"[{', '.join(items)}]"
        if isinstance(of, GraphQLInputObjectType):
            told = []
            for name, field in of.fields.items():
                if self.chance(0.6):
                    by_variable = variables and self.chance(0.3)
                    of_it = field.type
                    nested = self.literal(of_it, variables=variables)
                    value = self.variable(of_it) if by_variable else nested
                    told.append(f"{name}: {value}")
            return "{" + ", ".join(told) + "}"
        if isinstance(of, GraphQLEnumType):
            return str(self.random.choice(list(of.values)))
        return self.random.choice(self.literals[of.name])

    def value(self, of: Any) -> object:  # noqa: ANN401  # as selection
        """Return a variable's value as JSON has it."""
        if is_non_null_type(of):
            of = of.of_type
        elif self.chance(0.1):
            return None
        if is_list_type(of):
            return [self.value(of.of_type) for _ in range(self.random.randint(0, 3))]
        if isinstance(of, GraphQLInputObjectType):
            fields = of.fields.items()
            return {name: self.value(field.type) for name, field in fields if self.chance(0.6)}
        if isinstance(of, GraphQLEnumType):
            return self.random.choice(list(of.values))
        return self.random.choice(self.scalars[of.name])
