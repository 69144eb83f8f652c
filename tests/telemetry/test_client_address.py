"""Whom a request comes from, whatever its headers say."""

from ipaddress import ip_network

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from gateway.http.client_address import MOST_HOPS, ClientAddresses
from gateway.http.links import MISSES_AT_ONCE
from gateway.settings import SettingsError, read_settings
from tests.gateway.test_settings import GOOD
from tests.house import ready_house

PROXIES = [ip_network(of) for of in ("10.0.0.0/8", "192.0.2.7/32", "2001:db8:aaaa::/48")]


def request(peer: str | None, *forwarded: str) -> Request:
    """Return a request from this address with these headers."""
    headers = [(b"x-forwarded-for", of.encode("latin-1")) for of in forwarded]
    client = None if peer is None else (peer, 1234)
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("peer", "forwarded", "told"),
    [
        ("203.0.113.9", [], "203.0.113.9"),
        ("203.0.113.9", ["198.51.100.1"], "203.0.113.9"),  # nobody's proxy: spoofed
        ("10.1.2.3", [], "10.1.2.3"),
        ("10.1.2.3", [""], "10.1.2.3"),
        ("10.1.2.3", ["198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1"], "198.51.100.1"),  # what stands left is the client's
        ("10.1.2.3", ["1.1.1.1, 198.51.100.1, 192.0.2.7"], "198.51.100.1"),
        ("10.1.2.3", ["1.1.1.1", "198.51.100.1,10.9.9.9"], "198.51.100.1"),
        ("10.1.2.3", ["10.4.4.4, 10.5.5.5"], "10.4.4.4"),  # all ours: the farthest
        ("10.1.2.3", ["198.51.100.1, unknown"], "10.1.2.3"),  # a proxy that does not say
        ("10.1.2.3", ["198.51.100.1, unknown, 10.5.5.5"], "10.5.5.5"),
        ("10.1.2.3", ["<script>, 198.51.100.1:4711"], "198.51.100.1"),
        ("10.1.2.3", ["[2001:db8::1]:4711"], "2001:db8::1"),
        ("10.1.2.3", ["2001:db8::1"], "2001:db8::1"),
        ("2001:db8:aaaa::5", ["2001:db8:bbbb::1, 2001:db8:aaaa::6"], "2001:db8:bbbb::1"),
        ("::ffff:10.1.2.3", ["198.51.100.1"], "198.51.100.1"),  # one address, spelled twice
        ("10.1.2.3", ["::ffff:198.51.100.1"], "198.51.100.1"),
        ("10.1.2.3", ["192.0.2.8"], "192.0.2.8"),  # beside a proxy of ours
        ("10.1.2.3", ["127.0.0.1"], "127.0.0.1"),
        (None, ["198.51.100.1"], ""),
        ("testclient", ["198.51.100.1"], "testclient"),
    ],
)
def test_it_is_the_first_from_the_right_that_is_none_of_ours(
    peer: str | None, forwarded: list[str], told: str
) -> None:
    assert ClientAddresses(PROXIES).of(request(peer, *forwarded)) == told


def test_what_is_remembered_is_of_one_address_and_one_header() -> None:
    addresses = ClientAddresses(PROXIES)
    for _ in range(2):
        for of in ("198.51.100.1", "198.51.100.2"):
            assert addresses.of(request("10.1.2.3", of)) == of
            assert addresses.of(request("203.0.113.9", of)) == "203.0.113.9"
    known = addresses._known.cache_info  # noqa: SLF001  # nobody else is told
    assert (known().currsize, known().hits) == (4, 4)
    assert addresses.of(request("10.1.2.3", "9" * 200 + ",198.51.100.3")) == "198.51.100.3"
    assert known().currsize == 4  # it is long, and anybody's
    for number in range(5_000):
        addresses.of(request("10.1.2.3", f"198.51.{number // 256}.{number % 256}"))
    assert known().currsize == 4096


def test_without_proxies_the_header_is_not_looked_at() -> None:
    assert ClientAddresses().of(request("10.1.2.3", "198.51.100.1")) == "10.1.2.3"


