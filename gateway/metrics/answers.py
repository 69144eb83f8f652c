"""What is told of answers: how operations came to them, and how many are kept."""

from dataclasses import asdict

from gateway.answers.answers import Answers
from gateway.metrics.families import Family, by, counter, gauge
from gateway.threshold import Threshold
from resolvers.shelves import Shelves


def answered(answers: Answers, threshold: Threshold, shelves: Shelves) -> list[Family]:
    """Return what is counted of answers."""
    again, familiar = threshold
    kept = answers.kept
    return [
        counter(
            "answers",
            "Operations by how they came to their answers: run, or not, because the same one was.",
            by("how", asdict(answers.counts)),
        ),
        gauge(
            "answers_kept",
            "Answers that may be told again without running anything.",
            0 if kept is None else len(kept),
        ),
        gauge(
            "answers_kept_bytes",
            "Memory that kept answers take, as reckoned, with the rows behind them.",
            0 if kept is None else kept.weight,
        ),
        counter(
            "requests_known_again",
            "Requests that were known by their bytes, and answered by them.",
            0 if again is None else again.answered,
        ),
        gauge(
            "requests_known",
            "Requests that are known by their bytes when they come again.",
            0 if again is None else len(again),
        ),
        gauge(
            "requests_known_bytes",
            "Memory that known requests take, as reckoned, with their answers.",
            0 if again is None else again.weight,
        ),
        counter(
            "requests_familiar",
            "Requests whose heads were known, and that were run and answered at once.",
            0 if familiar is None else familiar.answered,
        ),
        gauge(
            "heads_known",
            "Heads by which it is known who asks when they come again with another question.",
            0 if familiar is None else len(familiar),
        ),
        gauge(
            "heads_known_bytes",
            "Memory that known heads take, as reckoned.",
            0 if familiar is None else familiar.weight,
        ),
        counter(
            "parts_told_again",
            "Parts of answers that stood on their viewer's shelf, and were made of what still is.",
            shelves.told,
        ),
        gauge("shelves", "Viewers of whom parts of answers are kept.", len(shelves)),
        gauge(
            "shelves_bytes",
            "Memory that parts of answers take, as reckoned, with the rows behind them.",
            shelves.weight,
        ),
    ]
