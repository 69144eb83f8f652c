"""Where a processor tells of charges: only what is signed is asked about, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from decimal import Decimal

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from structlog.testing import capture_logs

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.seen_events import SeenEvents
from adapters.payments.cashier import AttemptBusy
from adapters.payments.errors import OutcomeUnknown, ProcessorRefused, ProcessorUnavailable
from adapters.payments.processor import Charge, ChargeState
from adapters.payments.sandbox_events import SIGNATURE, read_sandbox_event
from gateway.http.deliveries import MOST_BYTES
from gateway.http.processor_webhooks import ProcessorWebhooks
from tests.gateway.webhook_street import says
from tests.payments.test_events import sandbox_signed

PATH = "/webhooks/sandbox-processor"
EVENT = b'{"id": "evt_1", "type": "order.moved", "order": "ord_1"}'
CHARGE = Charge("ord_1", ChargeState.SUCCEEDED, Decimal(5), "USD")


@dataclass
class Behind:
    """The processor and the cashier: what each is asked, and what goes wrong with it, in turn."""

    looks: list[str] = field(default_factory=list)
    heard: list[Charge] = field(default_factory=list)
    look_troubles: list[Exception] = field(default_factory=list)
    heard_troubles: list[Exception] = field(default_factory=list)
    wait: asyncio.Event | None = None

    async def look(self, ref: str) -> Charge:
        """Tell how a charge stands."""
        self.looks.append(ref)
        if self.wait is not None:
            await self.wait.wait()
        if self.look_troubles:
            raise self.look_troubles.pop(0)
        return CHARGE

    async def hear(self, charge: Charge) -> None:
        """Take in how it stands."""
        if self.heard_troubles:
            raise self.heard_troubles.pop(0)
        self.heard.append(charge)


@dataclass
class Desk:
    """The endpoint and what is behind it."""

    behind: Behind
    endpoint: ProcessorWebhooks
    client: httpx.AsyncClient

    async def send(
        self, body: bytes = EVENT, signed: Callable[[bytes], str] = sandbox_signed
    ) -> httpx.Response:
        """Deliver a body."""
        return await self.client.post(PATH, content=body, headers={SIGNATURE: signed(body)})


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    """An endpoint over a ledger in memory, in no hurry."""
    ledger, behind = Ledger("sqlite+aiosqlite://"), Behind()
    await ledger.open()
    endpoint = ProcessorWebhooks(
        "sandbox",
        SIGNATURE,
        read_sandbox_event,
        behind.look,
        behind.hear,
        SeenEvents(ledger),
        busy_seconds=(0.0, 0.0),
    )
    app = Starlette(routes=[Route(PATH, endpoint.receive, methods=["POST"])])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://gateway"
    ) as client:
        yield Desk(behind, endpoint, client)
    await ledger.aclose()


async def test_what_is_told_of_is_asked_and_taken_in(desk: Desk) -> None:
    answer = await desk.send()
    assert (answer.status_code, answer.content) == (200, b"")
    assert desk.behind.looks == ["ord_1"]
    assert desk.behind.heard == [CHARGE]


async def test_a_delivery_that_comes_again_is_answered_and_does_nothing(desk: Desk) -> None:
    for _ in range(3):
        assert (await desk.send()).status_code == 200
    assert desk.behind.heard == [CHARGE]
    assert desk.endpoint.counts == {"taken in": 1, "known": 2}


async def test_another_event_of_the_same_charge_is_another(desk: Desk) -> None:
    await desk.send()
    await desk.send(EVENT.replace(b"evt_1", b"evt_2"))
    assert len(desk.behind.heard) == 2


async def test_an_event_about_nothing_of_ours_is_passed_over(desk: Desk) -> None:
    assert (await desk.send(b'{"id": "evt_1"}')).status_code == 200
    assert desk.behind.looks == []
    assert desk.endpoint.counts == {"passed over": 1}


@pytest.mark.parametrize(
    "trouble",
    [ProcessorUnavailable("x"), OutcomeUnknown("x"), LedgerUnavailable("x"), AttemptBusy()],
)
async def test_what_cannot_be_taken_in_is_asked_for_again_and_then_is(
    desk: Desk, trouble: Exception
) -> None:
    desk.behind.heard_troubles = [trouble] * 3
    with capture_logs() as logs:
        answer = await desk.send()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "10")
    assert desk.behind.heard == []
    why = {"processor": "sandbox", "problem": type(trouble).__name__}
    assert logs == [{"event": "webhook put off", "log_level": "warning", **why}]
    desk.behind.heard_troubles = []
    assert (await desk.send()).status_code == 200
    assert desk.behind.heard == [CHARGE]
    assert desk.endpoint.counts == {"put off": 1, "taken in": 1}


async def test_a_processor_that_does_not_answer_is_asked_with_the_next_delivery(desk: Desk) -> None:
    desk.behind.look_troubles = [ProcessorUnavailable("x")]
    assert (await desk.send()).status_code == 503
    assert (await desk.send()).status_code == 200
    assert desk.behind.heard == [CHARGE]


async def test_a_charge_that_is_at_work_is_waited_for(desk: Desk) -> None:
    desk.behind.heard_troubles = [AttemptBusy(), AttemptBusy()]
    assert (await desk.send()).status_code == 200
    assert desk.behind.looks == ["ord_1"] * 3
    assert desk.behind.heard == [CHARGE]


async def test_a_charge_that_the_processor_does_not_know_is_nobodys(desk: Desk) -> None:
    desk.behind.look_troubles = [ProcessorRefused("x")]
    assert (await desk.send()).status_code == 200
    assert desk.behind.heard == []


async def test_what_takes_too_long_is_put_off(desk: Desk) -> None:
    desk.behind.wait = asyncio.Event()
    desk.endpoint.total_seconds = 0.05
    assert (await desk.send()).status_code == 503
    assert desk.behind.heard == []


async def test_an_error_of_ours_notes_nothing(desk: Desk) -> None:
    desk.behind.heard_troubles = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        await desk.send()
    assert (await desk.send()).status_code == 200
    assert desk.behind.heard == [CHARGE]


@pytest.mark.parametrize(
    "signed", [lambda _: "", lambda _: "0" * 64, lambda b: sandbox_signed(b + b" ")]
)
async def test_what_is_not_signed_is_not_asked_about(
    desk: Desk, signed: Callable[[bytes], str]
) -> None:
    answer = await desk.send(signed=signed)
    assert answer.status_code == 401
    assert answer.json() == says("The signature is not the right one.", "UNAUTHENTICATED")
    assert desk.behind.looks == []
    assert desk.endpoint.counts == {"wrong signature": 1}


@pytest.mark.parametrize(("signatures", "because"), [(0, "unsigned"), (2, "signed twice")])
async def test_exactly_one_signature_is_read(desk: Desk, signatures: int, because: str) -> None:
    headers = [(SIGNATURE, sandbox_signed(EVENT))] * signatures
    answer = await desk.client.post(PATH, content=EVENT, headers=headers)
    assert answer.status_code == 401
    assert desk.behind.looks == []
    assert desk.endpoint.counts == {because: 1}


async def test_what_is_no_event_or_too_large_is_refused(desk: Desk) -> None:
    answer = await desk.send(b"[]")
    assert answer.status_code == 400
    assert answer.json() == says("The body is no event of the sandbox's.", "BAD_USER_INPUT")
    assert (await desk.send(b" " * (MOST_BYTES + 1))).status_code == 413
    packed = {SIGNATURE: sandbox_signed(EVENT), "content-encoding": "gzip"}
    assert (await desk.client.post(PATH, content=EVENT, headers=packed)).status_code == 415
    assert (await desk.client.get(PATH)).status_code == 405
    assert desk.behind.looks == []
    assert desk.endpoint.counts == {"no event": 1, "body": 2}
