"""What need not wait is answered by one attempt; where it has to wait, nothing of that counts."""

import asyncio

import pytest

from resolvers.at_once import HasToWait, about_to_wait, all_of, at_once, is_in_vain


class Told:
    """What was done, in order; `waits` decides whether the attempt has to."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.done: list[str] = []

    async def attempt(self) -> str:
        """Answer without waiting, if that can be."""
        self.done.append("attempt")
        if self.waits:
            about_to_wait()
        return "at once"

    async def otherwise(self) -> str:
        """Answer in any case."""
        self.done.append("otherwise")
        about_to_wait()  # outside of an attempt this says nothing
        await asyncio.sleep(0)
        return "later"


async def test_what_need_not_wait_is_not_asked_again() -> None:
    told = Told()
    assert await at_once(told.attempt, told.otherwise) == "at once"
    assert told.done == ["attempt"]


async def test_what_has_to_wait_is_asked_otherwise() -> None:
    told = Told(waits=True)
    assert await at_once(told.attempt, told.otherwise) == "later"
    assert told.done == ["attempt", "otherwise"]


async def test_that_something_had_to_wait_is_never_taken_for_an_answer() -> None:
    told = Told(waits=True)

    async def gathering() -> object:
        found = await asyncio.gather(told.attempt(), return_exceptions=True)
        assert isinstance(found[0], HasToWait)
        assert is_in_vain()
        return found

    assert await at_once(gathering, told.otherwise) == "later"


async def test_nor_is_what_fails_for_that_reason_alone() -> None:
    told = Told(waits=True)

    async def stumbling() -> str:
        try:
            return await told.attempt()
        except HasToWait:
            raise LookupError("nothing was read") from None

    assert await at_once(stumbling, told.otherwise) == "later"


async def test_what_fails_by_itself_fails() -> None:
    told = Told()

    async def failing() -> str:
        raise LookupError("it is not there")

    with pytest.raises(LookupError, match="it is not there"):
        await at_once(failing, told.otherwise)
    assert told.done == []


async def test_an_attempt_within_another_is_given_up_with_the_whole() -> None:
    inner, outer = Told(waits=True), Told()

    async def whole() -> str:
        return await at_once(inner.attempt, inner.otherwise)

    assert await at_once(whole, outer.otherwise) == "later"
    assert (inner.done, outer.done) == (["attempt"], ["otherwise"])


async def test_what_was_begun_in_an_attempt_may_wait_once_it_is_over() -> None:
    begun: list[asyncio.Task[str]] = []
    told = Told()

    async def beginning() -> str:
        begun.append(asyncio.create_task(told.otherwise()))
        return "begun"

    assert await at_once(beginning, told.attempt) == "begun"
    assert await begun[0] == "later"


class Several:
    """Work of which each part says when it is done; the second fails, the third may wait."""

    def __init__(self, *, waits: bool = False) -> None:
        self.waits = waits
        self.done: list[str] = []

    async def _first(self) -> str:
        self.done.append("first")
        return "first"

    async def _fails(self) -> str:
        self.done.append("fails")
        raise ValueError("it is broken")

    async def _third(self) -> str:
        if self.waits:
            about_to_wait()
            await asyncio.sleep(0)
        self.done.append("third")
        return "third"

    async def all(self) -> list[str | BaseException]:
        """Do all of it."""
        return await all_of([self._first(), self._fails(), self._third(), self._first()])

    async def otherwise(self) -> list[str | BaseException]:
        """Do it outside of the attempt."""
        self.done.append("otherwise")
        return await self.all()


@pytest.mark.parametrize("waits", [False, True])
async def test_each_of_several_is_told_in_order_with_what_it_raises(waits: bool) -> None:
    told = Several(waits=waits)
    alone = await Several(waits=waits).all()
    tried = await at_once(told.all, told.otherwise)
    for found in (alone, tried):
        first, failed, *rest = found
        assert (first, rest) == ("first", ["third", "first"])
        assert isinstance(failed, ValueError)
    if waits:
        # What comes after it is not begun before it may wait; then all are, side by side.
        begun = ["first", "fails"]
        assert told.done == [*begun, "otherwise", *begun, "first", "third"]
    else:
        assert told.done == ["first", "fails", "third", "first"]


async def test_of_what_is_given_up_nothing_is_left_behind(
    recwarn: pytest.WarningsRecorder,
) -> None:
    told = Several(waits=True)
    await at_once(told.all, told.otherwise)
    assert [str(of.message) for of in recwarn if "never awaited" in str(of.message)] == []
