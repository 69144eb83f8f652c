"""What staff do at the door stands in the audit trail, by whom, in which request."""

from datetime import UTC, datetime

import pytest

from adapters.ledger.audit import Action, Audit, Entry
from adapters.ledger.ledger import Ledger
from gateway.staff_deeds import deeds_of_staff
from gateway.telemetry import begin_connection, end_connection
from resolvers.viewer import Staff

NOON = datetime(2026, 7, 14, 17, 0, tzinfo=UTC)
SAM = Staff("digest-of-sam", "sam@office.example", may_bill=True)


async def test_a_sign_in_and_a_sign_out_are_written_down() -> None:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    write = deeds_of_staff(Audit(ledger), lambda: NOON)
    given = begin_connection()
    await write("staff.sign-in", SAM)
    await write("staff.sign-out", SAM)
    end_connection()
    subject = "staff digest-of-sam"
    assert [entry for _, entry in await Audit(ledger).read()] == [
        Entry(SAM.email, action, subject, given, NOON)
        for action in (Action.STAFF_SIGNED_IN, Action.STAFF_SIGNED_OUT)
    ]
    with pytest.raises(ValueError, match="is not a valid Action"):
        await write("staff.dance", SAM)
    await ledger.aclose()
