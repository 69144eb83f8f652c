"""What an object finds the first time somebody asks, and has from then on."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class found_once(Generic[T]):  # noqa: N801  # it decorates, as functools' own does
    """Stands for an attribute until it is asked for.

    As functools.cached_property, which takes a lock before Python 3.12, though no two threads look.
    """

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find = find
        self.__doc__ = find.__doc__
        self._name = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take in under which name it stands."""
        self._name = name

    @overload
    def __get__(self, of: None, owner: type) -> Self: ...
    @overload
    def __get__(self, of: object, owner: type) -> T: ...
    def __get__(self, of: object | None, owner: type) -> Self | T:
        """Find it, and have it stand there itself."""
        if of is None:
            return self
        found = vars(of)[self._name] = self._find(of)
        return found
