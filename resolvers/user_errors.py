"""Expected refusals of a mutation: told as data, beside what was done."""

from dataclasses import dataclass
from enum import Enum


class UserErrorCode(Enum):
    """What kind of refusal it is."""

    BAD_INPUT = "BAD_INPUT"
    NOT_FOUND = "NOT_FOUND"
    NOT_AVAILABLE = "NOT_AVAILABLE"
    DECLINED = "DECLINED"
    CONFLICT = "CONFLICT"


@dataclass(frozen=True, slots=True)
class UserError:
    """Why it was not done; `field` is the path of the input it is about, None where about none."""

    code: UserErrorCode
    message: str
    field: tuple[str, ...] | None = None
