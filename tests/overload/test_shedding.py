"""Who is sent away: at once, before anything is verified, and never money for reading."""

import asyncio
from base64 import urlsafe_b64encode

import pytest
from starlette.datastructures import Headers

from gateway.http import admitting
from gateway.http.exchange import GraphQLRequest
from gateway.http.lanes import Lane
from gateway.http.overload import MOST
from gateway.http.refusals import Refused
from resolvers.policy import Limits
from resolvers.viewer import ANONYMOUS
from tests.house import House, open_house
from tests.overload.asking import MUCH, MUTATION, QUERY, WRONG, Asked, Desk

TOO_MANY = "Too many are asking at the moment. Ask again a little later."
POSING = "{ viewer { email } } # a mutation, says this comment"


async def over(asked: Asked) -> Asked:
    """Wait until it is answered."""
    async with asyncio.timeout(5):
        await asked.task
    return asked


def told(asked: Asked) -> tuple[int, str]:
    """Return the status and the code."""
    (error,) = asked.body["errors"]
    return asked.status, error["extensions"]["code"]


async def test_sh7_the_answer_says_when_to_come_again_and_nobody_was_verified() -> None:
    desk = Desk(most={**MOST, Lane.PEOPLE: 1})
    held = desk.ask(QUERY)
    await desk.begins(1)
    asked = await over(desk.ask(QUERY, client="192.0.2.2", authorization="Bearer a.b.c"))
    (error,) = asked.body["errors"]
    wait = error["extensions"]["retryAfterMs"]
    assert 1000 <= wait <= 3000
    assert asked.body == {
        "errors": [
            {
                "message": TOO_MANY,
                "extensions": {"code": "RATE_LIMITED", "retryAfterMs": wait},
            }
        ]
    }
    assert asked.status == 503
    assert asked.headers["retry-after"] == str(-(-wait // 1000))
    assert asked.headers["content-type"] == "application/json"
    assert (desk.identified, desk.begun) == (1, [QUERY])
    desk.go_on.set()
    assert (await over(held)).status == 200
    assert (await over(desk.ask(QUERY))).status == 200
    assert desk.gate.inside[Lane.PEOPLE] == 0


async def test_sh8_while_reading_is_sent_away_money_and_staff_are_let_in() -> None:
    desk = Desk(most={**MOST, Lane.PEOPLE: 1})
    desk.ask(QUERY)
    await desk.begins(1)
    claims = urlsafe_b64encode(b'{"iss":"staff","aud":"portal"}').decode().rstrip("=")
    paying = desk.ask(MUTATION, client="192.0.2.2")
    await desk.begins(2)
    assert (await over(desk.ask(QUERY, client="192.0.2.3"))).status == 503
    posing = await over(desk.ask("{ a }", client="192.0.2.4", authorization=f"Bearer a.{claims}.b"))
    assert told(posing) == (503, "RATE_LIMITED")  # it says so, and turns out to be no staff
    assert desk.identified == 3
    posing = await over(desk.ask(POSING, client="192.0.2.5"))
    assert told(posing) == (503, "RATE_LIMITED")
    assert desk.begun == [QUERY, MUTATION]
    desk.go_on.set()
    assert (await over(paying)).status == 200
    assert desk.gate.shed.lanes == {Lane.PEOPLE: 3}


async def test_one_viewer_fills_nothing_but_their_own_share() -> None:
    desk = Desk(limits=Limits(at_once=10, address_at_once=50))
    for _ in range(10):
        desk.ask(QUERY, authorization="Bearer a")
    await desk.begins(10)
    refused = await over(desk.ask(QUERY, authorization="Bearer a"))
    assert refused.status == 429
    assert refused.headers["retry-after"] == "1"
    assert refused.body == {
        "errors": [
            {
                "message": "You have 10 questions open. Wait until one of them is answered.",
                "extensions": {"code": "RATE_LIMITED", "retryAfterMs": 1000},
            }
        ]
    }
    assert desk.identified == 10
    other = desk.ask(QUERY, authorization="Bearer b")
    await desk.begins(11)
    desk.go_on.set()
    assert (await over(other)).status == 200
    assert (await over(desk.ask(QUERY, authorization="Bearer a"))).status == 200


async def test_who_is_told_again_that_they_ask_too_much_waits_for_it_and_others_do_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(admitting, "MOST_HELD", 3)
    desk = Desk(limits=Limits(at_once=1))
    desk.ask(QUERY, authorization="Bearer a")
    await desk.begins(1)
    flood = [desk.ask(QUERY, authorization="Bearer a") for _ in range(6)]
    other = desk.ask(QUERY, authorization="Bearer b")
    await desk.begins(2)
    await asyncio.gather(*(flood[of].task for of in (0, 4, 5)))
    assert [of.task.done() for of in flood] == [True, False, False, False, True, True]
    assert other.sent == []
    assert [(await over(of)).status for of in flood] == [429] * 6
    assert desk.gate.shed.at_once == 6
    desk.go_on.set()
    assert (await over(other)).status == 200


async def test_who_asked_too_often_waits_as_well_when_they_ask_again_at_once() -> None:
    desk = Desk()
    first, stranger = (desk.ask(MUCH, authorization=f"Bearer {of}") for of in "ab")
    assert [(await over(of)).status for of in (first, stranger)] == [429, 429]
    again, wrong = (desk.ask(of, authorization="Bearer a") for of in (MUCH, WRONG))
    assert (await over(wrong)).status == 400
    assert not again.task.done()
    assert (await over(again)).status == 429
    await asyncio.sleep(admitting.HELD_SECONDS + 0.1)
    later = desk.ask(MUCH, authorization="Bearer a")
    await asyncio.wait({later.task}, timeout=0.5)
    assert later.status == 429


async def test_without_credentials_an_address_has_a_share_and_a_network_of_six_one() -> None:
    desk = Desk(limits=Limits(at_once=1, address_at_once=2))
    for client in ("2001:db8::1", "2001:db8::2"):
        desk.ask(QUERY, client=client)
    await desk.begins(2)
    assert (await over(desk.ask(QUERY, client="2001:db8::3"))).status == 429
    desk.ask(QUERY, client="2001:db8:0:1::3")
    await desk.begins(3)
    desk.go_on.set()


async def test_a_trusted_name_of_a_mutation_is_let_in_as_one() -> None:
    documents = {"pays": MUTATION, "reads": QUERY}
    desk = Desk(most={**MOST, Lane.PEOPLE: 1}, known=documents.get)
    assert desk.known("pays") == MUTATION
    desk.ask(QUERY)
    await desk.begins(1)
    named = {name: GraphQLRequest(document_id=name) for name in ("pays", "reads", "unknown")}
    paying = await desk.admitting.enter(Headers(), "192.0.2.2", named["pays"])
    assert desk.gate.inside[Lane.CHANGES] == 1
    for name in ("reads", "unknown"):
        with pytest.raises(Refused):
            await desk.admitting.enter(Headers(), "192.0.2.2", named[name])
    found = GraphQLRequest(document_id="unknown", query=MUTATION, is_read=True)
    await desk.admitting.settle(paying, found, ANONYMOUS, changes=True)
    await desk.admitting.enter(Headers(), "192.0.2.2", named["unknown"])
    assert desk.gate.inside[Lane.CHANGES] == 2
    desk.go_on.set()


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/webhooks/servicetitan", Lane.EVENTS),
        ("/documents/token", Lane.PEOPLE),
        ("/calendar/token.ics", Lane.PEOPLE),
        ("/links/exchange", Lane.PEOPLE),
        ("/health/live", None),
    ],
)
async def test_every_other_place_has_its_lane(path: str, lane: Lane | None) -> None:
    bound = {} if lane is None else {f"{lane.value}_at_once": 1}
    async with open_house(told=bound | {"webhook_keys": ("k" * 32,)}) as house:
        gate = house.app.state.gate  # type: ignore[union-attr]  # Starlette's own
        entry = None if lane is None else await gate.enter(lane)
        answer = await house.gateway.post(path)
        assert (answer.status_code == 503) == (lane is not None)
        if entry is not None and lane is not None:
            assert answer.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
            assert int(answer.headers["retry-after"]) in {1, 2, 3}
            entry.leave()
            again = await house.gateway.post(path)
            assert again.status_code != 503
            assert await shed(house) == {lane.value: 1.0}
            assert gate.inside[lane] == 0


async def shed(house: House) -> dict[str, float]:
    """Return the lanes from which somebody was sent away, as metrics tell it."""
    (family,) = (f for f in await house.metrics() if f.name == "portal_gateway_requests_shed")
    return {of.labels["lane"]: of.value for of in family.samples if of.value}
