"""What an operation came to, written once, for as many as are told it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from graphql import ExecutionResult

from adapters.cache.usage import Usage
from gateway.guard.unsaid import Present

_NULL: Final = msgspec.Raw(b"null")


class Said(msgspec.Struct, frozen=True):
    """The errors and the data of an answer; `written` is the data's JSON, None without any data.

    `data` is what was written, for as long as somebody counts how much of it there is. `is_kept` is
    what is kept, to be told again.
    """

    errors: tuple[Any, ...] = ()
    written: msgspec.Raw | None = None
    data: Mapping[str, object] | None = None
    is_kept: bool = False

    def told(self, extensions: Mapping[str, object] | None) -> dict[str, object]:
        """Return the members of the answer, in their order, with what is told of one request."""
        answer: dict[str, object] = {}
        if self.errors:
            answer["errors"] = self.errors
        if self.written is not None:
            answer["data"] = self.written
        if extensions is not None:
            answer["extensions"] = extensions
        return answer

    def seen(self) -> Mapping[str, object]:
        """Return the answer as it is counted: its errors, and what came of its data."""
        return {"errors": self.errors, "data": self.data}

    def kept(self) -> "Said":
        """Return the same to be kept, without what it was written from."""
        return msgspec.structs.replace(self, data=None, is_kept=True)


def said_of(result: ExecutionResult, presenting: Callable[[], Present]) -> Said:
    """Return what this result says, its errors as they are presented."""
    errors: tuple[Any, ...] = ()
    if result.errors:
        errors = tuple(map(presenting(), result.errors))
    if _never_ran(result):
        return Said(errors)
    return Said(errors, msgspec.Raw(msgspec.json.encode(result.data)), result.data)


def told_of(usage: Usage) -> dict[str, dict[str, object]]:
    """Return the extensions that tell everybody how old what they are told may be."""
    return {"upstream": {"staleSeconds": usage.stale_seconds}}


def refused(*errors: Any, has_data: bool = False) -> Said:  # noqa: ANN401  # as they are presented
    """Return what is said where nothing ran; `has_data` where the request itself was right."""
    return Said(errors, _NULL if has_data else None)


def _never_ran(result: ExecutionResult) -> bool:
    """Was the request itself wrong: a variable, or an operation that is not there?"""
    return result.data is None and all(error.path is None for error in result.errors or ())
