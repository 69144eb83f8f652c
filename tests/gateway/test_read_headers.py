"""Headers read once say what Starlette's say."""

import pytest
from starlette.datastructures import Headers

from gateway.http.read_headers import ReadHeaders, ReadRequest

RAW = [(b"accept", b"*/*"), (b"cookie", b"a=1"), (b"cookie", b"b=\xe9"), (b"x-empty", b"")]


@pytest.mark.parametrize("name", ["accept", "ACCEPT", "Cookie", "x-empty", "none", ""])
def test_headers_read_once_say_what_starlettes_say(name: str) -> None:
    read, usual = ReadHeaders(RAW), Headers(raw=RAW)
    assert read.getlist(name) == usual.getlist(name)
    assert (read.get(name), read.get(name, "other")) == (usual.get(name), usual.get(name, "other"))
    assert (name in read) is (name in usual)
    assert read == usual
    assert read.items() == usual.items()


def test_what_was_not_sent_is_not_there() -> None:
    with pytest.raises(KeyError):
        ReadHeaders(RAW)["none"]
    assert ReadHeaders(RAW)["cookie"] == "a=1"


def test_nobody_changes_what_was_read() -> None:
    read = ReadHeaders(RAW)
    read.getlist("cookie").clear()
    assert read.getlist("cookie") == ["a=1", "b=é"]


def test_a_request_reads_them_once() -> None:
    request = ReadRequest({"type": "http", "headers": RAW})
    assert request.headers is request.headers
    assert request.cookies == {"a": "1", "b": "é"}
