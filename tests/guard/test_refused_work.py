"""GD-5: whatever is refused for its size was counted in steps of its tokens, and nobody asked."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from graphql import parse
from hypothesis import given
from hypothesis import strategies as st

from gateway.graph import build_schema, core
from gateway.guard.shape import shape_of
from tests.guard.asking import PAT, asks, post
from tests.house import House, ready_house
from tests.long_runs import runs

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCHEMA = core(build_schema())
PIECES = (
    "viewer {{ kind }}",
    "__typename",
    "... on Query {{ __typename }}",
    "...f{}",
    "...f{} ...f{}",
)


@st.composite
def too_large(draw: st.DrawFn) -> str:
    """Write fragments that spread any of each other, one of which has more fields than may be."""
    count = draw(st.integers(1, 12))
    pieces = st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, count)), max_size=8)
    bodies = [
        " ".join(["__typename", *(piece.format(of, of) for piece, of in draw(pieces))])
        for _ in range(count)
    ]
    bodies[draw(st.integers(0, count - 1))] += " viewer { id }" * 101
    told = [f"fragment f{of} on Query {{ {body} }}" for of, body in enumerate(bodies)]
    return f"{{ ...f{draw(st.integers(0, count))} }} {' '.join(told)}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house() -> AsyncIterator[House]:
    """A house for all examples."""
    async with ready_house() as ready:
        yield ready


@runs(25, 1, at_length=(3_000, 1))
@given(text=too_large())
async def test_gd5_whatever_is_refused_asks_nobody_and_is_counted_in_its_tokens(
    house: House, text: str
) -> None:
    document = parse(text)
    assert document.token_count
    assert shape_of(SCHEMA, document).steps <= 2 * document.token_count
    await house.calls()
    answer = await post(house, PAT, asks(text))
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "data" not in answer.json()
    assert await house.calls() == {}
