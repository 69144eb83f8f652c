"""POST /webhooks/servicetitan: what is not signed is not believed, not read, and learned from."""

import hmac
import json
from base64 import b64encode
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from adapters.ledger.ledger import Ledger
from gateway.http.deliveries import MOST_BYTES
from tests.gateway.webhook_street import (
    BODY,
    HEADER,
    KEY,
    NEXT,
    PATH,
    Street,
    event,
    refusal,
    says,
    signature,
)


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
    because = ("unsigned", "wrong signature", "signed twice")[len(signatures)]
    assert (street.counts.received, street.counts.refused) == (0, {because: 1})
    assert street.security == {"signature refused": 1}


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
        answer = await street.post(BODY, signature(BODY, key))
        assert answer.status_code == 404
        assert answer.json() == says("There is nothing here.", "NOT_FOUND")
    assert street.counts.refused == {"no key": 2}


async def test_each_refusal_says_what_is_wrong_in_one_sentence(street: Street) -> None:
    unsigned = await street.post(BODY, signature(BODY, b"x" * 32))
    assert unsigned.json() == says("The signature is not the right one.", "UNAUTHENTICATED")
    theirs = await street.send(event(tenantId=7654321))
    assert theirs.json() == says("This is not for us.", "FORBIDDEN")
    nothing = await street.send([])
    assert nothing.json() == says(
        "The body is no CloudEvent with the members that are needed.", "BAD_USER_INPUT"
    )
    large = b" " * (MOST_BYTES + 1)
    too_large = await street.post(large, signature(large))
    assert too_large.json() == says("The body is larger than 256 KiB.", "BAD_USER_INPUT")
    for answer in (unsigned, theirs, nothing, too_large):
        assert answer.headers["content-type"] == "application/json"
    assert street.security == {"signature refused": 1}


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
    assert {row["log_level"] for row in learned} == {"warning"}
    assert {row["expected"] for row in learned} == {HEADER}
    assert "x-st-signature" in learned[0]["headers"]
    assert "a secret" not in str(logs)


@pytest.mark.parametrize("signatures", [1, 2])
async def test_nothing_is_learned_of_what_has_one_signature(
    street: Street, signatures: int
) -> None:
    with capture_logs() as logs:
        await street.post(BODY, *[signature(BODY)] * signatures)
    learned = [row for row in logs if row["event"] == "webhook without one signature"]
    assert len(learned) == signatures - 1


async def test_the_log_tells_a_few_names_of_headers_and_the_beginning_of_each(
    street: Street,
) -> None:
    names = {f"a{number:02}-{'x' * 80}": "1" for number in range(70)}
    with capture_logs() as logs:
        await street.post(BODY, **names)
    (learned,) = [row for row in logs if row["event"] == "webhook without one signature"]
    assert learned["headers"] == [name[:64] for name in list(names)[:64]]
