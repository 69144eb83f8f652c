"""Bodies read fast are read as those that are read with care: the same values, the same refusals.

What is refused, and in which words, stands in test_bodies.py and test_requests.py.
"""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.http.refusals import Refused
from gateway.http.strict_json import Doubtful, judged, parsed, plain

NAMES = st.sampled_from(['"a"', '"b"', '"a:b"', '":"', '"\\u0061"', '"\\u003a"', '"é"', '"\\\\"'])
TEXTS = (
    NAMES
    | st.text(max_size=6).map(json.dumps)
    | st.text(max_size=6).map(lambda text: json.dumps(text, ensure_ascii=False))
    | st.sampled_from(['"\\ud800"', '"\\ud83d\\ude00"', '"\x7f"', '"\n"', '"\\/"', '"\\x"', "'a'"])
)
ODD = (
    *("-0", "-0.0", "1.", ".5", "01", "1e5", "1E400", "-1e400", "1e-400", "NaN", "-Infinity", "+1"),
    *("9" * 18, "9" * 19, "-" + "9" * 18, "-1" + "0" * 18, "1" + "0" * 18, "9" * 400),
    *("1e17", "1e18", "1e19", "123456789012345678.0", "0.1", "18446744073709551616"),
)
NUMBERS = st.integers(-(10**21), 10**21).map(str) | st.floats().map(str) | st.sampled_from(ODD)
SPACE = st.sampled_from(["", " ", "\n\t", "\r", "\x0c", "\u00a0", "\ufeff"])


def objects(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Give objects as they are written, members twice among them."""
    members = st.tuples(NAMES, SPACE, inner).map(lambda part: f"{part[0]}{part[1]}:{part[2]}")
    return st.lists(members, max_size=4).map(lambda told: "{" + ",".join(told) + "}")


WRITTEN = st.recursive(
    TEXTS | NUMBERS | st.sampled_from(["null", "true", "false", "nul", "True", ""]),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda told: "[" + ",".join(told) + "]") | objects(inner)
    ),
    max_leaves=12,
)


def verdict(read: Any, body: bytes) -> str:  # noqa: ANN401  # `parsed` or `judged`
    """Return the value and its types, or the words of the refusal."""
    try:
        return f"value {read(body)!r}"
    except Refused as refused:
        return refused.answer().body.decode()


@settings(max_examples=500, deadline=None)
@example(("", '{"a":1,"a":1}', ""))
@example(("", '{"a":":","a":1}', ""))
@example(("", '{"a":{"b":1},"a":{"b":1}}', ""))
@example(("", '{"a\\u003a":1,"a":1}', ""))
@example(("", '{"a":1,"a":1,"b":"\\u003a"}', ""))
@example(("", "18446744073709551616", ""))
@example(("", "-0", ""))
@given(st.tuples(SPACE, WRITTEN, SPACE))
def test_read_fast_as_with_care(parts: tuple[str, str, str]) -> None:
    body = "".join(parts).encode(errors="surrogatepass")
    assert verdict(parsed, body) == verdict(judged, body)


@settings(max_examples=300, deadline=None)
@given(WRITTEN.map(lambda text: text.encode()), st.data())
def test_a_body_with_one_byte_changed_is_read_fast_as_with_care(
    body: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(body)))
    changed = body[:at] + bytes([data.draw(st.integers(0, 255))]) + body[at + 1 :]
    assert verdict(parsed, changed) == verdict(judged, changed)


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"a":[{"a":'])
@pytest.mark.parametrize("deep", [15, 16, 17, 31, 32, 33, 34, 5000])
def test_depth_is_counted_alike(opening: str, deep: int) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(sign, "") for sign in reversed(opening))
    body = (opening * deep + "1" + closing * deep).encode()
    assert verdict(parsed, body) == verdict(judged, body)


PLAIN: list[object] = [
    {"query": "{ viewer { email } }"},
    {"query": "{ a: job(id: 1) { id } }", "variables": {"first": 20, "deep": [{"b": [None, 1.5]}]}},
    {"query": 'query A { a(b: "c") }', "operationName": "A", "extensions": {"é:": True}},
    {"documentId": "sha256:" + "0" * 64, "variables": {}},
    [],
    10**18 - 1,
]


@pytest.mark.parametrize("value", PLAIN, ids=repr)
def test_what_clients_send_is_read_fast(value: object) -> None:
    body = json.dumps(value, ensure_ascii=False).encode()
    assert plain(body) == value


@pytest.mark.parametrize(
    "body", [b'{"a":1,"a":1}', b'{"a":{"b":1,"b":1}}', b'"\\u003a"', b"1" + b"0" * 18, b"[" * 33]
)
def test_what_is_in_doubt_is_read_with_care(body: bytes) -> None:
    with pytest.raises(Doubtful):
        plain(body)
