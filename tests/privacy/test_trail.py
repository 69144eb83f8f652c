"""LG-10: what is sealed in the audit trail names staff, and no customer."""

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.ledger.audit import Audit, Entry
from adapters.ledger.ledger import Ledger
from adapters.ledger.tables import AUDIT
from tests.house import demo_policy
from tests.paying.asking import OPEN, PARTS, PAT, asked, pay, wish
from tests.paying.test_methods import CUSTOMER, SAVE
from tests.staff import EXPLAIN, SET_LEVEL, STAFF, as_staff, staff_data, staffed_house

RILEY = "riley@example.com"


async def sealed(connection: AsyncConnection) -> str:
    return str((await connection.execute(select(AUDIT))).all())


async def test_lg10_whatever_is_done_the_sealed_trail_names_no_customer(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    async with staffed_house(demo_policy(payments=PARTS), database=url) as house:
        card = {"customerId": CUSTOMER, "processorToken": "sandbox_card_visa"}
        assert (await asked(house, SAVE, input=card))["userErrors"] == []
        assert (await pay(house, wish(OPEN)))["payment"]["state"] == "SUCCEEDED"
        level = {"email": f" {RILEY.upper()}", "customerNumber": "1001", "level": "BILLING"}
        await staff_data(house, SET_LEVEL, input=level)
        await staff_data(house, EXPLAIN, email=RILEY, kind="INVOICE", number="500402")
        await staff_data(house, EXPLAIN, email="nobody", kind="INVOICE", number="500402")
        looked = await as_staff(house, "{ viewer { email } }", through=PAT)
        assert looked["data"] == {"viewer": {"email": PAT}}
    ledger = Ledger(url)
    await ledger.open()
    raw = await ledger.read(sealed)
    told = [entry for _, entry in await Audit(ledger).read()]
    await ledger.aclose()
    assert [name for name in (PAT, RILEY, STAFF) if name in raw] == [STAFF]
    assert [deed(entry) for entry in told] == [
        ("payment-method.saved", PAT, None, "customer 1001"),
        ("payment.attempted", PAT, None, "payment 1"),
        ("payment.charged", PAT, None, "payment 1"),
        ("payment.handed-off", PAT, None, "payment 1"),
        ("access.set", STAFF, None, RILEY),
        ("staff.explain", STAFF, None, RILEY),
        ("staff.explain", STAFF, None, "no email"),
        ("staff.view-as", STAFF, PAT, "operation without a name"),
    ]


def deed(entry: Entry) -> tuple[str, str, str | None, str]:
    return entry.action.value, entry.actor, entry.as_whom, entry.subject
