"""A small graph with every kind of type, wrapper and resolver, twice: once waiting, once not."""
# ruff: noqa: N805  # no methods: what they are asked for is a parent

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, NewType

import strawberry
from graphql import GraphQLSchema
from strawberry.extensions import FieldExtension
from strawberry.schema.config import StrawberryConfig

from tests.plans.worlds import Alpha, Beta, Blob, Color, Gamma, RefusedError, World

Parent = strawberry.Parent[Blob]
Info = strawberry.Info
Shouted = NewType("Shouted", str)
Loose = NewType("Loose", object)


def shout(told: str) -> str:
    """Serialize one class, and say so."""
    return str.upper(told)


def loosen(told: Any) -> Any:  # noqa: ANN401  # anything at all
    """Serialize what may be told, null for an empty text; raises TypeError."""
    if not isinstance(told, str | int | list | dict):
        raise TypeError(f"no {type(told).__name__}")
    return None if told == "" else told


def shows(model: type) -> Callable[[object, object], bool]:
    """Say which model a type shows, so that plans can ask for it themselves."""

    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, model)

    vars(is_type_of)["model"] = model
    return is_type_of


def is_beta(value: object, _info: object) -> bool:
    """Say the same without telling the model."""
    return isinstance(value, Beta)


def _read(blob: Blob, name: str) -> Any:  # noqa: ANN401  # as loosen
    key, world = blob._key, blob._world  # noqa: SLF001  # the tests' own
    world.calls.append((key, name))
    value = getattr(blob, name)
    if isinstance(value, Exception):
        raise value
    return value


def called(name: str, of: Any, **options: Any) -> Any:  # noqa: ANN401  # a type of the graph
    """Return a field answered by a plain function."""

    def resolve(blob: Parent) -> Any:  # noqa: ANN401  # as loosen
        return _read(blob, name)

    return strawberry.field(resolver=resolve, graphql_type=of, **options)


def answers(of: Any) -> Callable[[Callable[..., Any]], Any]:  # noqa: ANN401  # as called
    """Make a field of a function; Strawberry's own decorator is untyped."""
    return lambda resolve: strawberry.field(resolver=resolve, graphql_type=of)


class Wrap(FieldExtension):
    """An extension that no plan knows."""

    def resolve(self, next_: Any, source: Any, info: Any, **given: Any) -> Any:  # noqa: ANN401  # Strawberry's own
        """Do nothing more."""
        return next_(source, info, **given)


@dataclass(frozen=True)
class Kitchen:
    """A graph, and graphql-core's view of it."""

    schema: strawberry.Schema
    core: GraphQLSchema
    types: dict[str, Any]


def kitchen(*, waits: bool) -> Kitchen:
    """Return the graph; without `waits` no resolver of it is a coroutine."""
    return _Cook(waits=waits).kitchen()


