"""POST /webhooks/servicetitan: believed by its signature alone, answered at once, applied once."""

import asyncio
import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.types import Message
from structlog.testing import capture_logs

from adapters.changes.events import Event
from adapters.changes.worker import EventWorker
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import Receipt
from gateway.http.deliveries import MOST_BYTES
from gateway.http.webhooks import WRITE_SECONDS
from tests.gateway.webhook_street import (
    BODY,
    HEADER,
    KEY,
    NEXT,
    PATH,
    TENANT,
    Street,
    event,
    refusal,
    says,
    signature,
)
from tests.virtual_time import in_virtual_time


async def test_an_event_is_written_down_and_answered(street: Street) -> None:
    answer = await street.send(event())
    assert (answer.status_code, answer.content) == (202, b"")
    assert answer.headers["cache-control"] == "no-store"
    (pending,) = await street.worker.seen.take(10)
    assert json.loads(pending.names) == [["invoices", "id", 5]]
    assert street.counts.received == 1


@pytest.mark.parametrize("key", [KEY, NEXT])
@pytest.mark.parametrize("label", ["", "sha256="])
async def test_either_key_in_either_spelling(street: Street, key: bytes, label: str) -> None:
    mac = hmac.digest(key, BODY, "sha256")
    for told in (mac.hex(), b64encode(mac).decode()):
        assert (await street.post(BODY, label + told)).status_code == 202
    assert (street.counts.received, street.counts.known) == (2, 1)


