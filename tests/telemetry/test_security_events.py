"""LG-8: who is refused, or tries doors, leaves one event of security; a flood leaves few lines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Mount
from starlette.types import Receive, Scope, Send
from structlog.testing import capture_logs

from gateway.guesses import MANY
from gateway.http.middleware import street_side
from gateway.security import (
    LINES_EACH,
    LINES_IN_ALL,
    REMEMBERED,
    WINDOW_SECONDS,
    SecurityEvents,
    What,
    tell,
    tell_codes,
)
from tests.changes.hearing import KEYS
from tests.house import House, demo_policy
from tests.staff import EXPLAIN, PAYMENT_LINK, REVOKE, STAFF, VIEWER_ONLY, staffed_house
from tests.subscriptions.talking import Street, street
from tests.telemetry.conftest import Lines
from tests.telemetry.test_operations import samples

HOME = "{ viewer { email } }"
SECRET = "B" * 43
NETWORK = "127.0.0.0/24"


async def told_to_staff(house: House, email: str) -> dict[str, str]:
    """Return the header of a member of staff."""
    asked = {"email": email, "staff": True}
    told = await house.sandbox.post("/_sandbox/token", json=asked)
    return {"authorization": f"Bearer {told.json()['accessToken']}"}


async def post(house: House, headers: dict[str, str], query: str, **variables: object) -> None:
    """Ask, whatever the answer is."""
    body = {"query": query, "variables": variables}
    await house.gateway.post("/graphql", json=body, headers=headers)


async def bad_bearer(house: House) -> None:
    """Bring a token that is none."""
    await post(house, {"authorization": f"Bearer {SECRET}"}, HOME)


async def customer_looks_as_another(house: House) -> None:
    """Send the staff's header as a customer."""
    token = await house.token("pat@example.com")
    await post(house, {"authorization": f"Bearer {token}", "x-view-as": "sam@example.com"}, HOME)


async def customer_asks_as_staff(house: House) -> None:
    """Ask what staff alone may, twice in one operation."""
    headers = {"authorization": f"Bearer {await house.token('pat@example.com')}"}
    twice = EXPLAIN.replace(
        "explain(",
        "again: explain(email: $email, kind: $kind, number: $number) { visible } explain(",
    )
    await post(house, headers, twice, email="pat@example.com", kind="INVOICE", number="1")


async def staff_without_billing(house: House) -> None:
    """Ask what the billing role alone may."""
    headers = await told_to_staff(house, VIEWER_ONLY)
    await post(house, headers, PAYMENT_LINK, input={"invoiceNumber": "1"})


async def staff_changes_as_another(house: House) -> None:
    """Change something while looking through a customer's eyes."""
    headers = await told_to_staff(house, STAFF) | {"x-view-as": "pat@example.com"}
    await post(house, headers, REVOKE, input={"linkId": "x"})


async def nobody_asks(house: House) -> None:
    """Ask as nobody what somebody may."""
    await house.ask(None, '{ job(id: "x") { id } }')


async def too_deep(house: House) -> None:
    """Ask a document that nests too deep."""
    inner = "node { id customer { invoices { edges {" * 5
    outer = "} } } }" * 5
    await house.ask(
        "pat@example.com", f"{{ viewer {{ invoices {{ edges {{ {inner} {outer} }} }} }} }}"
    )


async def wrong_link(house: House) -> None:
    """Show a secret that opens nothing."""
    await house.gateway.post("/links/exchange", json={"secret": SECRET})


async def wrong_address(house: House) -> None:
    """Open a document under an address that was made up."""
    await house.gateway.get(f"/documents/{SECRET}")


async def wrong_signature(house: House) -> None:
    """Send an event that another has signed."""
    headers = {"x-servicetitan-signature": SECRET}
    await house.gateway.post("/webhooks/servicetitan", content=b"{}", headers=headers)


async def no_signature(house: House) -> None:
    """Tell of a payment without a signature."""
    await house.gateway.post("/webhooks/sandbox-processor", content=b"{}")


async def failed_sign_in(house: House) -> None:
    """Come back from the provider with nothing."""
    await house.gateway.get("/auth/callback?code=none&state=none")