class _Cook:
    def __init__(self, *, waits: bool) -> None:
        self.waits = waits

    def each(self, name: str, of: Any) -> Any:  # noqa: ANN401  # as called
        if not self.waits:
            return called(name, of)

        async def resolve(blob: Parent, info: Info) -> Any:  # noqa: ANN401  # as loosen
            await info.context.wait(blob._key, name)  # noqa: SLF001  # as _read
            return _read(blob, name)

        return strawberry.field(resolver=resolve, graphql_type=of)

    def all(self, name: str, of: Any) -> Any:  # noqa: ANN401  # as called
        """Return a field answered for all parents at once, which fails for all now and then."""

        def one(blob: Blob, info: Info, flavour: str) -> Any:  # noqa: ANN401  # as loosen
            if info.context.dice("down", name, flavour).random() < info.context.fails:
                raise RefusedError(f"{name} is down")
            return _read(blob, name)

        def resolve(blob: Parent, info: Info, flavour: str = "plain") -> Any:  # noqa: ANN401  # as loosen
            return one(blob, info, flavour)

        if not self.waits:
            return strawberry.field(resolver=resolve, graphql_type=of)

        async def resolve_one(blob: Parent, info: Info, flavour: str = "plain") -> Any:  # noqa: ANN401  # as loosen
            return one(blob, info, flavour)

        async def resolve_all(blobs: list[Blob], info: Info, flavour: str = "plain") -> list[Any]:
            await info.context.wait(name)
            info.context.calls.append((name, len(blobs)))
            if info.context.dice("down", name, flavour).random() < info.context.fails:
                raise RefusedError(f"{name} is down")
            return [_tried(blob, name) for blob in blobs]

        vars(resolve_all)["one"] = resolve_one
        vars(resolve_one)["for_all"] = resolve_all
        return strawberry.field(resolver=resolve_one, graphql_type=of)

    def kitchen(self) -> Kitchen:
        each, batch = self.each, self.all
        hues = strawberry.enum(Color)

        @strawberry.input
        class Inner:
            word: str = "w"
            colors: list[hues] | None = None  # type: ignore[valid-type]  # an enum of the graph

        @strawberry.input
        class Deep:
            inner: Inner | None = None
            count: int = 3

        @strawberry.interface
        class Named:
            label: str
            maybe_label: str | None

        @strawberry.type(name="Delta")
        class GDelta:
            text: str
            maybe: int | None
            e_text = each("e_text", str)

        @strawberry.type(name="Gamma")
        class GGamma(Named):
            is_type_of = shows(Gamma)
            color: hues  # type: ignore[valid-type]  # as Inner
            e_color = each("e_color", hues)
            delta: GDelta | None
            deltas: list[GDelta]

        @strawberry.type(name="Beta")
        class GBeta(Named):
            is_type_of = is_beta
            text: str
            number: int | None
            b_texts = batch("b_texts", list[str])
            e_gamma = each("e_gamma", GGamma | None)

        mixed = Annotated[GBeta | GGamma, strawberry.union("Either")]

        @strawberry.type(name="Alpha")
        class GAlpha(Named):
            is_type_of = shows(Alpha)
            text: str
            maybe_text: str | None
            number: int
            maybe_number: int | None
            real: float
            truth: bool
            key: strawberry.ID
            maybe_key: strawberry.ID | None
            maybe_color: hues | None  # type: ignore[valid-type]  # as Inner
            word: Shouted
            maybe_word: Shouted | None
            loose: Loose | None
            texts: list[str]
            maybe_texts: list[str | None] | None
            grid: list[list[int]]
            loose_grid: list[list[int | None] | None] | None
            beta: GBeta
            maybe_beta: GBeta | None
            betas: list[GBeta | None]
            grid_of_betas: list[list[GBeta]] | None
            either: mixed
            eithers: list[mixed] | None
            nameds: list[Named | None]
            c_text = called("c_text", str)
            c_betas = called("c_betas", list[GBeta])
            e_text = each("e_text", str)
            e_maybe = each("e_maybe", str | None)
            e_beta = each("e_beta", GBeta)
            e_grid = each("e_grid", list[list[GBeta]] | None)
            e_either = each("e_either", mixed | None)
            b_text = batch("b_text", str)
            b_beta = batch("b_beta", GBeta | None)
            b_nameds = batch("b_nameds", list[Named])

            @strawberry.field
            def told(
                blob: Parent,
                n: int = 2,
                word: str | None = None,
                hue: hues = Color.RED,  # type: ignore[valid-type]  # as Inner
                deep: Deep | None = None,
                numbers: list[int] | None = None,
            ) -> str:
                if n == 7:
                    raise IndexError("seven")
                return f"{n} {word} {hue!r} {deep} {numbers}"

        @strawberry.type
        class Query:
            @answers(GAlpha)
            def alpha(info: Info, n: int = 0) -> Any:  # noqa: ANN401  # as loosen
                return Alpha(info.context, ("alpha", n))

            @answers(list[GAlpha] | None)
            def alphas(info: Info, n: int = 3) -> Any:  # noqa: ANN401  # as loosen
                return [Alpha(info.context, ("alphas", index)) for index in range(n)]

            @answers(list[Named | None])
            def nameds(info: Info) -> Any:  # noqa: ANN401  # as loosen
                kinds = (Beta, Alpha, Gamma, Beta)
                return [kind(info.context, ("nameds", n)) for n, kind in enumerate(kinds)]

            @strawberry.field
            def must() -> str:
                return "must"

            wrapped = strawberry.field(
                resolver=lambda: "wrapped", graphql_type=str, extensions=[Wrap()]
            )
            e_alpha = _root(waits=self.waits, of=GAlpha | None)

        @strawberry.type
        class Mutation:
            @strawberry.mutation
            def bump(info: Info) -> int:
                info.context.calls.append(("bump",))
                return len(info.context.calls)

        schema = strawberry.Schema(Query, Mutation, config=_CONFIG)
        core = schema._schema  # noqa: SLF001  # Strawberry gives it to no one by another name
        return Kitchen(schema, core, _types(core))


def _root(*, waits: bool, of: Any) -> Any:  # noqa: ANN401  # as called
    def now(info: Info) -> Any:  # noqa: ANN401  # as loosen
        return Alpha(info.context, ("e_alpha",))

    async def later(info: Info) -> Any:  # noqa: ANN401  # as loosen
        await info.context.wait("e_alpha")
        return now(info)

    return strawberry.field(resolver=later if waits else now, graphql_type=of)


def _tried(blob: Blob, name: str) -> Any:  # noqa: ANN401  # as loosen
    try:
        return _read(blob, name)
    except Exception as error:  # noqa: BLE001  # this parent's alone
        return error


def _types(core: GraphQLSchema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        for one in core.type_map[name].fields.values():  # type: ignore[attr-defined]  # an object type
            found.setdefault(one.extensions["strawberry-definition"].python_name, one.type)
    return found


_CONFIG = StrawberryConfig(
    scalar_map={
        Shouted: strawberry.scalar(name="Shouted", serialize=shout, parse_value=str),
        Loose: strawberry.scalar(name="Loose", serialize=loosen, parse_value=lambda told: told),
    }
)


WAITING, STILL = kitchen(waits=True), kitchen(waits=False)


def world_of(graph: Kitchen, seed: int, **more: float) -> World:
    """Return a world in which this graph can be asked."""
    return World(seed, graph.types, **more)  # type: ignore[arg-type]  # rates alone
