"""What is told of answers: how operations came to them, and how many are kept."""

from dataclasses import asdict

from gateway.answers.answers import Answers
from gateway.metrics.families import Family, by, counter, gauge


def answered(answers: Answers) -> list[Family]:
    """Return what is counted of answers."""
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
    ]