@pytest.mark.parametrize("when", ["2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "nan", "", None])
async def test_wh4_how_old_an_event_is_does_not_matter(street: Street, when: str | None) -> None:
    assert (await street.send(event() | {"time": when})).status_code == 202
    assert await street.waiting() == 1


async def test_wh5_wh7_the_same_event_again_is_answered_and_has_no_second_effect(
    street: Street,
) -> None:
    for delivery in ("a", "b", "c"):  # each attempt has an id of its own
        assert (await street.send(event() | {"id": delivery})).status_code == 202
    assert await street.waiting() == 1
    assert (street.counts.received, street.counts.known) == (3, 2)


async def test_wh8_the_same_id_with_another_body_raises_an_alarm(street: Street) -> None:
    await street.send(event())
    with capture_logs() as logs:
        assert (await street.send(event(invoice={"id": 6}))).status_code == 202
    assert [row["event"] for row in logs if row["log_level"] == "error"] == ["event altered"]
    assert street.counts.altered == 1
    (pending,) = await street.worker.seen.take(10)
    assert json.loads(pending.names) == [["invoices", "id", 5]]


@pytest.mark.parametrize("tenant", [7654321, "1234567", None, 1234567.5, [], True])
async def test_another_tenants_event_is_refused_and_nothing_told(
    street: Street, tenant: object
) -> None:
    answer = await street.send(event(tenantId=tenant))
    assert answer.status_code == 403
    assert answer.json() == says("This is not for us.", "FORBIDDEN")
    assert (await street.waiting(), street.counts.refused) == (0, {"other tenant": 1})


async def test_wh13_unknown_kinds_are_taken_counted_and_do_no_harm(street: Street) -> None:
    for number, data in enumerate(({}, {"invoice": {"id": 7}}, {"thing": {"id": 7}})):
        told = event() | {"type": "tn.new.kind", "userassignedid": str(number), "future": [1]}
        told["data"] = data | {"tenantId": TENANT}
        assert (await street.send(told)).status_code == 202
    assert (street.counts.received, street.counts.unheard_of) == (3, 3)
    (pending,) = await street.worker.seen.take(10)
    assert json.loads(pending.names) == [["invoices", "id", 7]]


@pytest.mark.parametrize("of", ["5", 5.5, 2**63, -1, 0, None, True, [5], {}])
async def test_wh13_an_id_that_is_none_is_taken_and_counted(street: Street, of: object) -> None:
    assert (await street.send(event(invoice={"id": of}))).status_code == 202
    assert (await street.waiting(), street.counts.odd) == (0, 1)


@pytest.mark.parametrize("missing", ["userassignedid", "id", "type", "specversion", "data"])
async def test_wh13_an_event_without_what_it_needs_is_refused(street: Street, missing: str) -> None:
    told = event()
    del told[missing]
    assert refusal(await street.send(told)) == (400, "BAD_USER_INPUT")
    wrongs: list[object] = [5, 5.5, None, [], 2**63]
    for wrong in wrongs:
        assert refusal(await street.send(told | {missing: wrong})) == (400, "BAD_USER_INPUT")
    assert (await street.waiting(), street.counts.refused) == (0, {"no event": 6})


@pytest.mark.parametrize("body", [b"", b"\xff\xfe", b"[]", b"{", b"null", b"[" * 100_000])
async def test_signed_bytes_that_are_no_event(street: Street, body: bytes) -> None:
    assert refusal(await street.post(body, signature(body))) == (400, "BAD_USER_INPUT")


async def test_wh14_a_body_may_have_256_kib_and_no_more(street: Street) -> None:
    largest = BODY + b" " * (MOST_BYTES - len(BODY))
    assert (await street.post(largest, signature(largest))).status_code == 202
    larger = largest + b" "
    assert (await street.post(larger, signature(larger))).status_code == 413

    async def unannounced() -> AsyncIterator[bytes]:
        yield larger

    headers = {HEADER: signature(larger)}
    answer = await street.client.post(PATH, content=unannounced(), headers=headers)
    assert answer.status_code == 413
    assert street.counts.refused == {"body": 2}


async def test_wh14_ten_thousand_ids_in_one_event_name_a_few(street: Street) -> None:
    job = {"id": 7, "estimateIds": list(range(1, 10_001)), "firstAppointmentId": 11}
    await street.send(event(job=job))
    (pending,) = await street.worker.seen.take(10)
    assert len(json.loads(pending.names)) == 3


async def test_wh16_while_the_ledger_is_down_it_is_to_be_sent_again(tmp_path: Path) -> None:
    away = Ledger(f"sqlite+aiosqlite:///{tmp_path}/later/ledger.db")
    street = Street(away)
    answer = await street.send(event())
    assert answer.status_code == 503
    sentence = "This cannot be taken in at the moment. Send it again."
    assert answer.json() == says(sentence, "UPSTREAM_UNAVAILABLE")
    assert answer.headers["retry-after"] == "10"
    assert street.counts.refused == {"ledger": 1}
    (tmp_path / "later").mkdir()
    await away.open()
    assert (await street.send(event())).status_code == 202
    assert await street.waiting() == 1
    await away.aclose()


def test_wh16_a_ledger_that_hangs_is_waited_for_five_seconds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def hangs(_worker: EventWorker, _event: Event) -> Receipt:
        await asyncio.sleep(60)
        return Receipt.NEW

    async def told() -> tuple[Street, httpx.Response, float]:
        street = Street(Ledger("sqlite+aiosqlite://"))
        return street, await street.send(event()), asyncio.get_running_loop().time()

    monkeypatch.setattr(EventWorker, "receive", hangs)
    street, answer, seconds = in_virtual_time(told())
    assert refusal(answer) == (503, "UPSTREAM_UNAVAILABLE")
    assert seconds == WRITE_SECONDS == 5.0
    assert street.counts.refused == {"ledger": 1}


async def test_when_too_many_wait_it_is_to_be_sent_again(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(_event: Event) -> Receipt:
        return Receipt.FULL

    monkeypatch.setattr(EventWorker, "receive", lambda _self, told: full(told))
    assert refusal(await street.send(event())) == (503, "UPSTREAM_UNAVAILABLE")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_only_post(street: Street, method: str) -> None:
    assert (await street.client.request(method, PATH)).status_code == 405


async def test_nothing_of_an_event_reaches_the_log(street: Street) -> None:
    with capture_logs() as logs:
        await street.send(event(invoice={"id": 5, "customer": {"name": "CNRY-name"}}))
        await street.send(event(invoice={"id": 6, "customer": {"name": "CNRY-name"}}))
        await street.post(b"CNRY-name", signature(b"CNRY-name"))
        await street.post(b"CNRY-name", "CNRY-name")
    assert "CNRY" not in str(logs)
    assert KEY.decode() not in str(logs)


async def test_who_leaves_before_the_body_has_come_is_answered_nothing_of_note(
    street: Street,
) -> None:
    told: list[Message] = []
    scope = {"type": "http", "method": "POST", "path": PATH, "query_string": b""}
    scope["headers"] = [(HEADER.encode(), signature(BODY).encode())]
    parts: list[Message] = [
        {"type": "http.request", "body": BODY[:9], "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return parts.pop(0)

    async def send(message: Message) -> None:
        told.append(message)

    await (await street.endpoint.receive(Request(scope, receive)))(scope, receive, send)
    assert told[0]["status"] == 400
    assert (await street.waiting(), street.counts.refused) == (0, {})
