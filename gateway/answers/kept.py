"""The last answers as they were written, each good while what it is made of is told again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from adapters.cache.memory import weight_of
from adapters.cache.readings import Readings
from adapters.cache.recall import Recall
from adapters.cache.usage import Usage
from gateway.answers.questions import Grounds, Question
from gateway.answers.said import Said
from gateway.remembered import Remembered

MOST_BYTES: Final = 32 * 1024 * 1024
"""How much memory kept answers may take in all, in bytes, as reckoned, with the rows behind."""

MOST_OF_ONE: Final = 256 * 1024
"""An answer of more bytes than this is not kept."""

_ENTRY: Final = 2_000
_CHARACTER: Final = 4
_READING: Final = 200


@dataclass(frozen=True, slots=True)
class _Kept:
    said: Said
    grounds: Grounds
    readings: Readings
    saved: int


class Kept:
    """Answers by who asked what. Nobody asks for one by anything but the whole of that.

    One is good for the same rights, choices and payments, until what it says of the day ends, and
    while memory would answer everything it was made of with the very same rows, all fresh.
    """

    def __init__(self, recall: Recall, most: int = MOST_BYTES) -> None:
        self._recall = recall
        self._known: Remembered[Question, _Kept] = Remembered(most)

    def __len__(self) -> int:
        """How many are kept?"""
        return len(self._known)

    @property
    def weight(self) -> int:
        """How many bytes they take, as reckoned."""
        return self._known.weight

    async def find(
        self, question: Question, grounds: Grounds, now: datetime, usage: Usage
    ) -> Said | None:
        """Return the answer kept of this question, if it is what would be answered now."""
        known = self._known.find(question)
        if known is None:
            return None
        until = known.readings.until
        holds = known.grounds.are(grounds) and (until is None or now < until)
        if holds and await self._recall.tells_still(known.readings):
            usage.saved += known.saved
            return known.said
        self._known.forget(question)
        return None

    def keep(
        self, question: Question, grounds: Grounds, readings: Readings, said: Said, usage: Usage
    ) -> None:
        """Keep an answer that is whole, fresh, and made of nothing but what these tell of."""
        if said.errors or said.written is None or usage.stale_seconds or not readings.is_all:
            return
        size = len(bytes(said.written))
        if size <= MOST_OF_ONE:
            weight = size + _weight(question, readings)
            kept = _Kept(said.alone(), grounds, readings, usage.saved)
            self._known.keep(question, kept, weight)


def _weight(question: Question, readings: Readings) -> int:
    """Reckon what is held beside the answer: rows that memory may have let go of are held here."""
    asked = len(question.document) + len(question.variables) + len(question.extensions)
    weight = float(_ENTRY + _CHARACTER * asked)
    for reading in readings:
        rows = [row for rows in reading.answers.values() for row in rows]
        weight += _READING * len(reading.answers)
        if rows:
            written = len(msgspec.json.encode(rows[0]))
            weight += weight_of(written) * len(rows)
    return int(weight)
