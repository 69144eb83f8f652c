"""How functions become fields: one for each parent by itself, or for all of a level at once."""

from collections.abc import Awaitable, Callable, Sequence
from functools import wraps
from operator import getitem
from typing import Annotated, Any, TypeVar, cast

import strawberry

from resolvers.policy import Screen
from resolvers.portal import is_offered
from resolvers.staff import staff_of
from schema.info import Info
from schema.needs import STAFF

Load = Callable[..., Awaitable[Sequence[Any]]]
F = TypeVar("F", bound=Callable[..., Any])


def later(name: str, module: str) -> Any:  # noqa: ANN401  # a type of the graph, by name
    """Return a type of the graph that another module declares, without importing it here."""
    return getitem(cast("Any", Annotated), (name, strawberry.lazy(module)))


def list_of(of: object) -> Any:  # noqa: ANN401  # a type of the graph
    """Return the graph's type of lists of these."""
    return getitem(cast("Any", list), of)


def tells(description: str) -> Callable[[F], F]:
    """Make a field of a function of its parent; Strawberry's own decorator is untyped."""
    return cast("Callable[[F], F]", strawberry.field(description=description))


def field(
    resolve: Callable[..., Any],
    of: object,
    description: str,
    *,
    directives: Sequence[object] = (),
    screen: Screen | None = None,
    for_staff: bool = False,
) -> Any:  # noqa: ANN401  # Strawberry's own field(graphql_type=...) is untyped; it is said here once
    """Return the field that this function answers, shown as the graph's type `of`.

    With `screen` it is a way into that screen, and null where the tenant leaves the screen out.
    With `for_staff` it says `@needs(grant: STAFF)` and refuses everybody else. For both its
    function has a parameter `info`.
    """
    if screen is not None:
        resolve = _on(screen, resolve)
    if for_staff:
        resolve, directives = _by_staff(resolve), [*directives, *STAFF]
    return strawberry.field(
        resolver=resolve, graphql_type=of, description=description, directives=directives
    )


def _by_staff(resolve: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolve)
    def resolve_for_staff(*parents: object, info: Info, **arguments: object) -> Any:  # noqa: ANN401  # as field
        staff_of(info.context)
        return resolve(*parents, info=info, **arguments)

    return resolve_for_staff


def _on(screen: Screen, resolve: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(resolve)
    def resolve_there(*parents: object, info: Info, **arguments: object) -> Any:  # noqa: ANN401  # as field
        if not is_offered(info.context.policy, screen):
            return None
        return resolve(*parents, info=info, **arguments)

    return resolve_there


def edge(
    load: Load,
    of: object,
    description: str,
    *,
    shown: Callable[[Any], Any] | None = None,
    directives: Sequence[object] = (),
) -> Any:  # noqa: ANN401  # as field
    """Return the field that `load(parents, context)` answers for all parents of a level at once.

    A field that costs another call is nullable: `of` says so. `shown` turns what was loaded into
    what is shown, for each parent by itself.
    """

    async def resolve(parent: strawberry.Parent[Any], info: Info) -> Any:  # noqa: ANN401  # as field
        found = await info.context.each(load, parent)
        return found if shown is None or found is None else shown(found)

    async def resolve_all(parents: Sequence[Any], info: Info) -> Sequence[Any]:
        found = await info.context.every(load, parents)
        return found if shown is None else alone(shown, found)

    return field(together(resolve, resolve_all), of, description, directives=directives)


def together(resolve: F, resolve_all: Callable[..., Awaitable[Sequence[Any]]]) -> F:
    """Let this resolver say how it answers all parents of a level at once, for gateway.plans.

    `resolve_all` takes the parents and the same keywords, asks the same rules, and gives one value
    or exception for each parent. What wraps the resolver is never passed by: it is told by `one`.
    """
    vars(resolve_all)["one"] = resolve
    vars(resolve)["for_all"] = resolve_all
    return resolve


def alone(shown: Callable[[Any], Any], found: Sequence[Any]) -> list[Any]:
    """Show each of these by itself: what fails, and what failed before, is that one's alone."""
    return [_shown(shown, one) for one in found]


def _shown(shown: Callable[[Any], Any], one: Any) -> Any:  # noqa: ANN401  # whatever was found
    if one is None or isinstance(one, Exception):
        return one
    try:
        return shown(one)
    except Exception as error:  # noqa: BLE001  # told where it belongs
        return error