def test_a_long_line_of_proxies_is_followed_so_far() -> None:
    line = ", ".join(["198.51.100.1", *["10.0.0.1"] * (MOST_HOPS + 1)])
    assert ClientAddresses(PROXIES).of(request("10.1.2.3", line)) == "10.0.0.1"
    line = ", ".join(["198.51.100.1", *["10.0.0.1"] * (MOST_HOPS - 1)])
    assert ClientAddresses(PROXIES).of(request("10.1.2.3", line)) == "198.51.100.1"


@given(
    st.lists(st.one_of(st.ip_addresses().map(str), st.text(st.characters(max_codepoint=255)))),
    st.ip_addresses(v=4, network="203.0.113.0/24").map(str),
)
def test_whatever_a_client_sends_the_proxy_s_word_counts(sent: list[str], client: str) -> None:
    line = [of.replace("\n", "").replace("\r", "") for of in sent]
    told = ClientAddresses(PROXIES).of(request("10.1.2.3", *line, client))
    assert told == client


async def test_rates_of_links_go_by_the_client_that_a_proxy_names() -> None:
    """The test client's own address is 127.0.0.1."""
    body = {"secret": "x" * 43}
    told = {"trusted_proxies": (ip_network("127.0.0.0/8"),)}
    async with ready_house(told=told) as house:

        async def miss(address: str) -> int:
            headers = {"x-forwarded-for": f"8.8.8.8, {address}"}
            answer = await house.gateway.post("/links/exchange", json=body, headers=headers)
            return answer.status_code

        assert {await miss("198.51.100.1") for _ in range(MISSES_AT_ONCE)} == {404}
        assert await miss("198.51.100.1") == 429
        assert await miss("198.51.100.2") == 404
    async with ready_house() as house:
        for n in range(MISSES_AT_ONCE):
            assert await miss(f"198.51.100.{n}") == 404
        assert await miss("198.51.100.99") == 429


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("10.0.0.0/8, 192.0.2.7", ("10.0.0.0/8", "192.0.2.7/32")),
        ("2001:db8::/32", ("2001:db8::/32",)),
        ("", ()),
    ],
)
def test_proxies_are_addresses_or_networks(told: str, read: tuple[str, ...]) -> None:
    settings = read_settings(GOOD | {"PORTAL_TRUSTED_PROXIES": told})
    assert tuple(map(str, settings.trusted_proxies)) == read


@pytest.mark.parametrize(
    "told", ["*", "0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example", "10.0.0"]
)
def test_proxies_are_never_everybody(told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(GOOD | {"PORTAL_TRUSTED_PROXIES": told})
    assert str(caught.value).startswith("PORTAL_TRUSTED_PROXIES is wrong: it must be the addresses")


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("0.0.0.0:9464", ("0.0.0.0", 9464)),  # noqa: S104  # a setting of the test's
        ("[::1]:9000", ("::1", 9000)),
        ("127.0.0.1:0", ("127.0.0.1", 0)),
        ("OFF", None),
        ("", ("127.0.0.1", 9464)),
    ],
)
def test_metrics_have_an_address(told: str, read: object) -> None:
    assert read_settings(GOOD | {"PORTAL_METRICS_ADDRESS": told}).metrics_address == read


@pytest.mark.parametrize(
    "told", ["9464", ":9464", "127.0.0.1", "127.0.0.1:", "::1:9464", "[127.0.0.1]:1", "a:1",
             "127.0.0.1:65536", "127.0.0.1:٣", "127.0.0.1:-1"]
)  # fmt: skip
def test_and_it_is_one(told: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_METRICS_ADDRESS is wrong: it must be an addr"):
        read_settings(GOOD | {"PORTAL_METRICS_ADDRESS": told})


def test_httpx_names_itself_as_this_machine() -> None:
    assert httpx.ASGITransport(lambda *_: None).client == ("127.0.0.1", 123)  # type: ignore[arg-type]  # never called
