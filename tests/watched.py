"""A tracer that remembers what it is told, so that a test can see what nobody should be told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.tracing import Step, Told
from gateway.metrics.families import Family

Attributes = dict[str, Told]


@dataclass
class _Taken:
    told: Attributes

    def tell(self, name: str, value: Told) -> None:
        """Remember one thing more."""
        self.told[name] = value


@dataclass
class Steps:
    """The steps that were taken, in the order in which they began, each with what it told."""

    taken: list[tuple[str, Attributes]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str, told: Mapping[str, Told]) -> Iterator[Step]:
        """Take note of a step."""
        attributes = dict(told)
        self.taken.append((name, attributes))
        try:
            yield _Taken(attributes)
        except BaseException as error:
            attributes["error.type"] = type(error).__name__
            raise

    async def aclose(self) -> None:
        """Hold nothing."""


def labels_in(families: list[Family]) -> str:
    """Return everything but numbers that these metrics tell."""
    return str([(of.name, sample.labels) for of in families for sample in of.samples])
