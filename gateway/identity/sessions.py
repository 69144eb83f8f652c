"""Sessions of staff: a secret in a browser, its digest in the ledger, and an end that is one."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.ledger import Ledger
from adapters.ledger.staff_sessions import (
    StaffSession,
    end_session,
    find_session,
    start_session,
)
from gateway.identity.errors import SessionsUnavailable
from resolvers.viewer import Staff

_SECRET_BYTES: Final = 32
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has just begun; `secret` is for the browser and stands nowhere else."""

    secret: str
    seconds: int


class Sessions:
    """Opens, finds and ends sessions; each raises SessionsUnavailable without the ledger.

    `lasts` tells how long one that begins now will last.
    """

    def __init__(
        self, ledger: Ledger, now: Callable[[], datetime], lasts: Callable[[], timedelta]
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._lasts = lasts

    async def open(self, staff: Staff, sign_in: str) -> Opened | None:
        """Begin a session; None where this sign-in (its state) has opened one already."""
        secret, now, lasts = token_urlsafe(_SECRET_BYTES), self._now(), self._lasts()
        row = StaffSession(
            staff_key=staff.key,
            email=staff.email,
            may_bill=staff.may_bill,
            created_at=now,
            expires_at=now + lasts,
        )
        try:
            began = await self._ledger.write(
                lambda connection: start_session(
                    connection, digest_of(secret), digest_of(sign_in), row
                )
            )
        except LedgerUnavailable as error:
            raise SessionsUnavailable(str(error)) from None
        return Opened(secret, int(lasts.total_seconds())) if began else None

    async def find(self, secret: str) -> StaffSession | None:
        """Return the session of this secret; None where there is none, or it is over."""
        if _SECRET.fullmatch(secret) is None:
            return None
        now = self._now()
        try:
            return await self._ledger.read(
                lambda connection: find_session(connection, digest_of(secret), now)
            )
        except LedgerUnavailable as error:
            raise SessionsUnavailable(str(error)) from None

    async def end(self, secret: str) -> StaffSession | None:
        """End the session of this secret for everybody; return it, None where none was open."""
        found = await self.find(secret)
        if found is None:
            return None
        now = self._now()
        try:
            await self._ledger.write(
                lambda connection: end_session(connection, digest_of(secret), now)
            )
        except LedgerUnavailable as error:
            raise SessionsUnavailable(str(error)) from None
        return found


def digest_of(secret: str) -> str:
    """Return what is kept of a secret: 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()


def staff_of(session: StaffSession) -> Staff:
    """Return the member of staff whose session it is."""
    return Staff(session.staff_key, session.email, may_bill=session.may_bill)
