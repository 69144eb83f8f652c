"""A plan's tree as Python source: straight-line code for answers in which nothing goes wrong.

`run` makes the root's view. `f7` answers later field 7 of many parents: it asks for all values at
once, makes the views of all that need not wait, in nested loops, and then answers what waits. The
models that wait are gathered on the way in `p3`, and their views in `q3`. `K5` keeps what rows show
by themselves, and `l5` makes a list whose whole is kept. Whatever is not as usual raises, and that
part of the answer is made again, carefully.
"""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from gateway.plans.arguments import Arguments
from gateway.plans.emit_values import Values
from gateway.plans.keeping import Keeper
from gateway.plans.lists import listed_places
from gateway.plans.tree import Field, Place, Selection, Tree
from gateway.plans.views import View

Run = Callable[[Any], Coroutine[Any, Any, View]]

_serial = count()


class Emitted:
    """A plan's source, the function it begins with, and the tables of what rows showed to it."""

    def __init__(self, tree: Tree, arguments: list[Arguments], keeper: Keeper) -> None:
        emitter = _Emitter(tree, arguments, keeper)
        self.source = emitter.module()
        self.tables = emitter.tables
        self.forks = emitter.forks
        name = f"<plan {next(_serial)}>"
        exec(compile(self.source, name, "exec"), emitter.names)  # noqa: S102  # names of the plan's own making, and no text of a document
        self.run: Run = emitter.names["run"]


class _Emitter(Values):
    def __init__(self, tree: Tree, arguments: list[Arguments], keeper: Keeper) -> None:
        super().__init__(arguments, keeper)
        self.tree = tree
        self.forks = False
        self.kept_lists = listed_places(tree, arguments)

    def module(self) -> str:
        self.may_wait = True
        self.run()
        for field in self.tree.fields:
            if not field.source.is_inline:
                self.column(field)
        self.may_wait = False
        for item in self.lists:
            self.whole(item)
        while self.apart:
            self.builder(self.apart.pop())
        return "\n".join(self.lines) + "\n"

    def run(self) -> None:
        root = self.tree.root
        below = root.waiting()
        fresh, waiting = _lists(below)
        self.say(0, "async def run(rt):")
        self.say(1, "x = None", *fresh, "try:")
        self.object(root, "x", "v", 2)
        self.say(1, "except Exception:")
        self.say(2, *fresh, f"v = rt.carefully_root({waiting})")
        self.go_on(below)
        self.say(1, "return v", "")

    def column(self, field: Field) -> None:
        below = field.place.waiting()
        fresh, waiting = _lists(below)
        of = self.constant(f"F{field.number}", field)
        self.say(0, f"async def f{field.number}(rt, xs, vs):")
        self.say(1, f"# {field.title}: {field.source.kind.value}")
        self.say(1, f"ys = await rt.column({of}, xs)", *fresh, "try:")
        self.say(2, "for v, y in zip(vs, ys):")
        self.say(3, f"v.{field.slot} = {self.value(field.place, 'y', 3)}")
        self.say(1, "except Exception:")
        self.say(2, *fresh, f"rt.carefully({of}, vs, ys, {waiting})")
        self.go_on(below)
        self.say(0, "")

    def go_on(self, below: list[Selection]) -> None:
        """Answer what waits: one field is awaited, several run side by side."""
        parts = [(selection, field) for selection in below for field in selection.later]
        if len(parts) == 1:
            selection, field = parts[0]
            held = f"p{selection.number}"
            self.say(1, f"if {held}: await f{field.number}(rt, {held}, q{selection.number})")
        elif parts:
            self.forks = True
            self.say(1, "go = []")
            for selection, field in parts:
                held = f"p{selection.number}"
                call = f"f{field.number}(rt, {held}, q{selection.number})"
                self.say(1, f"if {held}: go.append({call})")
            self.say(1, "if go: await rt.side_by_side(go)")

    def whole(self, item: Place) -> None:
        """Write what makes a list by itself, to be kept."""
        number = next(iter(item.selections.values())).number
        below = item.waiting()
        fresh, _ = _lists(below)
        self.say(0, f"async def l{number}(rt, xs):")
        self.say(1, f"# {item.field.title}: each of them", *fresh, "o = []", "for y in xs:")
        self.say(2, f"o.append({self.value(item, 'y', 2)})")
        self.go_on(below)
        self.say(1, "return o", "")

    def builder(self, selection: Selection) -> None:
        self.say(0, f"def b{selection.number}(x, rt{self.passed(selection)}):")
        self.object(selection, "x", "v", 1)
        self.say(1, "return v", "")


def _lists(waiting: list[Selection]) -> tuple[list[str], str]:
    """Lines that make empty lists for what will wait, and a dict of them."""
    fresh = [f"p{one.number} = []; q{one.number} = []" for one in waiting]
    held = ", ".join(f"{one.number}: (p{one.number}, q{one.number})" for one in waiting)
    return fresh, "{" + held + "}"
