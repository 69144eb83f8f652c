"""What the gate tells: who is inside, who waits to begin, and who was sent away."""

from gateway.http.lanes import Lane
from gateway.http.overload import Gate
from gateway.metrics.families import Family, by, counter, gauge


def crowd(gate: Gate) -> list[Family]:
    """Return what is counted at the gate, by lane."""
    inside: dict[str, float] = {lane: gate.inside[lane] for lane in Lane}
    waiting: dict[str, float] = dict(gate.waiting().items())
    shed: dict[str, float] = {lane: gate.shed.lanes[lane] for lane in Lane}
    return [
        gauge(
            "requests_inside",
            "Requests that have begun or wait to begin.",
            by("lane", inside),
        ),
        gauge(
            "requests_waiting",
            "Requests that wait to begin: the processor is busy.",
            by("lane", waiting),
        ),
        counter(
            "requests_shed",
            "Requests sent away because more was asked than can be answered.",
            by("lane", shed),
        ),
        counter(
            "requests_at_once",
            "Requests sent away because one viewer had as many open as they may.",
            gate.shed.at_once,
        ),
    ]
