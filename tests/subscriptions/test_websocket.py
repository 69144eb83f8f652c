"""graphql-transport-ws to the letter: what each side may say, when, and by which code it ends."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus

from gateway.http import websocket
from tests.changes.hearing import INVOICE, PAT
from tests.house import gid
from tests.staff import REVOKE, STAFF, token_of
from tests.subscriptions.in_process import Pipe, endpoint
from tests.subscriptions.talking import CHANGED, PROTOCOL, Street, street

PORTAL = "{ portal { currency } }"
USD = {"portal": {"currency": "USD"}}


@pytest.fixture
async def of() -> AsyncIterator[Street]:
    """A house on a port."""
    async with street() as opened:
        yield opened


async def test_only_our_protocol_is_spoken(of: Street) -> None:
    for protocol in (None, "graphql-ws", "other"):
        async with of.talk(protocol=protocol, begins=False) as talk:
            assert talk.socket.subprotocol is None
            assert await talk.closed() == (4406, "Subprotocol not acceptable")
    async with of.talk() as talk:
        assert talk.socket.subprotocol == PROTOCOL


async def test_cve_2026_35523_nothing_is_done_for_who_did_not_begin(of: Street) -> None:
    async with of.talk(begins=False) as talk:
        await talk.begin("1", PORTAL)
        assert await talk.closed() == (4401, "Unauthorized")


async def test_who_does_not_begin_is_not_waited_for(
    of: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(websocket, "INIT_SECONDS", 1.0)
    async with of.talk(begins=False) as talk:
        for _ in range(3):  # a ping is answered, and delays nothing
            await talk.say(type="ping")
            assert await talk.hear() == {"type": "pong"}
            await asyncio.sleep(0.05)
        assert await talk.closed() == (4408, "Connection initialisation timeout")


async def test_nobody_begins_twice(of: Street) -> None:
    async with of.talk() as talk:
        await talk.say(type="connection_init")
        assert await talk.closed() == (4429, "Too many initialisation requests")


@pytest.mark.parametrize("payload", [{}, None, {"other": 1}], ids=["empty", "null", "others"])
async def test_a_payload_may_say_nothing(of: Street, payload: object) -> None:
    async with of.talk(begins=False) as talk:
        await talk.say(type="connection_init", payload=payload)
        assert await talk.hear() == {"type": "connection_ack"}


@pytest.mark.parametrize(
    ("payload", "code", "reason"),
    [
        ({"Authorization": "Bearer a.b.c"}, 4403, "Forbidden"),
        ({"Authorization": "Basic abc"}, 4403, "Forbidden"),
        ({"Authorization": "Bearer a.b.c", "authorization": "Bearer a.b.c"}, 4403, "Forbidden"),
        ({"Authorization": 1}, 4400, "Authorization must be text."),
        ({"X-View-As": PAT}, 4403, "X-View-As is for staff."),
    ],
)
async def test_who_cannot_be_verified_is_not_let_in(
    of: Street, payload: dict[str, object], code: int, reason: str
) -> None:
    async with of.talk(begins=False) as talk:
        await talk.say(type="connection_init", payload=payload)
        assert await talk.closed() == (code, reason)


async def test_a_token_may_come_with_the_handshake_and_not_both_ways(of: Street) -> None:
    headers = {"authorization": f"Bearer {await of.house.token(PAT)}"}
    async with of.talk(additional_headers=headers) as talk:
        told = await talk.ask("{ viewer { email } }")
        assert told["data"] == {"viewer": {"email": PAT}}
    async with of.talk(begins=False, additional_headers=headers) as talk:
        await talk.say(type="connection_init", payload={"Authorization": headers["authorization"]})
        assert await talk.closed() == (4403, "Forbidden")


BAD: list[str | bytes] = [
    "",
    "null",
    "1",
    "[]",
    "{",
    '{"type":"ping"}{"type":"ping"}',
    '{"type":"ping","type":"pong"}',
    "{}",
    '{"type":null}',
    '{"type":"Ping"}',
    '{"type":"ping","payload":1}',
    '{"type":"start","id":"1","payload":{"query":"{__typename}"}}',
    '{"type":"next","id":"1","payload":{}}',
    '{"type":"connection_ack"}',
    '{"type":"subscribe"}',
    '{"type":"subscribe","id":"1"}',
    '{"type":"subscribe","payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":"","payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":1,"payload":{"query":"{__typename}"}}',
    '{"type":"subscribe","id":"1","payload":null}',
    '{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":{"a":NaN}}}',
    '{"type":"subscribe","id":"' + "1" * 256 + '","payload":{"query":"{__typename}"}}',
    '{"type":"complete"}',
    '{"type":"complete","id":1}',
    '{"type":"ping","payload":' + '{"a":' * 40 + "1" + "}" * 41,
    '{"type":"ping","payload":{"a":"\\ud800"}}',
    '\ufeff{"type":"ping"}',
    b'{"type":"ping"}',
]


async def test_a_bad_message_ends_the_connection_whenever_it_comes(of: Street) -> None:
    for told in BAD:
        for begins in (True, False):
            async with of.talk(begins=begins) as talk:
                await talk.raw(told)
                code, reason = await talk.closed()
                assert (told, code, bool(reason)) == (told, 4400, True)


async def test_a_bad_request_ends_the_connection(of: Street) -> None:
    for payload in BAD_PAYLOADS:
        async with of.talk() as talk:
            await talk.raw(f'{{"type":"subscribe","id":"1","payload":{payload}}}')
            code, reason = await talk.closed()
            assert (payload, code, bool(reason)) == (payload, 4400, True)


async def test_a_message_of_more_than_100_kib_ends_the_connection(of: Street) -> None:
    async with of.talk() as talk:
        room = 100 * 1024 - len('{"type":"ping","payload":{"a":""}}')
        await talk.say(type="ping", payload={"a": "x" * room})
        assert await talk.hear() == {"type": "pong"}
        await talk.say(type="ping", payload={"a": "x" * (room + 1)})
        assert (await talk.closed())[0] == 1009


async def test_queries_and_mutations_too_each_under_its_id(of: Street) -> None:
    async with of.talk(await of.house.token(PAT)) as talk:
        for turn in range(5):
            await talk.begin(
                str(turn),
                "query A { viewer { email } } query B { portal { currency } }",
                operationName="AB"[turn % 2],
            )
        heard: dict[str, list[Any]] = {}
        for _ in range(10):
            told = await talk.hear()
            heard.setdefault(told["id"], []).append(told.get("payload", {}).get("data"))
        viewer = {"viewer": {"email": PAT}}
        assert heard == {str(t): [USD if t % 2 else viewer, None] for t in range(5)}


async def test_a_document_that_is_not_valid_is_an_error_and_ends_its_operation(of: Street) -> None:
    async with of.talk() as talk:
        for query, code in [
            ("{ nothing }", "BAD_USER_INPUT"),
            ("{", "BAD_USER_INPUT"),
            ("subscription { changed { nodeId } again: changed { nodeId } }", "BAD_USER_INPUT"),
            ("query A { portal { currency } } query B { portal { currency } }", "BAD_USER_INPUT"),
            ("{" + "a " * 1000 + "}", "LIMIT_EXCEEDED"),
            ("query($a: Int!) { portal { currency } }", "BAD_USER_INPUT"),
        ]:
            await talk.begin("1", query)
            told = await talk.hear()
            assert (told["type"], told["id"]) == ("error", "1"), told
            assert told["payload"][0]["extensions"]["code"] == code
        assert (await talk.ask(PORTAL))["data"] == USD


async def test_an_id_stands_for_one_operation_and_is_free_after_it(of: Street) -> None:
    async with of.listen(PAT) as talk:
        await talk.say(type="complete", id="changes")
        await talk.say(type="complete", id="changes")  # of what is over nothing is said
        await talk.say(type="complete", id="never begun")
        await of.listeners(0)
        await talk.listen(of)
        await of.house.put("invoices", INVOICE, balance="1.00")
        assert await talk.change() == ("Invoice", gid("open-invoice"))
        await talk.begin("changes", PORTAL)
        assert await talk.closed() == (4409, "Subscriber for changes already exists")
        await of.listeners(0)


async def test_after_complete_nothing_more_is_heard_of_it(of: Street) -> None:
    async with of.listen(PAT) as talk:
        await talk.say(type="complete", id="changes")
        await of.house.put("invoices", INVOICE, balance="1.00")
        await talk.nothing()


async def test_who_leaves_is_listened_for_no_more(of: Street) -> None:
    async with of.listen(PAT), of.listen(PAT) as other:
        await other.begin("more", CHANGED)
        await of.listeners(3)
    await of.listeners(0)
    lines = [line for line in of.house.logs if line["event"] == "websocket"]
    assert [line["code"] for line in lines] == [1000, 1000]


async def test_a_long_id_fits_into_its_reason(of: Street) -> None:
    async with of.talk(await of.house.token(PAT)) as talk:
        for _ in range(2):
            await talk.begin("é" * 120, CHANGED)
        code, reason = await talk.closed()
        assert (code, len(reason.encode()) <= 123) == (4409, True)


@pytest.mark.parametrize(
    ("origin", "may"),
    [
        (None, True),
        ("http://gateway", True),
        ("https://front.example", True),
        ("http://gateway:81", False),
        ("https://gateway", False),
        ("https://evil.example", False),
        ("https://front.example.evil.example", False),
        ("null", False),
        ("", False),
    ],
)
async def test_a_page_of_a_stranger_is_refused(origin: str | None, may: bool) -> None:
    async with street(told={"cors_origins": ("https://front.example",)}) as of:
        if may:
            async with of.talk(origin=origin) as talk:
                assert (await talk.ask(PORTAL))["data"] == USD
            return
        with pytest.raises(InvalidStatus) as refused:
            async with of.talk(origin=origin):
                pass
        assert refused.value.response.status_code == 403


async def test_by_view_as_nothing_is_changed(of: Street) -> None:
    token = await token_of(of.house, STAFF)
    async with of.talk(token, payload={"X-View-As": PAT}) as talk:
        told = await talk.ask(REVOKE, variables={"input": {"id": "x"}})
        assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert told["data"] is None


BAD_PAYLOADS = (
    "{}",
    '{"query":""}',
    '{"query":1}',
    '{"query":"{a}","variables":[]}',
    '{"query":"{a}","operationName":1}',
    '{"query":"{a}","extensions":"none"}',
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
TYPES = st.sampled_from(
    ["connection_init", "ping", "pong", "subscribe", "complete", "next", "error", "start", ""]
)
PAYLOADS = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {"query": st.sampled_from([PORTAL, CHANGED, "{", "mutation { a }"])},
        optional={"variables": JSON, "operationName": JSON},
    ),
)
MESSAGES = st.fixed_dictionaries(
    {"type": TYPES},
    optional={"id": st.sampled_from(["1", "2", "", 3]), "payload": PAYLOADS},
)
CODES = {4400, 4401, 4403, 4409, 4429}


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(messages=st.lists(MESSAGES, min_size=1, max_size=8))
def test_whatever_is_said_ends_by_a_code_of_the_protocol_or_is_answered(
    messages: list[dict[str, object]],
) -> None:
    asyncio.run(_said(messages))


async def _said(messages: list[dict[str, object]]) -> None:
    pipe = Pipe()
    serving = asyncio.create_task(endpoint()(*pipe.asgi()))
    for message in messages:
        pipe.put(msgspec.json.encode(message).decode())
    pipe.leave()
    await serving
    assert pipe.accepted == PROTOCOL
    assert pipe.code in {None, *CODES}
    begun = [m["id"] for m in messages if m["type"] == "subscribe" and m.get("id") in {"1", "2"}]
    assert all(of["id"] in begun for of in pipe.told() if "id" in of)
    assert {of["type"] for of in pipe.told()} <= {
        "connection_ack", "pong", "next", "error", "complete"
    }  # fmt: skip
