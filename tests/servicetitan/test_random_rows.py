"""Whatever JSON comes, it is rows that can be trusted, or UpstreamRejected, and nothing else."""

from collections import Counter
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.decoding import decode
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.model import Model

MODELS = [source.model for group in (RESOURCES, FEEDS) for source in group]

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.decimals().map(str)
    | st.datetimes().map(lambda moment: moment.isoformat() + "Z"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def rows(draw: st.DrawFn, model: type[Model]) -> dict[str, object]:
    """A row with the model's own members, some of them as they should be, most of them not."""
    fields = msgspec.structs.fields(model)
    row: dict[str, Any] = {f.encode_name: draw(st.integers(1, 99)) for f in fields if f.required}
    names = st.sampled_from([f.encode_name for f in fields] + ["items", "appliedTo", "unheardOf"])
    part = st.dictionaries(st.sampled_from(["id", "price", "appliedTo", "total", "type"]), JSON)
    return row | draw(st.dictionaries(names, JSON | part | st.lists(part, max_size=3)))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
@pytest.mark.parametrize("model", MODELS)
def test_rows(model: type[Model], data: st.DataObject) -> None:
    told = data.draw(st.lists(rows(model), max_size=4))
    body = msgspec.json.encode({"hasMore": False, "totalCount": len(told), "data": told})
    try:
        read = decode(model, body, "rows", Counter()).data
    except UpstreamRejected:
        return
    assert len(read) == len(told)
    for row in read:
        assert isinstance(row, model)
        _trusted(row)


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=200) | JSON.map(msgspec.json.encode))
@pytest.mark.parametrize("model", MODELS)
def test_bytes(model: type[Model], body: bytes) -> None:
    with suppress(UpstreamRejected):
        decode(model, body, "rows", Counter())


def _trusted(value: object) -> None:
    """Money is money, a moment has its zone, and so it is with every part."""
    if isinstance(value, Model):
        for part in msgspec.structs.astuple(value):
            _trusted(part)
    elif isinstance(value, tuple):
        for part in value:
            _trusted(part)
    elif isinstance(value, Decimal):
        assert value.is_finite()
        assert abs(value) < 10**13
        assert str(value) != "-0"
    elif isinstance(value, datetime):
        assert value.tzinfo is not None
        assert 1 < value.year < 9999
