"""Only the bytes that were signed, by a key of ours, written in a way that is one."""

import hmac
from base64 import b64encode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.changes.signatures import is_signed

KEY, NEXT = b"k" * 32, b"n" * 64
BODY = b'{"id": 1}'
MAC = hmac.digest(KEY, BODY, "sha256")
HEX, BASE64 = MAC.hex(), b64encode(MAC).decode()


@pytest.mark.parametrize(
    "told", [HEX, HEX.upper(), BASE64, f"sha256={HEX}", f"sha256={BASE64}", f" {HEX} "]
)
def test_each_way_of_writing_it(told: str) -> None:
    assert is_signed(BODY, told, [KEY])
    assert is_signed(BODY, told, [NEXT, KEY])
    assert not is_signed(BODY, told, [NEXT])
    assert not is_signed(BODY, told, [])


@pytest.mark.parametrize(
    "told",
    [
        *("", "sha256=", "=", "sha256=sha256=" + HEX, "sha1=" + HEX, "sha512=" + HEX),
        *("SHA256=" + HEX, "sha256:" + HEX, HEX[:-1], HEX + "0", HEX[:-1] + "g"),
        *(BASE64[:-1], BASE64 + "=", BASE64[:-2] + "==", BASE64 + BASE64),
        *(HEX[:32] + BASE64[:12], f"{HEX},{HEX}", f"{HEX} {BASE64}", "0" * 64, HEX[::-1]),
        *("é" * 64, "٣" * 64, "\x00" + HEX, "\uff10" * 64),
    ],
)
def test_wh1_what_is_no_signature(told: str) -> None:
    assert not is_signed(BODY, told, [KEY])


def test_the_alphabet_of_addresses_is_not_the_one() -> None:
    bodies = (b"%d" % number for number in range(1000))
    macs = ((body, hmac.digest(KEY, body, "sha256")) for body in bodies)
    body, mac = next((body, mac) for body, mac in macs if b"-" in urlsafe_b64encode(mac))
    assert is_signed(body, b64encode(mac).decode(), [KEY])
    assert not is_signed(body, urlsafe_b64encode(mac).decode(), [KEY])


@pytest.mark.parametrize("body", [b'{"id":1}', b'{"id": 1} ', b'{"id": 1}\n', b"", BODY + BODY])
def test_wh2_one_byte_more_or_less_is_another_body(body: bytes) -> None:
    assert not is_signed(body, HEX, [KEY])


@given(st.text(max_size=80))
def test_whatever_is_told_it_is_not_believed(told: str) -> None:
    assert not is_signed(BODY, told, [KEY]) or told.strip().removeprefix("sha256=") in {HEX, BASE64}
