"""What a processor's delivery is believed for: its signature, and which charge it names."""

import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.payments.notices import NoNotice, Notice, NotSigned
from adapters.payments.sandbox_events import SANDBOX_WEBHOOK_KEY, read_sandbox_event
from adapters.payments.sandbox_events import SIGNATURE as SANDBOX_SIGNATURE
from adapters.payments.sandbox_processor import SANDBOX_KEY
from adapters.payments.stripe_events import EVENTS, TOLERANCE_SECONDS, read_stripe_event
from adapters.sandbox.processor import keys

SECRET = "whsec_standin0123456789"


def stripe_body(kind: str, about: dict[str, Any], event: str = "evt_1") -> bytes:
    """Return an event as Stripe has it."""
    told = {"id": event, "object": "event", "type": kind, "data": {"object": about}}
    return json.dumps(told).encode()


def stripe_signed(body: bytes, secret: str = SECRET, at: float | None = None) -> str:
    """Sign a body as Stripe documents it: over the time, a dot, and the bytes."""
    moment = int(time.time() if at is None else at)
    made = hmac.new(secret.encode(), f"{moment}.".encode() + body, "sha256").hexdigest()
    return f"t={moment},v1={made}"


def sandbox_signed(body: bytes) -> str:
    """Sign a body as the sandbox does."""
    return hmac.new(SANDBOX_WEBHOOK_KEY.encode(), body, "sha256").hexdigest()


INTENT = {"object": "payment_intent", "id": "pi_1"}
CHARGE = {"object": "charge", "id": "ch_1", "payment_intent": "pi_2"}


@pytest.mark.parametrize(
    ("kind", "about", "ref"),
    [
        ("payment_intent.succeeded", INTENT, "pi_1"),
        ("payment_intent.payment_failed", INTENT, "pi_1"),
        ("payment_intent.canceled", INTENT, "pi_1"),
        ("charge.refunded", CHARGE, "pi_2"),
        ("charge.dispute.created", {"object": "dispute", "payment_intent": "pi_3"}, "pi_3"),
        ("charge.dispute.closed", {"object": "dispute", "payment_intent": "pi_3"}, "pi_3"),
        ("refund.failed", {"object": "refund", "payment_intent": "pi_4"}, "pi_4"),
        ("refund.updated", {"object": "refund", "payment_intent": None}, None),
        ("charge.refunded", {"object": "charge", "id": "ch_9"}, None),
        ("payment_intent.created", INTENT, None),
        ("customer.updated", {"object": "customer", "id": "cus_1"}, None),
        ("something.of.next.year", {"anything": ["goes"]}, None),
    ],
)
def test_an_event_of_stripes_names_a_payment_or_nothing(
    kind: str, about: dict[str, Any], ref: str | None
) -> None:
    body = stripe_body(kind, about)
    assert read_stripe_event(body, stripe_signed(body), SECRET) == Notice("evt_1", ref)


def test_what_stripe_says_of_the_payment_is_not_read() -> None:
    lies = INTENT | {"status": "succeeded", "amount_received": 1, "metadata": {"marker": "other"}}
    body = stripe_body("payment_intent.succeeded", lies)
    assert read_stripe_event(body, stripe_signed(body), SECRET) == Notice("evt_1", "pi_1")


def test_each_of_two_secrets_is_believed_while_one_is_exchanged() -> None:
    body = stripe_body("payment_intent.succeeded", INTENT)
    moment, mine = stripe_signed(body).split(",")
    theirs = stripe_signed(body, "whsec_another").split(",")[1]
    assert read_stripe_event(body, f"{moment},{theirs},{mine}", SECRET).ref == "pi_1"


def wrong_signatures() -> dict[str, Callable[[bytes], str]]:
    """Return ways to sign wrongly."""
    return {
        "none": lambda _body: "",
        "no time": lambda body: stripe_signed(body).split(",")[1],
        "no digits": lambda _body: "t=x,v1=y",
        "another secret": lambda body: stripe_signed(body, "whsec_another"),
        "another body": lambda body: stripe_signed(body + b" "),
        "another time": lambda body: stripe_signed(body).replace("t=", "t=1"),
        "old": lambda body: stripe_signed(body, at=time.time() - TOLERANCE_SECONDS - 60),
        "an older scheme": lambda body: stripe_signed(body).replace("v1=", "v0="),
        "no letters of ours": lambda _body: "t=1,v1=é",
    }


@pytest.mark.parametrize("how", sorted(wrong_signatures()))
def test_what_stripe_did_not_sign_a_moment_ago_is_not_believed(how: str) -> None:
    body = stripe_body("payment_intent.succeeded", INTENT)
    with pytest.raises(NotSigned):
        read_stripe_event(body, wrong_signatures()[how](body), SECRET)


@pytest.mark.parametrize("body", [b"\xff\xfe", "\ud800".encode("utf-8", "surrogatepass")])
def test_bytes_that_are_no_text_are_not_believed(body: bytes) -> None:
    with pytest.raises(NotSigned):
        read_stripe_event(body, stripe_signed(body), SECRET)


BROKEN = (
    b"",
    b"1",
    b"null",
    b"[]",
    b"{}",
    b'{"id": 1, "type": "payment_intent.succeeded", "data": {"object": {}}}',
    b'{"id": "", "type": "payment_intent.succeeded", "data": {"object": {}}}',
    b'{"id": "e", "type": "payment_intent.succeeded", "data": {"object": []}}',
    b'{"id": "e", "type": "payment_intent.succeeded", "data": {"object": {"object": 1}}}',
    b'{"id": "e", "type": "payment_intent.succeeded"}',
    b"[" * 10_000,
)


@pytest.mark.parametrize("body", BROKEN)
def test_a_signed_body_that_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(NoNotice, match=r"^The body is no event of Stripe's\.$"):
        read_stripe_event(body, stripe_signed(body), SECRET)


def test_every_event_that_is_heard_stands_in_the_documentation() -> None:
    told = Path("docs/payments.md").read_text("utf-8")
    assert [event for event in sorted(EVENTS) if f"`{event}`" not in told] == []


def test_an_event_of_the_sandboxs_names_an_order() -> None:
    body = b'{"id": "evt_1", "type": "order.moved", "order": "ord_1"}'
    assert read_sandbox_event(body, sandbox_signed(body)) == Notice("evt_1", "ord_1")
    for wrong in ("", "é", sandbox_signed(body + b" "), sandbox_signed(body)[:-1]):
        with pytest.raises(NotSigned):
            read_sandbox_event(body, wrong)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"id": 1}', b"\xff", b"[" * 10_000])
def test_a_signed_body_that_is_no_event_of_the_sandboxs_is_refused(body: bytes) -> None:
    with pytest.raises(NoNotice, match=r"^The body is no event of the sandbox's\.$"):
        read_sandbox_event(body, sandbox_signed(body))


def test_both_sides_of_the_sandbox_have_the_same_keys() -> None:
    ours = SANDBOX_KEY, SANDBOX_WEBHOOK_KEY, SANDBOX_SIGNATURE
    assert ours == (keys.PROCESSOR_KEY, keys.PROCESSOR_WEBHOOK_KEY, keys.SIGNATURE)