async def forged_sign_out(house: House) -> None:
    """Have a foreign page sign somebody out."""
    await house.gateway.post("/auth/logout", headers={"origin": "https://evil.example"})


Deed = Callable[[House], Awaitable[None]]
GRAPH = "/graphql"
CASES: list[tuple[Deed, str, str, str | None]] = [
    (bad_bearer, "credentials refused", GRAPH, "it has not three parts"),
    (customer_looks_as_another, "access denied", GRAPH, "X-View-As by CUSTOMER"),
    (customer_asks_as_staff, "access denied", GRAPH, "FORBIDDEN"),
    (staff_without_billing, "access denied", GRAPH, "FORBIDDEN"),
    (staff_changes_as_another, "access denied", GRAPH, "FORBIDDEN"),
    (nobody_asks, "access denied", GRAPH, "UNAUTHENTICATED"),
    (too_deep, "limit hit", GRAPH, "LIMIT_EXCEEDED"),
    (wrong_link, "link refused", "/links/exchange", "it opens nothing"),
    (
        wrong_address,
        "link refused",
        "/documents/*",
        "an address that is sealed otherwise, or over",
    ),
    (wrong_signature, "signature refused", "/webhooks/*", None),
    (no_signature, "signature refused", "/webhooks/*", None),
    (failed_sign_in, "sign-in refused", "/auth/callback", "this browser began no sign-in"),
    (forged_sign_out, "access denied", "/auth/logout", "a sign-out that may be forged"),
]
KNOWN = {customer_asks_as_staff, staff_without_billing, staff_changes_as_another, too_deep}
"""Those whose credentials say who they are."""


@pytest.mark.parametrize(
    ("deed", "what", "path", "reason"), CASES, ids=[deed.__name__ for deed, *_ in CASES]
)
async def test_lg8_each_refusal_leaves_one_event_with_who_what_and_where(
    deed: Deed, what: str, path: str, reason: str | None
) -> None:
    async with staffed_house(told=KEYS) as house:
        await deed(house)
        told = [line for line in house.logs if line["event"] == "security"]
        families = await house.metrics()
    assert len(told) == 1, told
    key = told[0].pop("viewer_key", None)
    because = {} if reason is None else {"reason": reason}
    event = {"event": "security", "log_level": "warning", "what": what, "path": path}
    assert told == [event | {"network": NETWORK} | because]
    assert (key is not None) == (deed in KNOWN)
    assert "@" not in repr(key)
    assert SECRET not in repr(house.logs)
    assert samples(families, "security_events") == {(what,): 1}


async def test_lg8_a_budget_that_is_spent_is_an_event_and_an_overload_is_none() -> None:
    policy = demo_policy(limits=type(demo_policy().limits)(operations_per_minute=1))
    async with staffed_house(policy) as house:
        for _ in range(2):
            await house.ask("pat@example.com", HOME)
        told = [line for line in house.logs if line["event"] == "security"]
    assert [(line["what"], line["reason"]) for line in told] == [("limit hit", "RATE_LIMITED")]


async def test_lg8_records_that_are_guessed_are_an_event_of_the_same_kind() -> None:
    aliases = " ".join(f'a{n}: invoice(id: "x{n}") {{ id }}' for n in range(15))
    async with staffed_house() as house:
        for _ in range(2):
            await house.ask("pat@example.com", f"{{ {aliases} }}")
        (line,) = [line for line in house.logs if line["event"] == "security"]
        families = await house.metrics()
    assert (line["what"], line["count"], line["path"]) == ("records guessed", MANY, GRAPH)
    assert samples(families, "security_events") == {("records guessed",): 1}


async def open_and_be_refused(there: Street, token: str, **options: Any) -> None:  # noqa: ANN401  # as talk
    """Say who one is by this token, and be sent away."""
    async with there.talk(begins=False, **options) as talk:
        await talk.say(type="connection_init", payload={"Authorization": f"Bearer {token}"})
        assert (await talk.closed())[0] == 4403  # Forbidden


