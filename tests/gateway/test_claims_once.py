"""What a token claims is read once where it was verified, and believed no more than before."""

from typing import TYPE_CHECKING

import pytest
from starlette.datastructures import Headers

from gateway.http.admitting import staff_looks
from gateway.identity import door as doors
from gateway.identity.door import Door
from gateway.identity.errors import InvalidToken
from gateway.identity.headers import Claimed, read_claimed
from gateway.identity.keys import Keys
from resolvers.viewer import ViewerKind
from tests.gateway.test_verified_tokens import below
from tests.gateway.verifiers import ISSUER, bearer_of, staff_rules

if TYPE_CHECKING:
    from tests.gateway.conftest import Clock, Provider


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """All the tokens whose claims were read, each as often as they were."""
    told: list[str] = []

    def noted(token: str) -> Claimed:
        told.append(token)
        return read_claimed(token)

    monkeypatch.setattr(doors, "read_claimed", noted)
    return told


@pytest.fixture
def door(provider: "Provider", keys: Keys, clock: "Clock") -> Door:
    """A door for customers, and for staff of the same issuer."""
    provider.publish()
    staff = bearer_of(keys, clock, audience="console", whose=staff_rules().viewer)
    return Door([bearer_of(keys, clock), staff])


def kept(door: Door) -> int:
    """Return of how many tokens it is remembered what they claim."""
    return len(door._claimed)  # noqa: SLF001  # nobody else is told


async def test_of_a_verified_token_they_are_read_once(
    provider: "Provider", door: Door, read: list[str]
) -> None:
    token = provider.token()
    first = await door.verified(token)
    for _ in range(5):
        assert door.claimed(token) == read_claimed(token)
        assert await door.verified(token) == first
    assert (read, kept(door)) == ([token], 1)


async def test_of_a_refused_token_they_are_read_each_time_and_nothing_is_kept(
    provider: "Provider", door: Door, read: list[str]
) -> None:
    token = provider.token(key=provider.stranger)
    for _ in range(3):
        door.claimed(token)
        with pytest.raises(InvalidToken):
            await door.verified(token)
    assert (read, kept(door)) == ([token] * 6, 0)


async def test_what_is_no_token_claims_nothing_and_is_not_kept(door: Door) -> None:
    for text in ("", "a.b", "a.b.c", "x" * 9000, "\ud800"):
        with pytest.raises(InvalidToken):
            door.claimed(text)
        with pytest.raises(InvalidToken):
            await door.verified(text)
    assert kept(door) == 0


async def test_of_a_token_that_ended_nothing_is_kept(
    provider: "Provider", door: Door, clock: "Clock"
) -> None:
    token = provider.token()
    await door.verified(token)
    clock.now += 10_000
    for _ in range(2):
        with pytest.raises(InvalidToken):
            await door.verified(token)
    assert kept(door) == 0


async def test_the_same_claims_under_another_signature_are_another_token(
    provider: "Provider", door: Door
) -> None:
    claims = provider.claims()
    await door.verified(provider.token(claims))
    with pytest.raises(InvalidToken) as caught:
        await door.verified(provider.token(claims, key=provider.stranger))
    assert caught.value.reason == "its signature does not verify"
    assert kept(door) == 1


async def test_each_is_verified_by_its_own_however_often(provider: "Provider", door: Door) -> None:
    tokens = [provider.token(provider.claims(aud=aud)) for aud in ("portal", "console")]
    for _ in range(3):
        kinds = [(await door.verified(token)).kind for token in tokens]
        assert kinds == [ViewerKind.CUSTOMER, ViewerKind.STAFF]


async def test_who_looks_like_staff_is_the_same_whether_it_is_remembered_or_not(
    provider: "Provider", door: Door
) -> None:
    tokens = [
        provider.token(provider.claims(aud=aud), key=key)
        for aud in ("portal", "console", ["console", "x"])
        for key in (None, provider.stranger)
    ]
    fresh, remembering = (
        staff_looks(ISSUER, "console", *claimed) for claimed in ((), (door.claimed,))
    )
    verified = 0
    for _ in range(2):
        for token in tokens:
            headers = Headers({"authorization": f"Bearer {token}"})
            assert (
                remembering(headers)
                is fresh(headers)
                is ("console" in read_claimed(token).audiences)
            )
            try:
                await door.verified(token)
            except InvalidToken:
                continue
            verified += 1
    assert (verified, kept(door)) == (6, 3)


def test_where_there_is_no_staff_nobody_looks_like_it() -> None:
    looks = staff_looks(None, "console")
    assert not looks(Headers({"authorization": "Bearer a.b.c"}))
    assert looks(Headers({"cookie": "staff=x"}))


async def test_no_token_is_kept_itself(provider: "Provider", door: Door) -> None:
    token = provider.token()
    await door.verified(token)
    held = [each for each in below(door._claimed) if isinstance(each, str | bytes)]  # noqa: SLF001  # as above
    assert ISSUER in held
    for part in token.split("."):
        assert [each for each in held if part in str(each)] == []
