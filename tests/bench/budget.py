"""How long a run may take, part by part."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Budget:
    """A run's measures.

    Each server is loaded in `rounds` of `round_seconds`, in turns with the others, after
    `warm_up_seconds`; `cold_starts` is how many fresh gateways each cold operation is asked of;
    every cost is the best of `repeats`; the directory is one of `contacts`, and as many people
    as `lookups` are looked up in it; a mailing reaches `mailed` people, who open what it is about
    within `mailing_seconds`; `events` changes are told by event, and `deliveries` are timed. A
    crowd has `crowd` people; its times last `crowd_seconds` each, overload `overload_seconds`, and
    what a worker holds is looked at after each of `memory_rounds`. So many `viewers` ask the
    gateway and its peers.
    """

    rounds: int
    round_seconds: float
    warm_up_seconds: float
    cold_starts: int
    repeats: int
    contacts: int
    lookups: int
    mailed: int
    mailing_seconds: float
    events: int
    deliveries: int
    crowd: int
    crowd_seconds: float
    overload_seconds: float
    memory_rounds: int
    viewers: int
    connections: int = 16


FULL = Budget(
    rounds=5,
    round_seconds=1.0,
    warm_up_seconds=1.0,
    cold_starts=5,
    repeats=15,
    contacts=200_000,
    lookups=2000,
    mailed=1000,
    mailing_seconds=60.0,
    events=100,
    deliveries=400,
    crowd=200,
    crowd_seconds=5.0,
    overload_seconds=15.0,
    memory_rounds=8,
    viewers=50,
)
QUICK = Budget(
    rounds=1,
    round_seconds=0.3,
    warm_up_seconds=0.1,
    cold_starts=1,
    repeats=2,
    contacts=2000,
    lookups=20,
    mailed=20,
    mailing_seconds=1.2,
    events=2,
    deliveries=8,
    crowd=12,
    crowd_seconds=0.6,
    overload_seconds=0.8,
    memory_rounds=2,
    viewers=3,
)
