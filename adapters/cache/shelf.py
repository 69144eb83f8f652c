"""How rows and lists of ids are written for Redis, and read back only where they are what they say.

JSON, because it keeps a moment with the zone it was told in; nothing is ever unpickled.
"""

import hashlib
from functools import cache
from typing import Any, Generic, TypeVar

import msgspec

from adapters.cache.ages import Life
from adapters.cache.fills import Began

T = TypeVar("T")

MOST_BYTES = 256 * 1024
"""What takes more is not put away, and not read."""

HELD = b"h"
KEPT = b"k"

Ids = tuple[int, ...]


class Shelved(msgspec.Struct, Generic[T], frozen=True, array_like=True):
    """A row or a list with all that proves it is the one asked for, and its ages.

    Moments are Redis's own, in milliseconds; ages are milliseconds from `born`. `epoch` is that in
    which it was asked for: in another it is not believed.
    """

    form: str
    tenant: str
    resource: str
    key: str
    number: int
    born: int
    took: int
    fresh: int
    refreshing: int
    failing: int
    epoch: str
    body: T


class Spoiled(ValueError):  # noqa: N818  # a state of the value
    """What stands there is not what was put there, or not for us."""


@cache
def form_of(kind: Any) -> str:  # noqa: ANN401  # a model, or a tuple of ids
    """Return the fingerprint of a kind's fields: another release may have others."""
    schema = msgspec.json.encode(msgspec.json.schema(kind), order="deterministic")
    return hashlib.blake2s(schema, digest_size=6).hexdigest()


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Shelved[Any]]:  # noqa: ANN401  # as above
    return msgspec.json.Decoder(Shelved[kind])


_encoder = msgspec.json.Encoder()


def written(
    kind: Any,  # noqa: ANN401  # as above
    place: tuple[str, str, str],
    body: object,
    life: Life,
    began: Began,
) -> bytes:
    """Write a body for its place: tenant, resource and key."""
    ages = (life.fresh_until, life.refresh_until, life.fail_until)
    told = (round((until - life.born) * 1000) for until in ages)
    took = round(life.took * 1000)
    tenant, resource, key = place
    fresh, refreshing, failing = told
    return _encoder.encode(
        Shelved(
            form=form_of(kind),
            tenant=tenant,
            resource=resource,
            key=key,
            number=life.number,
            born=began.moment,
            took=took,
            fresh=fresh,
            refreshing=refreshing,
            failing=failing,
            epoch=began.epoch.decode(),
            body=body,
        )
    )


def read(kind: Any, place: tuple[str, str, str], raw: bytes) -> Shelved[Any]:  # noqa: ANN401  # as above
    """Read what stands in a place; raises `Spoiled` where it is not of that place or form."""
    if len(raw) > MOST_BYTES or raw[:1] not in (HELD, KEPT):
        raise Spoiled
    try:
        told = _decoder(kind).decode(memoryview(raw)[1:])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        raise Spoiled from None
    if (told.tenant, told.resource, told.key) != place or told.form != form_of(kind):
        raise Spoiled
    return told


def life_of_shelved(told: Shelved[Any], moment: int, now: float, number: int) -> Life:
    """Tell a shelved life on this process's clock, which stands at `now` when Redis's is `moment`.

    A birth that lies ahead is taken for now: no age is lengthened by it.
    """
    born = now - max(0, moment - told.born) / 1000
    return Life(
        born,
        born + told.fresh / 1000,
        born + told.refreshing / 1000,
        born + told.failing / 1000,
        told.took / 1000,
        number,
    )
