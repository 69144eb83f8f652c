"""The last answers as they were written, each good while what it is made of is told again."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from adapters.cache.memory import weight_of
from adapters.cache.readings import Readings
from adapters.cache.recall import Proof, Recall
from adapters.cache.usage import Usage
from adapters.remembered import Remembered
from gateway.answers.questions import Grounds, Question
from gateway.answers.said import Said

MOST_BYTES: Final = 32 * 1024 * 1024
"""How much memory kept answers may take in all, in bytes, as reckoned, with the rows behind."""

MOST_OF_ONE: Final = 256 * 1024
"""An answer of more bytes than this is not kept."""

_ENTRY: Final = 2_000
_CHARACTER: Final = 4
_READING: Final = 300


@dataclass(slots=True, eq=False, weakref_slot=True)
class KeptAnswer:
    """An answer, and all that it is good for; `last_told` is what it was told by the last time."""

    said: Said
    grounds: Grounds
    readings: Readings
    saved: int
    proof: Proof | None = None
    last_told: Grounds | None = None

    def goes_by(self, grounds: Grounds, now: datetime) -> bool:
        """Would it go by the same now, as far as its beginning tells?"""
        readings = self.readings
        if readings.until is not None and now >= readings.until:
            return False
        return self.grounds.are(grounds, by_rights=readings.by_rights)


class Kept:
    """Answers by who asked what. Nobody asks for one by anything but the whole of that.

    One is good for the same rights, choices and payments, until what it says of the day ends, and
    while memory would answer everything it was made of with the very same rows, all fresh.
    """

    def __init__(self, recall: Recall, most: int = MOST_BYTES) -> None:
        self._recall = recall
        self._known: Remembered[Question, KeptAnswer] = Remembered(most)

    def __len__(self) -> int:
        """How many are kept?"""
        return len(self._known)

    @property
    def weight(self) -> int:
        """How many bytes they take, as reckoned."""
        return self._known.weight

    def find(
        self, question: Question, grounds: Grounds, now: datetime, usage: Usage
    ) -> Said | None:
        """Return the answer kept of this question, if it is what would be answered now."""
        known = self._known.find(question)
        if known is None:
            return None
        if known.goes_by(grounds, now) and self._stands(known):
            usage.saved += known.saved
            known.last_told = grounds
            return known.said
        self._known.forget(question)
        return None

    def known(self, question: Question) -> KeptAnswer | None:
        """Return what is kept of this question, be it good still or not."""
        return self._known.find(question)

    def still(self, question: Question, answer: KeptAnswer, now: datetime) -> bool:
        """Is this what is kept of it, and proven for now? Its grounds are for who asks to judge.

        False is no refusal: `find` tells.
        """
        until, proof = answer.readings.until, answer.proof
        if self._known.find(question) is not answer or (until is not None and now >= until):
            return False
        if proof is None:
            return False
        if self._recall.is_due(proof):  # whoever asks has it read again, and asks chance no more
            self._known.forget(question)
            return False
        return self._recall.has(proof)

    def count(self, answer: KeptAnswer) -> None:
        """Count what this is made of as told once more."""
        if answer.proof is not None:
            self._recall.count(answer.proof)

    def _stands(self, known: KeptAnswer) -> bool:
        """Is it made of what memory would tell now?"""
        proof = known.proof
        if proof is not None:
            if self._recall.is_due(proof):
                return False
            if self._recall.has(proof):
                self._recall.count(proof)
                return True
        known.proof = self._recall.proves(known.readings)
        return known.proof is not None

    def keep(
        self, question: Question, grounds: Grounds, readings: Readings, said: Said, usage: Usage
    ) -> None:
        """Keep an answer that is whole, fresh, and made of nothing but what these tell of."""
        if said.errors or said.written is None or usage.stale_seconds or not readings.is_all:
            return
        size = len(bytes(said.written))
        if size <= MOST_OF_ONE:
            weight = size + _weight(question, readings)
            kept = KeptAnswer(said.kept(), grounds, readings, usage.saved)
            self._known.keep(question, kept, weight)


def _weight(question: Question, readings: Readings) -> int:
    """Reckon what is held beside the answer: rows that memory may have let go of are held here."""
    asked = len(question.document) + len(question.variables) + len(question.extensions)
    weight = float(_ENTRY + _CHARACTER * asked)
    for reading in readings:
        rows = [row for rows in reading.answers.values() for row in rows]
        weight += _READING * (len(reading.answers) + len(rows))
        if rows:
            written = len(msgspec.json.encode(rows[0]))
            weight += weight_of(written) * len(rows)
    return int(weight)
