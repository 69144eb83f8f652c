"""Metrics as they pass from where they are counted to where they are fetched: plain values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec
from prometheus_client import Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

PREFIX: Final = "portal_gateway_"
MEDIA_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4

FamilyKind = Literal["counter", "gauge", "histogram", "summary"]
Labels = Mapping[str, str]


class Sample(msgspec.Struct, frozen=True, array_like=True):
    """One number; `suffix` is what its name has after its family's."""

    suffix: str
    labels: dict[str, str]
    value: float


class Family(msgspec.Struct, frozen=True, array_like=True):
    """A metric and its samples; without any it still says what there is to be told."""

    name: str
    kind: FamilyKind
    help: str
    samples: tuple[Sample, ...] = ()

    def labelled(self, labels: Labels) -> "Family":
        """Return the family with these labels at each sample."""
        more = dict(labels)
        samples = tuple(Sample(of.suffix, of.labels | more, of.value) for of in self.samples)
        return Family(self.name, self.kind, self.help, samples)


Values = Iterable[tuple[Labels, float]]


def counter(name: str, told: str, values: Values | float) -> Family:
    """Return what only ever grows, in this process."""
    return _family(name, "counter", told, values, "_total")


def gauge(name: str, told: str, values: Values | float | None) -> Family:
    """Return what goes up and down; None where it is not known now."""
    return _family(name, "gauge", told, () if values is None else values)


def by(label: str, values: Mapping[str, float]) -> Values:
    """Return each number under its word of one label."""
    return [({label: of}, value) for of, value in sorted(values.items())]


def _family(
    name: str, kind: FamilyKind, told: str, values: Values | float, suffix: str = ""
) -> Family:
    many: Values = [({}, values)] if isinstance(values, int | float) else values
    samples = (Sample(suffix, dict(labels), float(value)) for labels, value in many)
    return Family(PREFIX + name, kind, told, tuple(samples))


def histogram(
    name: str,
    told: str,
    bounds: Sequence[float],
    values: Iterable[tuple[Labels, Sequence[int], float]],
) -> Family:
    """Return durations in seconds: for each set of labels the buckets' counts, and the sum."""
    samples = [
        sample
        for labels, counts, total in values
        for sample in _histogram(dict(labels), bounds, counts, total)
    ]
    return Family(PREFIX + name, "histogram", told, tuple(samples))


def _histogram(
    labels: dict[str, str], bounds: Sequence[float], counts: Sequence[int], total: float
) -> Iterable[Sample]:
    below = 0
    for bound, count in zip([*map(str, bounds), "+Inf"], counts, strict=True):
        below += count
        yield Sample("_bucket", labels | {"le": bound}, below)
    yield Sample("_count", labels, below)
    yield Sample("_sum", labels, total)


def summary(name: str, told: str, values: Iterable[tuple[Labels, float, float]]) -> Family:
    """Return, for each set of labels, how many there were and their sum."""
    samples = [
        sample
        for labels, count, total in values
        for sample in (
            Sample("_count", dict(labels), count),
            Sample("_sum", dict(labels), total),
        )
    ]
    return Family(PREFIX + name, "summary", told, tuple(samples))


def together(groups: Iterable[Iterable[Family]]) -> list[Family]:
    """Join what several tell of one family: the format wants all of it in one place."""
    joined: dict[str, Family] = {}
    for family in (family for group in groups for family in group):
        before = joined.get(family.name)
        samples = family.samples if before is None else before.samples + family.samples
        joined[family.name] = msgspec.structs.replace(family, samples=samples)
    return list(joined.values())


class _Told:
    """Families, as the library wants to collect them."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.help, family.kind)
            for sample in family.samples:
                metric.add_sample(family.name + sample.suffix, sample.labels, sample.value)
            yield metric


def exposition(families: Iterable[Family]) -> bytes:
    """Return the text that Prometheus reads."""
    return generate_latest(_Told(families))
