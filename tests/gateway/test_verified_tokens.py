"""A signature is verified once, and a token believed no longer than without that (issue 9)."""

import asyncio
import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc.jwk import RSAKey

from gateway.identity.bearer import Bearer
from gateway.identity.errors import InvalidToken, KeysUnavailable
from gateway.identity.keys import Keys
from gateway.identity.staff import StaffRules
from gateway.identity.verified import VerifiedTokens
from resolvers.policy import StaffSignIn
from resolvers.viewer import Viewer
from tests.gateway.test_tokens import refusal
from tests.gateway.verifiers import bearer_of
from tests.house import ready_house
from tests.telemetry.test_operations import samples

if TYPE_CHECKING:
    from tests.gateway.conftest import Clock, Provider

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
GOOD = {"kid": "k1", "use": "sig"}
NONE = "signed by a key that is not published"


def counted(bearer: Bearer) -> tuple[int, int]:
    """Return how many signatures were looked at, and how many tokens are remembered."""
    return bearer.checks, len(bearer.remembered)


async def renewed(keys: Keys, clock: "Clock") -> None:
    """Have the keys read anew."""
    clock.now += 1
    await keys.refresh()


async def test_a_signature_is_looked_at_once(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    token = provider.token()
    seen = [await bearer.viewer(token) for _ in range(50)]
    assert seen == [seen[0]] * 50
    assert counted(bearer) == (1, 1)


async def test_each_token_is_its_own(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    tokens = [provider.token(provider.claims(sub=f"person-{of}")) for of in range(3)]
    first = [await bearer.viewer(token) for token in tokens]
    assert [await bearer.viewer(token) for token in reversed(tokens)] == first[::-1]
    assert len({viewer.key for viewer in first}) == 3
    assert counted(bearer) == (3, 3)


async def test_a_token_that_differs_in_its_last_letter_is_another(
    provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    token = provider.token()
    await bearer.viewer(token)
    bits = LETTERS.index(token[-1]) ^ 0b100000  # the two lowest are no part of the signature
    assert await refusal(bearer, token[:-1] + LETTERS[bits]) == "its signature does not verify"
    assert await refusal(bearer, token[:-1]) == "its signature does not verify"
    await bearer.viewer(token)
    assert counted(bearer) == (3, 1)


async def test_jw14_it_ends_when_it_ends(
    provider: "Provider", bearer: Bearer, clock: "Clock"
) -> None:
    provider.publish()
    clock.now = float(int(clock.now))
    token = provider.token(provider.claims(exp=int(clock.now) + 300))
    await bearer.viewer(token)
    clock.now += 329.9
    await bearer.viewer(token)
    assert counted(bearer) == (1, 1)
    clock.now += 0.1
    for _ in range(2):
        assert await refusal(bearer, token) == "a claim does not hold: expired_token"
    assert counted(bearer) == (3, 0)


@pytest.mark.parametrize("claim", ["iat", "nbf"])
async def test_jw14_a_clock_that_is_set_back_finds_it_early(
    provider: "Provider", bearer: Bearer, clock: "Clock", claim: str
) -> None:
    provider.publish()
    clock.now = float(int(clock.now))
    token = provider.token(provider.claims(**{claim: int(clock.now) + 30}))
    await bearer.viewer(token)
    clock.now -= 1
    assert await refusal(bearer, token) == "a claim does not hold: invalid_claim"


TIMES = st.integers(-100, 100)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None
)
@given(
    TIMES,
    TIMES | st.floats(-100, 100, allow_nan=False),
    st.none() | TIMES,
    st.lists(st.floats(-200, 200, allow_nan=False), min_size=2, max_size=6),
)
async def test_jw14_what_is_remembered_is_judged_as_what_is_not(
    provider: "Provider",
    keys: Keys,
    clock: "Clock",
    iat: int,
    exp: float,
    nbf: int | None,
    moments: list[float],
) -> None:
    provider.publish()
    await keys.find("k1")
    began = float(int(clock.now))
    at = {"iat": int(began) + iat, "exp": began + exp, "nbf": None if nbf is None else began + nbf}
    token = provider.token(provider.claims(**at))
    remembering = bearer_of(keys, clock)
    try:
        for moment in moments:
            clock.now = began + moment
            told = await verdict(remembering, token)
            assert told == await verdict(bearer_of(keys, clock), token)
    finally:
        clock.now = began


async def verdict(bearer: Bearer, token: str) -> Viewer | str:
    """Return whose token it is, or why it is nobody's."""
    try:
        return await bearer.viewer(token)
    except InvalidToken as error:
        return error.reason


async def test_a_key_that_is_taken_away_ends_what_it_signed(
    provider: "Provider", keys: Keys, bearer: Bearer, clock: "Clock"
) -> None:
    provider.publish()
    token = provider.token()
    await bearer.viewer(token)
    provider.publish(provider.document("k2"))
    await renewed(keys, clock)
    for _ in range(2):
        assert await refusal(bearer, token) == NONE
    assert bearer.checks == 1


async def test_a_key_that_takes_anothers_id_ends_what_that_signed(
    provider: "Provider", keys: Keys, bearer: Bearer, clock: "Clock"
) -> None:
    provider.publish()
    token = provider.token()
    await bearer.viewer(token)
    provider.publish({**provider.stranger.as_dict(private=False), **GOOD})
    await renewed(keys, clock)
    assert await refusal(bearer, token) == "its signature does not verify"
    assert counted(bearer) == (2, 0)


async def test_keys_that_are_read_anew_are_looked_at_anew_once(
    provider: "Provider", keys: Keys, bearer: Bearer, clock: "Clock"
) -> None:
    provider.publish()
    token = provider.token()
    for _ in range(3):
        await bearer.viewer(token)
    await renewed(keys, clock)
    for _ in range(3):
        await bearer.viewer(token)
    assert counted(bearer) == (2, 1)


async def test_jw10_it_is_believed_no_longer_than_its_key_is(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    route = provider.publish()
    bearer = bearer_of(keys, clock, max_lifetime=200_000)
    token = provider.token(provider.claims(exp=int(clock.now) + 190_000))
    await bearer.viewer(token)
    route.respond(500)
    clock.now += 86_399
    await bearer.viewer(token)
    clock.now += 2
    with pytest.raises(KeysUnavailable):
        await bearer.viewer(token)
    assert counted(bearer) == (1, 1)


async def test_who_is_staff_is_asked_each_time(
    provider: "Provider", keys: Keys, clock: "Clock"
) -> None:
    provider.publish()
    choices = StaffSignIn()
    bearer = bearer_of(keys, clock, whose=StaffRules("roles", lambda: choices).viewer)
    token = provider.token()
    seen = await bearer.viewer(token)
    assert seen.staff is not None
    assert seen.staff.may_bill
    choices = StaffSignIn(billing_role="money")
    seen = await bearer.viewer(token)
    assert seen.staff is not None
    assert not seen.staff.may_bill
    choices = StaffSignIn(role="office")
    assert await refusal(bearer, token) == "it carries no role of staff"
    assert counted(bearer) == (1, 1)


async def test_refusals_are_not_remembered(
    provider: "Provider", keys: Keys, bearer: Bearer, clock: "Clock"
) -> None:
    provider.publish()
    forged = provider.token(key=provider.stranger)
    for _ in range(3):
        assert await refusal(bearer, forged) == "its signature does not verify"
    assert counted(bearer) == (3, 0)
    provider.publish({**provider.stranger.as_dict(private=False), **GOOD})
    await renewed(keys, clock)
    await bearer.viewer(forged)
    assert counted(bearer) == (4, 1)


@pytest.mark.parametrize(
    "claims",
    [{"aud": "another"}, {"email_verified": False}, {"nonce": "n"}, {"exp": 2**40}],
    ids=str,
)
async def test_a_signed_token_that_is_not_believed_is_not_remembered(
    provider: "Provider", bearer: Bearer, claims: dict[str, Any]
) -> None:
    provider.publish()
    for _ in range(2):
        await refusal(bearer, provider.token(provider.claims(**claims)))
    assert counted(bearer) == (2, 0)


async def test_many_at_once_are_all_let_in(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    token = provider.token()
    seen = await asyncio.gather(*(bearer.viewer(token) for _ in range(20)))
    assert len(set(seen)) == 1
    assert len(bearer.remembered) == 1


async def test_memory_is_bounded_and_the_longest_unused_goes_first(
    provider: "Provider", bearer: Bearer
) -> None:
    provider.publish()
    tokens = [provider.token(provider.claims(sub=f"person-{of}")) for of in range(3)]
    each = 3_000 + 4 * len(tokens[0])
    bearer.remembered = VerifiedTokens(2 * each)
    await bearer.viewer(tokens[0])
    await bearer.viewer(tokens[1])
    await bearer.viewer(tokens[0])
    await bearer.viewer(tokens[2])
    assert (*counted(bearer), bearer.remembered.weight) == (3, 2, 2 * each)
    await bearer.viewer(tokens[0])
    await bearer.viewer(tokens[2])
    assert bearer.checks == 3
    await bearer.viewer(tokens[1])
    assert (*counted(bearer), bearer.remembered.weight) == (4, 2, 2 * each)


async def test_no_token_is_kept_itself(provider: "Provider", bearer: Bearer) -> None:
    provider.publish()
    token = provider.token()
    await bearer.viewer(token)
    texts = [each for each in below(bearer.remembered) if isinstance(each, str)]
    octets = [each for each in below(bearer.remembered) if isinstance(each, bytes)]
    assert {"k1", "person-1"} <= set(texts)
    assert len(octets) == 1
    for part in (token, token.rpartition(".")[2]):
        assert [each for each in texts if part in each] == []
        assert [each for each in octets if part.encode() in each] == []


def below(root: object) -> Iterator[object]:
    """Give all that is held by this, but for what types and modules hold."""
    seen, left = {id(root)}, [root]
    while left:
        each = left.pop()
        yield each
        for held in gc.get_referents(each):
            if id(held) not in seen and not isinstance(held, (type, RSAKey)):
                seen.add(id(held))
                left.append(held)


async def test_a_gateway_looks_once_and_counts_it() -> None:
    async with ready_house() as house:
        before = samples(await house.metrics(), "token_signatures_checked")
        for _ in range(5):
            assert "errors" not in await house.ask("pat@example.com", "{ viewer { email } }")
        families = await house.metrics()
    after = samples(families, "token_signatures_checked")
    assert after["customers",] - before["customers",] == 1
    assert samples(families, "tokens_remembered")["customers",] >= 1
    assert samples(families, "tokens_remembered_bytes")["customers",] > 3_000
