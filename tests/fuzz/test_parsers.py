"""Whatever a stranger writes, it is read as what we wrote or refused by our own error.

Money, tokens of people, seals, bodies, rows, events, files of the office and messages of sockets
have tests of their own beside what they are; here is what had none.
"""

import time
from base64 import urlsafe_b64encode
from collections import Counter
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.ledger.direct_links import DirectLinkRow, LinkKind
from adapters.servicetitan.catalog import FEEDS
from adapters.servicetitan.errors import UpstreamRejected
from adapters.servicetitan.feed_rows import decode_feed
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Feed
from gateway.identity.errors import InvalidToken
from gateway.identity.links import LinkTokens
from resolvers.cursors import Cursors, Spot
from resolvers.errors import BadCursor
from resolvers.ids import global_id, number_of, read_id, whole_number
from resolvers.signed_addresses import SignedAddresses, Target, TargetKind
from resolvers.viewer import Viewer, ViewerKind
from tests.long_runs import runs

SECRET = b"a secret of the tests, thirty-two characters and more"
NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
CURSORS = Cursors(SECRET)
TOKENS = LinkTokens(SECRET, 1234567, time.time)
ADDRESSES = SignedAddresses(SECRET, "https://portal.example.com")
SHORT = runs(200, 1, at_length=(50_000, 1))
LETTERS = "".join(map(chr, range(33, 127)))
DAYS = st.none() | st.dates(min_value=date(1, 1, 2))


def spelled(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


STRANGE = st.text(max_size=80) | st.text(LETTERS, max_size=80) | st.binary(max_size=60).map(spelled)


@st.composite
def near(draw: st.DrawFn, good: str) -> str:
    """What was good, with one letter or more changed, taken away or put in."""
    at = draw(st.integers(0, len(good) - 1))
    until = draw(st.integers(at, min(len(good), at + 3)))
    told = good[:at] + draw(st.text(LETTERS, max_size=3) | st.text(max_size=2)) + good[until:]
    return told if told != good else good + "."


@SHORT
@given(STRANGE)
def test_an_id_is_read_in_its_one_spelling_or_not_at_all(told: str) -> None:
    read = read_id(told)
    assert read is None or global_id(*read) == told


@SHORT
@given(st.sampled_from(["Customer", "Invoice"]), st.integers(1, 2**63 - 1))
def test_every_id_is_read_back(kind: str, key: int) -> None:
    told = global_id(kind, key)
    assert read_id(told) == (kind, str(key))
    assert number_of(told, kind) == key
    assert number_of(told, "Job") is None


@SHORT
@given(st.text(max_size=25) | st.integers().map(str))
def test_a_key_is_a_number_of_servicetitans_or_none(told: str) -> None:
    number = whole_number(told)
    is_one = told.isascii() and told.isdigit() and str(int(told)) == told
    assert number == (int(told) if is_one and 0 < int(told) < 2**63 else None)


@SHORT
@given(DAYS, st.integers(-(2**63), 2**63 - 1), st.text(max_size=9), st.text(max_size=9))
def test_a_cursor_opens_for_its_viewer_and_its_list(
    day: date | None, of: int, viewer: str, listed: str
) -> None:
    told = CURSORS.seal(Spot(day, of), viewer, listed)
    assert CURSORS.open(told, viewer, listed) == Spot(day, of)
    for other in ((viewer + "x", listed), (viewer, listed + "x")):
        with pytest.raises(BadCursor):
            CURSORS.open(told, *other)
    with pytest.raises(BadCursor):
        Cursors(b"another").open(told, viewer, listed)


@SHORT
@given(STRANGE | near(CURSORS.seal(Spot(date(2026, 7, 14), 500106), "me", "invoices")))
def test_what_was_not_sealed_here_is_no_cursor(told: str) -> None:
    with pytest.raises(BadCursor):
        CURSORS.open(told, "me", "invoices")


LINK = DirectLinkRow(7, LinkKind.PAYMENT_LINK, (500106,), "office@example.com", NOON, NOON)


@SHORT
@given(STRANGE | near(TOKENS.issue(LINK).token))
async def test_what_was_not_issued_here_is_no_links_token(told: str) -> None:
    with pytest.raises(InvalidToken):
        await TOKENS.viewer(told)


async def test_and_what_was_is_one() -> None:
    viewer = await TOKENS.viewer(TOKENS.issue(LINK).token)
    assert viewer.link is not None
    assert (viewer.link.id, viewer.link.ids) == (7, (500106,))


PAT = Viewer(ViewerKind.CUSTOMER, "the key of pat", "pat@example.com")


def address() -> str:
    told = ADDRESSES.to(Target(TargetKind.INVOICE, 500106), PAT, NOON)
    assert told is not None
    return told.rpartition("/")[2]


def test_an_address_opens_what_it_was_made_for() -> None:
    assert ADDRESSES.open(address(), NOON) == (Target(TargetKind.INVOICE, 500106), PAT)


@SHORT
@given(STRANGE | near(address()))
def test_what_was_not_sealed_here_opens_no_document(told: str) -> None:
    assert ADDRESSES.open(told, NOON) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
@runs(15, 1, at_length=(3_000, 1))
@given(data=st.data())
def test_every_row_of_a_feed_is_read_or_counted(feed: Feed[Model], data: st.DataObject) -> None:
    fields = [of.encode_name for of in msgspec.structs.fields(feed.model)]
    row = st.dictionaries(st.sampled_from([*fields, "id", "active"]), JSON) | JSON
    rows = data.draw(st.lists(row, max_size=4))
    body = msgspec.json.encode({"hasMore": False, "continueFrom": "x", "data": rows})
    told, closed, unreadable = decode_feed(feed, body, Counter())
    assert len(told.data) + unreadable == len(rows)
    assert all(isinstance(of, feed.model) for of in told.data)
    assert all(0 < of < 2**63 for of in closed)


@pytest.mark.parametrize("feed", FEEDS[:1], ids=lambda feed: feed.name)
@SHORT
@given(st.binary(max_size=200) | JSON.map(msgspec.json.encode))
def test_what_is_no_page_of_a_feed_is_refused(feed: Feed[Model], body: bytes) -> None:
    with pytest.raises(UpstreamRejected):
        decode_feed(feed, body, Counter())
