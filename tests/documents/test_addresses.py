"""Signed addresses: what they open, for whom, for how long, and what everything else answers."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from resolvers.levels import AccessLevel
from resolvers.policy import Access, Documents, Override
from resolvers.signed_addresses import SignedAddresses, Target, TargetKind
from resolvers.viewer import Viewer, ViewerKind
from tests.house import HOME, NOON, House, demo_policy, number, ready_house, settings

OPEN = int(number("open-invoice"))
Address = Callable[..., str]
ADDRESSES = """{ viewer { invoices(first: 1) { nodes { number pdfUrl } } } }"""
INVOICE = Target(TargetKind.INVOICE, OPEN)
GONE = (404, "This address has ended. Open the document again from your portal.\n")
SECRET = settings().secret_key.get_secret_value().encode()


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


async def test_an_address_of_the_graph_opens_without_signing_in(house: House) -> None:
    (shown,) = (await house.data("pat@example.com", ADDRESSES))["viewer"]["invoices"]["nodes"]
    assert shown["number"] == str(OPEN)
    assert shown["pdfUrl"].startswith("http://gateway/documents/")
    answer = await house.gateway.get(shown["pdfUrl"])
    assert answer.status_code == 200
    assert answer.content.startswith(b"%PDF-1.7")
    headers = {name: answer.headers[name] for name in answer.headers if name != "x-request-id"}
    assert headers == {
        "content-type": "application/pdf",
        "content-length": str(len(answer.content)),
        "content-disposition": f'inline; filename="Invoice-{OPEN}.pdf"',
        "content-security-policy": "default-src 'none'",
        "cache-control": "no-store",
        "x-content-type-options": "nosniff",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
    }


def test_an_address_tells_nothing_of_whom_and_what_it_is_for() -> None:
    viewer = Viewer(ViewerKind.CUSTOMER, "the key of pat", "pat@example.com")
    made = SignedAddresses(SECRET, "https://portal.example.com")
    first, second = (made.to(INVOICE, viewer, NOON) for _ in range(2))
    assert first is not None
    assert first != second
    for secret in ("pat", str(OPEN), "invoice", "key of"):
        assert secret not in first.removeprefix("https://portal.example.com/")


async def test_the_log_does_not_hold_what_opens_a_document(house: House, address: Address) -> None:
    await house.gateway.get(address(INVOICE))
    await house.gateway.get(address(Target(TargetKind.VISIT, 400101)))
    paths = [line["path"] for line in house.logs if line["event"] == "request"]
    assert paths[-2:] == ["/documents/…", "/calendar/…"]


@pytest.mark.parametrize("minutes", [0, 9.9])
async def test_it_opens_for_ten_minutes(house: House, address: Address, minutes: float) -> None:
    made = address(INVOICE, now=NOON - timedelta(minutes=minutes))
    assert (await house.gateway.get(made)).status_code == 200


REFUSED = {
    "expired": (INVOICE, "pat@example.com", 10),
    "an invoice of a neighbor": (Target(TargetKind.INVOICE, 510001), "pat@example.com", 0),
    "an invoice that does not exist": (Target(TargetKind.INVOICE, 1), "pat@example.com", 0),
    "without billing access (R8, R18)": (INVOICE, "riley@example.com", 0),
    "no longer a contact": (INVOICE, "casey@example.com", 0),
    "an invoice that never had a balance (R21)": (
        Target(TargetKind.INVOICE, int(number("empty-invoice"))),
        "pat@example.com",
        0,
    ),
    "an estimate that was dismissed (R38)": (
        Target(TargetKind.ESTIMATE, int(number("dismissed-estimate"))),
        "pat@example.com",
        0,
    ),
    "a payment through an invoice it did not go to": (
        Target(TargetKind.RECEIPT, 700107, OPEN),
        "pat@example.com",
        0,
    ),
    "a payment through no invoice": (Target(TargetKind.RECEIPT, 700107), "pat@example.com", 0),
    "a payment of somebody without billing access": (
        Target(TargetKind.RECEIPT, 700107, int(number("partly-paid-invoice"))),
        "riley@example.com",
        0,
    ),
    "a visit that is done": (Target(TargetKind.VISIT, 400106), "pat@example.com", 0),
    "a visit of a neighbor": (Target(TargetKind.VISIT, 410001), "pat@example.com", 0),
}


@pytest.mark.parametrize("case", list(REFUSED))
async def test_what_may_not_be_opened_is_one_answer(
    house: House, address: Address, case: str
) -> None:
    target, email, minutes = REFUSED[case]
    made = address(target, email, NOON - timedelta(minutes=minutes))
    assert told(await house.gateway.get(made)) == GONE


async def test_what_was_not_sealed_here_is_the_same_answer(house: House, address: Address) -> None:
    made = address(INVOICE)
    token = made.rsplit("/", 1)[1]
    head, key, nonce, body, seal = token.split(".")
    visit = address(Target(TargetKind.VISIT, 400101)).rsplit("/", 1)[1].removesuffix(".ics")
    viewer = Viewer(ViewerKind.CUSTOMER, "key", "pat@example.com")
    elsewhere = SignedAddresses(b"another secret, of another gateway", "http://gateway")
    stranger = str(elsewhere.to(INVOICE, viewer, NOON)).rsplit("/", 1)[1]
    flipped = body[:10] + ("A" if body[10] != "A" else "B") + body[11:]
    for path in (
        "/documents/x",
        "/documents/" + "." * 4,
        "/documents/" + "é",
        "/documents/" + "A" * 5000,
        f"/documents/{head}.{key}.{nonce}.{flipped}.{seal}",
        f"/documents/{head}.{key}.{nonce}.{body}.{'A' * len(seal)}",
        f"/documents/{stranger}",
        f"/documents/{visit}",
        f"/calendar/{token}.ics",
        "/calendar/x.ics",
    ):
        assert told(await house.gateway.get(path)) == GONE, path


async def test_a_record_withdrawn_since_is_the_same_answer(house: House, address: Address) -> None:
    await house.put("invoices", OPEN, active=False)
    assert told(await house.gateway.get(address(INVOICE))) == GONE


async def test_a_right_taken_away_closes_the_address_at_once(
    house: House, address: Address
) -> None:
    made = address(INVOICE)
    assert (await house.gateway.get(made)).status_code == 200
    less = Access(people={"pat@example.com": (Override(customer=HOME, level=AccessLevel.NONE),)})
    house.choices.take(demo_policy(access=less))
    assert told(await house.gateway.get(made)) == GONE


async def test_nothing_can_be_written_there(house: House, address: Address) -> None:
    assert (await house.gateway.post(address(INVOICE))).status_code == 405


LATER = (503, "This document cannot be made at the moment. Try again in a minute.\n")


@pytest.mark.parametrize("module", ["invoices", "payments", "business-units"])
async def test_with_servicetitan_down_it_is_to_be_tried_later(
    house: House, address: Address, module: str
) -> None:
    await house.fault(f"/{module}$", status=500, times=20)
    answer = await house.gateway.get(address(INVOICE))
    assert told(answer) == LATER
    assert answer.headers["retry-after"] == "60"


async def test_an_invoice_that_cannot_be_read_whole_is_no_document(
    house: House, address: Address
) -> None:
    """R84: nothing is printed that leaves a part out."""
    row = (await house.sandbox.get(f"/_sandbox/records/invoices/{OPEN}")).json()
    await house.put("invoices", OPEN, items=[row["items"][0] | {"total": "a lot"}])
    assert told(await house.gateway.get(address(INVOICE))) == LATER


async def test_r39_without_a_template_there_is_no_estimate_to_open(address: Address) -> None:
    asked = "proposals { nodes { estimates { number pdfUrl } } }"
    async with ready_house(demo_policy(documents=Documents(estimates=False))) as house:
        shown = await house.viewer("pat@example.com", asked)
        estimates = [each for node in shown["proposals"]["nodes"] for each in node["estimates"]]
        assert {each["pdfUrl"] for each in estimates} == {None}
        assert {each["number"] for each in estimates} >= {"600101", "600102", "600103"}
        made = address(Target(TargetKind.ESTIMATE, 600102))
        assert told(await house.gateway.get(made)) == GONE


def test_without_an_address_of_its_own_the_gateway_gives_none() -> None:
    viewer = Viewer(ViewerKind.CUSTOMER, "key", "pat@example.com")
    assert SignedAddresses(SECRET, None).to(INVOICE, viewer, NOON) is None
