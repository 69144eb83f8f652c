"""The identity provider's keys: believed, renewed, kept on, and never fetched in a storm."""

import asyncio
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import respx

from gateway.identity import documents
from gateway.identity import keys as module
from gateway.identity.errors import KeysUnavailable, UnknownKey
from gateway.identity.keys import Keys
from gateway.workers import beside

if TYPE_CHECKING:
    from tests.gateway.conftest import Clock, Provider

ISSUER = "https://login.example.com/tenant"
DISCOVERY = f"{ISSUER}/.well-known/openid-configuration"
JWKS_URI = "https://login.example.com/keys"


async def settled() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_keys_are_fetched_once_and_kept(provider: "Provider", keys: Keys) -> None:
    route = provider.publish()
    await keys.find("k1")
    await keys.find("k1")
    assert route.call_count == 1
    assert keys.trouble() is None


async def test_many_at_once_share_one_fetch(provider: "Provider", keys: Keys) -> None:
    route = provider.publish()
    found = await asyncio.gather(*(keys.find("k1") for _ in range(50)))
    assert (route.call_count, len({id(key) for key in found})) == (1, 1)


async def test_jw8_an_unknown_id_asks_again_once_in_thirty_seconds(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    route = provider.publish()
    await keys.find("k1")
    clock.now += 31
    for number in range(1000):
        clock.now += 0.01
        with pytest.raises(UnknownKey):
            await keys.find(f"unknown-{number}")
    assert route.call_count == 2


async def test_a_new_key_is_found_when_its_first_token_comes(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    provider.publish()
    await keys.find("k1")
    provider.publish(provider.document("k1"), provider.document("k2"))
    clock.now += 31
    assert await keys.find("k2") is not None


async def test_ten_minutes_old_they_are_renewed_beside_the_request(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    provider.publish()
    await keys.find("k1")
    provider.publish(provider.document("k2"))
    clock.now += 601
    await keys.find("k1")
    await settled()
    with pytest.raises(UnknownKey):
        await keys.find("k1")


async def test_an_hour_old_they_are_waited_for(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    provider.publish()
    await keys.find("k1")
    provider.publish(provider.document("k2"))
    clock.now += 3601
    with pytest.raises(UnknownKey):
        await keys.find("k1")


BROKEN = [
    httpx.Response(500),
    httpx.Response(302, headers={"location": "https://evil.example/keys"}),
    httpx.Response(200, html="<html>"),
    httpx.Response(200, json={"keys": []}),
    httpx.Response(200, json={"keys": "none"}),
    httpx.Response(200, json=[]),
    httpx.Response(200, content=b""),
    httpx.Response(200, content=b" " * (256 * 1024 + 1)),
    httpx.Response(200, content=b'{"keys":[{"kid":"\xff"}]}'),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
]


@pytest.mark.parametrize("answer", BROKEN, ids=repr)
async def test_jw10_the_last_good_keys_hold_for_a_day(
    provider: "Provider", keys: Keys, clock: "Clock", answer: httpx.Response | Exception
) -> None:
    provider.publish()
    good = await keys.find("k1")
    provider.router.get(JWKS_URI).mock(
        side_effect=answer if isinstance(answer, Exception) else None,
        return_value=answer if isinstance(answer, httpx.Response) else None,
    )
    clock.now += 86_399
    assert await keys.find("k1") is good
    assert keys.trouble() is None
    clock.now += 2
    with pytest.raises(KeysUnavailable):
        await keys.find("k1")
    assert keys.trouble() == keys.problem
    assert str(keys.problem).startswith("The identity provider")


@pytest.mark.parametrize("answer", BROKEN, ids=repr)
async def test_jw10_cold_without_keys_nobody_can_be_verified(
    provider: "Provider", keys: Keys, answer: httpx.Response | Exception
) -> None:
    provider.publish()
    route = provider.router.get(DISCOVERY)
    route.mock(
        side_effect=answer if isinstance(answer, Exception) else None,
        return_value=answer if isinstance(answer, httpx.Response) else None,
    )
    for _ in range(3):
        with pytest.raises(KeysUnavailable):
            await keys.find("k1")
    assert route.call_count == 1


async def test_keys_are_kept_new_though_nobody_asks(
    provider: "Provider", keys: Keys, clock: "Clock", monkeypatch: pytest.MonkeyPatch
) -> None:
    # A gateway that is not ready is asked nothing: it has to find out by itself.
    monkeypatch.setattr(module, "BETWEEN_SECONDS", 0.005)
    provider.publish()
    route = provider.router.get(DISCOVERY).mock(side_effect=httpx.ConnectError("away"))
    await keys.refresh()
    assert keys.trouble() is not None
    async with beside(keys.keep()):
        provider.publish()
        async with asyncio.timeout(5):
            while keys.trouble() is not None:
                clock.now += 1
                await asyncio.sleep(0.001)
        asked = route.call_count
        clock.now += 599
        await asyncio.sleep(0.05)
        assert route.call_count == asked
        clock.now += 2
        for _ in range(5000):
            if route.call_count > asked:
                break
            await asyncio.sleep(0.001)
        clock.now += 1
        await asyncio.sleep(0.05)
        assert route.call_count == asked + 1


async def test_a_provider_that_hangs_is_given_up(
    provider: "Provider", keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "TOTAL_SECONDS", 0.05)
    provider.publish()

    async def hang(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(60)
        raise AssertionError(request)

    provider.router.get(JWKS_URI).mock(side_effect=hang)
    with pytest.raises(KeysUnavailable):
        await keys.find("k1")
    assert keys.trouble() == "The identity provider did not answer in time."


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": ISSUER + "/", "jwks_uri": JWKS_URI},
        {"issuer": "https://evil.example", "jwks_uri": JWKS_URI},
        {"issuer": ISSUER, "jwks_uri": "http://login.example.com/keys"},
        {"issuer": ISSUER, "jwks_uri": "http://127.0.0.1/keys"},
        {"issuer": ISSUER, "jwks_uri": "file:///etc/passwd"},
        {"issuer": ISSUER},
    ],
    ids=repr,
)
async def test_a_discovery_that_is_not_believed(
    provider: "Provider", keys: Keys, discovery: dict[str, str]
) -> None:
    route = provider.publish()
    provider.router.get(DISCOVERY).respond(json=discovery)
    with pytest.raises(KeysUnavailable):
        await keys.find("k1")
    assert route.call_count == 0


@pytest.mark.parametrize(
    "members",
    [
        {"use": "enc"},
        {"key_ops": ["sign"]},
        {"key_ops": "verify"},
        {"kty": "oct", "k": "AAAA"},
        {"kty": "EC"},
        {"kid": ""},
        {"kid": 7},
        {"n": ""},
        {"n": None},
        {"n": "AQAB"},
        {"e": "!"},
    ],
    ids=repr,
)
async def test_keys_that_are_not_used(
    provider: "Provider", keys: Keys, members: dict[str, Any]
) -> None:
    provider.publish(provider.document("good"), {**provider.document("bad"), **members})
    await keys.find("good")
    for kid in ("bad", "", "7"):
        with pytest.raises(UnknownKey):
            await keys.find(kid)


async def test_jw7_an_id_that_two_keys_share_is_nobodys(provider: "Provider", keys: Keys) -> None:
    elliptic = {**provider.elliptic.as_dict(private=False), "kid": "twice", "use": "sig"}
    provider.publish(provider.document("good"), provider.document("twice"), elliptic)
    await keys.find("good")
    with pytest.raises(UnknownKey):
        await keys.find("twice")


async def test_a_giant_key_set_is_not_read_to_its_end(provider: "Provider", keys: Keys) -> None:
    provider.publish(provider.document("k1", padding="x" * (256 * 1024)))
    with pytest.raises(KeysUnavailable):
        await keys.find("k1")
    assert keys.problem == "The identity provider's key set is larger than 256 KiB."


async def test_a_reader_that_leaves_does_not_end_the_fetch_of_others(
    provider: "Provider", keys: Keys
) -> None:
    provider.publish()
    leaver = asyncio.create_task(keys.find("k1"))
    stayer = asyncio.create_task(keys.find("k1"))
    await asyncio.sleep(0)
    leaver.cancel()
    assert await stayer is not None
    with pytest.raises(asyncio.CancelledError):
        await leaver


async def test_refresh_reads_before_the_first_token(provider: "Provider", keys: Keys) -> None:
    provider.publish()
    assert keys.trouble() == "The identity provider's keys are not read yet."
    await keys.refresh()
    assert keys.trouble() is None


async def test_closing_ends_a_fetch_that_is_under_way(clock: "Clock") -> None:
    with respx.mock as router:

        async def hang(request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(60)
            raise AssertionError(request)

        router.get(DISCOVERY).mock(side_effect=hang)
        keys = Keys(ISSUER, now=clock)
        waiting = asyncio.create_task(keys.find("k1"))
        await settled()
        await keys.aclose()
        with pytest.raises(asyncio.CancelledError):
            await waiting
