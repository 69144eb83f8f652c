"""A request whose headers are read once, however often they are asked for."""

from collections.abc import Iterable
from typing import TypeVar, overload

from starlette.datastructures import Headers
from starlette.requests import Request, empty_receive
from starlette.types import Receive, Scope

T = TypeVar("T")


class ReadHeaders(Headers):
    """Headers by their names: Starlette's look through all of them for each."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        pairs = list(raw)
        super().__init__(raw=pairs)
        told: dict[str, list[str]] = {}
        for name, value in pairs:
            of, text = name.decode("latin-1"), value.decode("latin-1")
            if of in told:
                told[of].append(text)
            else:
                told[of] = [text]
        self._told = told

    def getlist(self, key: str) -> list[str]:
        """Return every value of this name."""
        return [*self._told.get(key.lower(), ())]

    @overload
    def get(self, key: str, /) -> str | None: ...
    @overload
    def get(self, key: str, /, default: str | T) -> str | T: ...
    def get(self, key: str, /, default: object = None) -> object:
        """Return the first value of this name."""
        told = self._told.get(key.lower())
        return default if told is None else told[0]

    def __getitem__(self, key: str) -> str:
        """Return the first value of this name; raises KeyError."""
        return self._told[key.lower()][0]

    def __contains__(self, key: object) -> bool:
        """Was a header of this name sent?"""
        return isinstance(key, str) and key.lower() in self._told


class ReadRequest(Request):
    """Starlette's, with such headers."""

    def __init__(self, scope: Scope, receive: Receive = empty_receive) -> None:
        super().__init__(scope, receive)
        self._headers = ReadHeaders(scope["headers"])
