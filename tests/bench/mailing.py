"""A mailing: every customer of a business opens the same screen within a minute, all of it cold.

ServiceTitan's 60 calls a second are enforced by the sandbox, and so is its latency. Whoever is told
to come again comes again when told, as a front end would. What was asked upstream and how it was
answered is the sandbox's record.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.bench.budget import Budget
from tests.bench.failure import BenchFailed
from tests.bench.questions import HELLO, INVOICES_OPENED, MAILING_LATENCY_MS, TASKS_OPENED, Screen
from tests.bench.results import Mailing
from tests.bench.sandbox import HOST, Sandbox, sandbox_running
from tests.bench.servers import Server, body, gateway_running
from tests.bench.wishes import ServeGateway

SCREENS = (INVOICES_OPENED, TASKS_OPENED)

MOST_ASKED = 20
"""How often somebody comes again before they give up."""

BUSY = 429

OUT_OF_TURN_SECONDS = 1.0


@dataclass(slots=True)
class Person:
    """Somebody who opens a screen, `at` seconds after the mailing went out.

    `waits` is how many seconds each asking took; `told` is after how many to come again, for each
    that was refused; `had` is when they were answered, `halves` how often a part was. `problem` is
    what else they were told.
    """

    number: int
    token: str
    at: float
    waits: list[float] = field(default_factory=list)
    told: list[float] = field(default_factory=list)
    had: float = 0.0
    halves: int = 0
    problem: str | None = None


async def measure_mailings(budget: Budget, step: Callable[[str], None]) -> list[Mailing]:
    """Return the figures of each screen, each asked of a gateway that remembers nothing of it."""
    homes = ("--homes", str(budget.mailed))
    async with sandbox_running(MAILING_LATENCY_MS, *homes) as sandbox:
        found = []
        for screen in SCREENS:
            step(f"{budget.mailed:,} people open {screen.question.name}")
            found.append(await _one(sandbox, screen, budget))
        return found


async def _one(sandbox: Sandbox, screen: Screen, budget: Budget) -> Mailing:
    people = await _mailed(sandbox, budget)
    warm = await sandbox.token("pat@example.com")
    wish = ServeGateway(sandbox_url=sandbox.url)
    async with gateway_running("the gateway", wish, warm) as gateway:
        await gateway.ask(HELLO)
        await gateway.ask(screen.question)  # what names of things are the same for everybody
        await _quiet(sandbox)
        await sandbox.forget_calls()
        async with _street(gateway) as street:
            began = time.perf_counter()
            await asyncio.gather(*(_open(street, screen, each, began) for each in people))
            seconds = time.perf_counter() - began
    log = await sandbox.made_calls()
    return _figures(screen, people, log, seconds)


async def _mailed(sandbox: Sandbox, budget: Budget) -> list[Person]:
    """Return everybody, spread evenly over the time, whoever lives where."""
    numbers = list(range(1, budget.mailed + 1))
    Random(1).shuffle(numbers)  # noqa: S311  # the same ones every time
    every = budget.mailing_seconds / budget.mailed
    return [
        Person(number, await sandbox.token(f"homeowner{number}@example.net"), turn * every)
        for turn, number in enumerate(numbers)
    ]


def _street(gateway: Server) -> httpx.AsyncClient:
    """Return a client by which nobody waits for anybody: people have connections of their own."""
    return httpx.AsyncClient(
        base_url=f"http://{HOST}:{gateway.port}",
        headers={"content-type": "application/json"},
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        timeout=30.0,
        trust_env=False,
    )


async def _quiet(sandbox: Sandbox) -> None:
    """Wait until the gateway has read what it reads for itself."""
    before = -1
    while (now := await sandbox.calls(everything=True)) != before:
        before = now
        await asyncio.sleep(1.5)


async def _open(street: httpx.AsyncClient, screen: Screen, person: Person, began: float) -> None:
    await asyncio.sleep(began + person.at - time.perf_counter())
    headers = {"authorization": f"Bearer {person.token}"}
    for _ in range(MOST_ASKED):
        asked = time.perf_counter()
        answer = await street.post("/graphql", content=body(screen.question), headers=headers)
        person.waits.append(time.perf_counter() - asked)
        again = _again(answer, person)
        if again is None:
            person.had = time.perf_counter() - began
            return
        person.told.append(again)
        await asyncio.sleep(again)
    person.problem = f"asked {MOST_ASKED} times"


def _again(answer: httpx.Response, person: Person) -> float | None:
    """After how many seconds is this person to come again? None where they are answered."""
    if answer.status_code != httpx.codes.OK:
        person.problem = f"{answer.status_code}: {answer.text[:200]}"
        return None
    told: Mapping[str, Any] = answer.json()
    hints = [error["extensions"].get("retryAfterMs") for error in told.get("errors", ())]
    if not hints:
        return None
    if any(hint is None for hint in hints):
        person.problem = f"refused without a hint: {answer.text[:200]}"
        return None
    person.halves += _has_anything(told.get("data"))
    return max(map(float, hints)) / 1000


def _has_anything(data: object) -> bool:
    """Does any field hold what ServiceTitan would have to tell?"""
    if isinstance(data, Mapping):
        return any(_has_anything(value) for value in data.values())
    return data is not None


def _figures(
    screen: Screen, people: list[Person], log: list[Mapping[str, Any]], seconds: float
) -> Mailing:
    problems = [person.problem for person in people if person.problem is not None]
    if problems:
        raise BenchFailed(f"{len(problems)} of {len(people)} were sent away: {problems[0]}")
    first = sorted(person.waits[0] for person in people if not person.told)
    refused = sorted(person.waits[0] for person in people if person.told)
    return Mailing(
        name=screen.question.name,
        people=len(people),
        seconds=seconds,
        at_once=len(first),
        p50=_at(first, 0.5),
        p95=_at(first, 0.95),
        longest=_at(first, 1.0),
        told_again=len(people) - len(first),
        told_in=_at(refused, 0.95),
        askings=sum(len(person.waits) for person in people),
        most_askings=max(len(person.waits) for person in people),
        halved=sum(person.halves > 0 for person in people),
        calls=len(log),
        had_it=_at(sorted(each.had - each.at for each in people), 0.95),
        fewest=screen.calls * len(people),
        too_many=sum(call["status"] == BUSY for call in log),
        overtaken=_overtaken(people),
    )


def _overtaken(people: Iterable[Person]) -> int:
    """How many were answered more than a second after somebody who came later?"""
    overtaken, soonest = 0, float("inf")
    for person in sorted(people, key=lambda each: each.at, reverse=True):
        overtaken += person.had > soonest + OUT_OF_TURN_SECONDS
        soonest = min(soonest, person.had)
    return overtaken


def _at(took: list[float], share: float) -> float:
    return took[min(int(len(took) * share), len(took) - 1)] if took else 0.0
