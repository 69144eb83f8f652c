"""Rules that can be asked one by one: what decides is also what can be told, and never another."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVarTuple

from resolvers.verdict import Refusal, Verdict

Asked = TypeVarTuple("Asked")


@dataclass(frozen=True, slots=True)
class Rule(Generic[*Asked]):
    """A question that has to be answered yes: `number` is its own in the portal's rules.

    `ask` answers it. `why` says why the answer was yes, in words to repeat on the phone: a refusal
    brings its own.
    """

    number: str
    question: str
    ask: Callable[[*Asked], Verdict]
    why: Callable[[*Asked], str]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule said of one record and one person; a refusal names the rule that refused."""

    rule: str
    question: str
    passed: bool
    because: str


def judged(rules: Sequence[Rule[*Asked]], *of: *Asked) -> Verdict:
    """Do all of these say yes? The first that does not is the answer."""
    for rule in rules:
        verdict = rule.ask(*of)
        if verdict is not True:
            return verdict
    return True


def outcomes(rules: Sequence[Rule[*Asked]], *of: *Asked) -> Iterator[Outcome]:
    """What did each of these say, up to the first that said no?"""
    for rule in rules:
        verdict = rule.ask(*of)
        if verdict is not True:
            yield refused(verdict, rule.question)
            return
        yield Outcome(rule.number, rule.question, passed=True, because=rule.why(*of))


def refused(verdict: Refusal, question: str) -> Outcome:
    """What a rule that said no leaves to be told."""
    return Outcome(verdict.rule, question, passed=False, because=verdict.because)


def always(sentence: str) -> Callable[..., str]:
    """Say this, whatever was asked."""
    return lambda *_of: sentence
