"""What a rule answers: yes, or no with the rule's number and a sentence a person can be told."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """A rule said no: `rule` is its number in the portal's rules, `because` says why."""

    rule: str
    because: str

    def __bool__(self) -> Literal[False]:
        """A refusal is not a yes."""
        return False


Verdict = Literal[True] | Refusal
