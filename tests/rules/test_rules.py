"""Rules asked one by one: what decides is what is told."""

from resolvers.rules import Outcome, Rule, always, judged, outcomes, refused
from resolvers.verdict import Refusal, Verdict

NO = Refusal("R2b", "It is nine.")
ASKED: list[tuple[str, int, str]] = []


def asking(name: str, refusal: Refusal | None = None) -> Rule[int, str]:
    def ask(number: int, word: str) -> Verdict:
        ASKED.append((name, number, word))
        return True if refusal is None else refusal

    return Rule(name, f"{name}?", ask, lambda number, word: f"{name}: {number} {word}")


FIRST, SECOND, THIRD = asking("R1"), asking("R2", NO), asking("R3")


def test_the_first_that_says_no_is_the_answer_and_the_last_that_is_asked() -> None:
    ASKED.clear()
    assert judged((FIRST, SECOND, THIRD), 9, "nine") is NO
    assert ASKED == [("R1", 9, "nine"), ("R2", 9, "nine")]
    assert judged((FIRST, THIRD), 9, "nine") is True
    assert judged((), 9, "nine") is True


def test_every_answer_is_told_up_to_the_first_no() -> None:
    ASKED.clear()
    no = Outcome("R2b", "R2?", passed=False, because="It is nine.")
    assert list(outcomes((FIRST, SECOND, THIRD), 9, "nine")) == [
        Outcome("R1", "R1?", passed=True, because="R1: 9 nine"),
        no,
    ]
    assert ASKED == [("R1", 9, "nine"), ("R2", 9, "nine")]
    assert refused(NO, "R2?") == no
    assert list(outcomes((THIRD,), 1, "one")) == [
        Outcome("R3", "R3?", passed=True, because="R3: 1 one")
    ]


def test_what_is_always_said_is_said_of_anything() -> None:
    assert always("So it is.")(1, "x", None) == "So it is."
    assert always("So it is.")() == "So it is."