async def test_lg8_by_websocket_each_connection_and_each_operation_has_its_own_event() -> None:
    async with street() as there:
        await open_and_be_refused(there, SECRET)
        asked = {"email": "pat@example.com", "kind": "INVOICE", "number": "1"}
        async with there.talk(await there.house.token("pat@example.com")) as talk:
            for _ in range(2):
                told = await talk.ask(EXPLAIN, variables=asked)
                assert told["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        events = [line for line in there.house.logs if line["event"] == "security"]
    assert [(line["what"], line["path"]) for line in events] == [
        ("credentials refused", GRAPH),
        ("access denied", GRAPH),
        ("access denied", GRAPH),
    ]


async def test_lg8_a_line_carries_the_requests_id_and_is_whole_json(lines: Lines) -> None:
    async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
        tell(What.LINK, "it opens nothing")
        tell_codes(["NOT_FOUND", "FORBIDDEN", "FORBIDDEN"])
        tell(What.LINK, "once more")
        await Response(status_code=404)(scope, receive, send)

    app = Starlette(
        routes=[Mount("/", refuses)], middleware=street_side(public_url=None, cors_origins=())
    )
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, client=("2001:db8:1:2::3", 1)), base_url="http://gateway"
    ) as client:
        await client.get("/links/exchange?secret=x", headers={"x-request-id": "r1"})
    await asyncio.sleep(0)  # lines of requests are written together, once a round of the loop
    link, access, request = lines()
    assert (request["event"], request["request_id"]) == ("request", "r1")
    assert link.pop("timestamp") <= access.pop("timestamp")
    same = {
        "event": "security",
        "level": "warning",
        "request_id": "r1",
        "path": "/links/exchange",
        "network": "2001:db8:1::/48",
    }
    assert link == same | {"what": "link refused", "reason": "it opens nothing"}
    assert access == same | {"what": "access denied", "reason": "FORBIDDEN"}


def clocked() -> tuple[SecurityEvents, list[float]]:
    """Return events that go by a clock which is moved by hand."""
    now = [100.0]
    return SecurityEvents(lambda: now[0]), now


def test_lg8_a_flood_of_one_asker_has_few_lines_and_is_told_in_numbers() -> None:
    events, now = clocked()
    with capture_logs() as logs:
        for _ in range(1000):
            events.add(What.LINK, "one", {"network": NETWORK})
        assert len(logs) == LINES_EACH
        events.add(What.LIMIT, "one", {})
        events.add(What.LINK, "other", {})
        assert len(logs) == LINES_EACH + 2
        now[0] += WINDOW_SECONDS
        events.add(What.SIGN_IN, "third", {})
    assert events.counts == {"link refused": 1001, "limit hit": 1, "sign-in refused": 1}
    assert [(line["what"], line.get("count"), line.get("network")) for line in logs[-2:]] == [
        ("link refused", 1000 - LINES_EACH, NETWORK),
        ("sign-in refused", None, None),
    ]


def test_lg8_a_flood_from_everywhere_has_so_many_lines_and_no_more() -> None:
    events, now = clocked()
    many = REMEMBERED + 500
    with capture_logs() as logs:
        for of in range(many):
            events.add(What.CREDENTIALS, str(of), {})
        assert len(logs) == LINES_IN_ALL
        now[0] += WINDOW_SECONDS
        events.add(What.CREDENTIALS, "later", {})
    assert events.counts == {"credentials refused": many + 1}
    assert [(line["event"], line.get("count")) for line in logs[LINES_IN_ALL:]] == [
        ("security events without a line", many - LINES_IN_ALL),
        ("security", None),
    ]
    assert len(events._windows) == 1  # noqa: SLF001  # what is bounded is not told otherwise


async def test_lg8_a_flood_through_the_door_is_counted_whole() -> None:
    async with staffed_house() as house:
        for _ in range(LINES_EACH + 3):
            await bad_bearer(house)
        told = [line for line in house.logs if line["event"] == "security"]
        families = await house.metrics()
    assert len(told) == LINES_EACH
    assert samples(families, "security_events") == {("credentials refused",): LINES_EACH + 3}
