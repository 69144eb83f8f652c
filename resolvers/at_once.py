"""Answers that need not wait: tried first as they stand, and given up where something has to wait.

What memory tells costs no task and no turn of the event loop then. Nothing is done by the attempt
that may not be done again: it reads, and asks its rules; they are asked anew where it is given up.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextvars import ContextVar
from typing import Any, TypeVar, overload

R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class HasToWait(BaseException):
    """Something can be answered only by waiting for it; no Exception, so that nobody handles it."""


class _Attempt:
    """An attempt under way; what was begun in it may outlive it, and is then free to wait."""

    __slots__ = ("is_over", "is_vain")

    def __init__(self) -> None:
        self.is_over = False
        self.is_vain = False


_attempt: ContextVar[_Attempt | None] = ContextVar("attempt", default=None)


async def at_once(attempt: Callable[[], Awaitable[R]], otherwise: Callable[[], Awaitable[R]]) -> R:
    """Return what `attempt` gives without waiting, else what `otherwise` gives.

    An attempt within another is a part of that one, and is given up with the whole of it.
    """
    if _under_way() is not None:
        return await attempt()
    trial = _Attempt()
    before = _attempt.set(trial)
    try:
        found = await attempt()
    except HasToWait:
        pass
    except Exception:
        if not trial.is_vain:
            raise
    else:
        if not trial.is_vain:
            return found
    finally:
        trial.is_over = True
        _attempt.reset(before)
    return await otherwise()


def about_to_wait() -> None:
    """Say that something is waited for next; raises HasToWait where that ends an attempt."""
    trial = _under_way()
    if trial is not None:
        trial.is_vain = True
        raise HasToWait


def goes_on() -> None:
    """Say that the attempt under way has begun to wait: it is none any more, and not given up."""
    trial = _under_way()
    if trial is not None:
        trial.is_over = True


def is_in_vain() -> bool:
    """Is this part of an attempt that was given up, so that what came of it is worth nothing?"""
    trial = _under_way()
    return trial is not None and trial.is_vain


@overload
async def side_by_side(
    one: Coroutine[Any, Any, R], other: Coroutine[Any, Any, S], /
) -> tuple[R, S]: ...


@overload
async def side_by_side(
    one: Coroutine[Any, Any, R], other: Coroutine[Any, Any, S], third: Coroutine[Any, Any, T], /
) -> tuple[R, S, T]: ...


async def side_by_side(*works: Coroutine[Any, Any, Any]) -> tuple[Any, ...]:
    """Return what these give: one after the other in an attempt, where none waits, else together.

    What one raises is raised.
    """
    if not is_tried():
        return tuple(await asyncio.gather(*works))
    try:
        return tuple([await work for work in works])
    finally:
        for work in works:
            work.close()


async def all_of(works: Iterable[Coroutine[Any, Any, R]]) -> list[R | BaseException]:
    """Return what each of these gives or raises: one after the other in an attempt, else together.

    The attempt ends where one of them has to wait.
    """
    each = [*works]
    if not is_tried():
        return await asyncio.gather(*each, return_exceptions=True)
    try:
        return [await _outcome(work) for work in each]
    finally:
        for work in each:
            work.close()


async def _outcome(work: Coroutine[Any, Any, R]) -> R | BaseException:
    try:
        return await work
    except Exception as error:  # noqa: BLE001  # told as what came of it, as `gather` does
        return error


def is_tried() -> bool:
    """Is this part of an attempt, in which nothing waits?"""
    return _under_way() is not None


def _under_way() -> _Attempt | None:
    trial = _attempt.get()
    return None if trial is None or trial.is_over else trial
