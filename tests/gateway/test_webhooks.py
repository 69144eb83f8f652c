"""POST /webhooks/servicetitan: believed by its signature alone, answered at once, applied once."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from adapters.changes.applying import Applier
from adapters.changes.bus import Changes
from adapters.changes.counts import EventCounts
from adapters.changes.events import Event
from adapters.changes.worker import EventWorker
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import Receipt, SeenEvents
from gateway.http.deliveries import MOST_BYTES
from gateway.http.middleware import street_side
from gateway.http.webhooks import ServiceTitanWebhooks
from tests.changes.telling import FakeCache

PATH = "/webhooks/servicetitan"
HEADER = "x-servicetitan-signature"
KEY, NEXT = b"k" * 32, b"n" * 64
TENANT = 1234567


def event(**data: Any) -> dict[str, Any]:  # noqa: ANN401  # JSON
    return {
        "specversion": "1.0",
        "id": "b1f0",
        "type": "tn.acc.invoice-updated",
        "time": "2001-02-03T17:05:11.123Z",  # age is never a reason to refuse
        "source": "https://webhooks.servicetitan.io",
        "userassignedid": "invoice-updated-5",
        "datacontenttype": "application/json",
        "data": {"invoice": {"id": 5}, "tenantId": TENANT, "tenantName": "acme"} | data,
    }


BODY = json.dumps(event()).encode()


def signature(body: bytes, key: bytes = KEY) -> str:
    return hmac.new(key, body, "sha256").hexdigest()


def _raw(told: str | bytes) -> bytes:
    return told if isinstance(told, bytes) else told.encode()


class Street:
    """The endpoint as the street sees it, over a ledger in memory."""

    def __init__(self, ledger: Ledger, keys: tuple[bytes, ...] = (KEY, NEXT)) -> None:
        self.worker = EventWorker(SeenEvents(ledger), Applier(FakeCache(), Changes()))
        endpoint = ServiceTitanWebhooks(self.worker, keys, HEADER, TENANT)
        app = Starlette(
            routes=[Route(PATH, endpoint.receive, methods=["POST"])],
            middleware=street_side(public_url=None, cors_origins=()),
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://gateway"
        )

    async def post(self, body: bytes, *signatures: str | bytes, **headers: str) -> httpx.Response:
        """Send these bytes, with so many signatures."""
        told = [(HEADER.encode(), _raw(each)) for each in signatures]
        told += [(name.encode(), value.encode()) for name, value in headers.items()]
        return await self.client.post(PATH, content=body, headers=told)

    async def send(self, told: object, key: bytes = KEY) -> httpx.Response:
        """Send this as JSON, signed."""
        body = json.dumps(told).encode()
        return await self.post(body, signature(body, key))

    @property
    def counts(self) -> EventCounts:
        """What was counted."""
        return self.worker.counts

    async def waiting(self) -> int:
        """Tell how many events are still to be applied."""
        return await self.worker.seen.waiting()


Make = Callable[..., Street]


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    yield ledger
    await ledger.aclose()


@pytest.fixture
def street(ledger: Ledger) -> Street:
    return Street(ledger)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    (error,) = answer.json()["errors"]
    return answer.status_code, error["extensions"]["code"]


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


@pytest.mark.parametrize(
    "signatures",
    [
        (),
        ("",),
        ("sha256=",),
        (signature(BODY), signature(BODY)),
        (signature(BODY), signature(BODY, NEXT)),
        (f"{signature(BODY)}, {signature(BODY)}",),
        (signature(BODY, b"x" * 32),),
        ("sha1=" + hmac.new(KEY, BODY, "sha1").hexdigest(),),
        ("sha1=" + signature(BODY),),
        (signature(BODY)[:32] + b64encode(b"1" * 24).decode(),),
        (b64encode(hmac.digest(KEY, BODY, "sha256")).decode().rstrip("="),),
        ("ü".encode("latin-1") * 64,),
        (b"\xff\xfe" * 32,),
    ],
)
async def test_wh1_what_is_not_signed_as_it_must_be(
    street: Street, signatures: tuple[str | bytes, ...]
) -> None:
    assert refusal(await street.post(BODY, *signatures)) == (401, "UNAUTHENTICATED")
    assert await street.waiting() == 0
    assert (street.counts.received, street.counts.refused.total()) == (0, 1)


@pytest.mark.parametrize(
    "body",
    [
        BODY + b" ",
        b" " + BODY,
        BODY.replace(b": ", b":"),
        json.dumps(json.loads(BODY), sort_keys=True).encode(),
        BODY.decode().encode("utf-16"),
        b"",
        b"\xff" + BODY,
    ],
)
async def test_wh2_other_bytes_than_those_that_were_signed(street: Street, body: bytes) -> None:
    assert refusal(await street.post(body, signature(BODY))) == (401, "UNAUTHENTICATED")
    assert await street.waiting() == 0


async def test_without_a_key_nothing_is_believed_and_there_is_nothing_here(
    ledger: Ledger,
) -> None:
    street = Street(ledger, keys=())
    for key in (b"", KEY):
        assert refusal(await street.post(BODY, signature(BODY, key))) == (404, "NOT_FOUND")
    assert street.counts.refused == {"no key": 2}


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
    assert refusal(answer) == (403, "FORBIDDEN")
    assert str(TENANT) not in answer.text
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


async def test_unsigned_bodies_are_not_read(street: Street) -> None:
    read = 0

    async def told() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(3):
            read += 1
            yield BODY

    answer = await street.client.post(PATH, content=told())
    assert refusal(answer) == (401, "UNAUTHENTICATED")
    assert read == 0


async def test_the_log_tells_header_names_of_a_few_unsigned_deliveries(street: Street) -> None:
    with capture_logs() as logs:
        for _ in range(20):
            await street.post(BODY, **{"X-ST-Signature": "a secret"})
    learned = [row for row in logs if row["event"] == "webhook without one signature"]
    assert len(learned) == 10
    assert "x-st-signature" in learned[0]["headers"]
    assert "a secret" not in str(logs)


async def test_wh16_while_the_ledger_is_down_it_is_to_be_sent_again(tmp_path: Path) -> None:
    away = Ledger(f"sqlite+aiosqlite:///{tmp_path}/later/ledger.db")
    street = Street(away)
    answer = await street.send(event())
    assert refusal(answer) == (503, "UPSTREAM_UNAVAILABLE")
    assert answer.headers["retry-after"] == "10"
    assert street.counts.refused == {"ledger": 1}
    (tmp_path / "later").mkdir()
    await away.open()
    assert (await street.send(event())).status_code == 202
    assert await street.waiting() == 1
    await away.aclose()


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
