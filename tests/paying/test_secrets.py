"""What pays is for the payer and the processor: no token and no secret is kept, or told."""

import sqlite3
from contextlib import closing
from pathlib import Path

from resolvers.ids import global_id
from tests.house import HOME, House, demo_policy, gid, ready_house
from tests.paying.asking import OPEN, PARTLY, PARTS, PAT, PAY, SITE, by, pay, quoted, wish
from tests.watched import labels_in

SAVE = """mutation($input: SavePaymentMethodInput!) { savePaymentMethod(input: $input) {
    paymentMethod { id } userErrors { code } } }"""
TOKENS = ("sandbox_card_3ds", "sandbox_bank_to_verify", "sandbox_card_declined", "sandbox_nobody")


def written(path: Path) -> str:
    """Return every value of every row of this ledger."""
    with closing(sqlite3.connect(path)) as ledger:
        names = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return " ".join(
            str(row)
            for (name,) in names
            for row in ledger.execute(f"SELECT * FROM {name}")  # noqa: S608  # its own tables
        )


async def everything_paid(house: House) -> list[str]:
    """Pay in each way that asks for something; return the secrets that were told to the payer."""
    three = await pay(house, wish(OPEN, idempotencyKey="a", **by("sandbox_card_3ds")))
    agreed = (await quoted(house, PARTLY))["achAuthorization"]["version"]
    signed = {"achAuthorization": {"version": agreed, "authorizedBy": "Pat Sullivan"}}
    told = wish(PARTLY, idempotencyKey="b", **by("sandbox_bank_to_verify")) | signed
    bank = await pay(house, told)
    await pay(house, wish(PARTLY, idempotencyKey="c", **by("sandbox_card_declined")))
    for token in ("sandbox_nobody", "sandbox_card_visa"):
        told = {"customerId": global_id("Customer", HOME), "processorToken": token}
        await house.data(PAT, SAVE, input=told)
    await house.ask(PAT, PAY, input=wish(OPEN, total="x", **by("sandbox_nobody")))
    actions = [each["payment"]["nextAction"] for each in (three, bank)]
    secrets = [value for each in actions for value in (each["clientSecret"], each["redirectUrl"])]
    return [secret.rsplit("/", 1)[-1] for secret in secrets if secret is not None]


async def test_nothing_that_pays_is_kept_or_logged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    database = f"sqlite+aiosqlite:///{path}"
    policy = demo_policy(payments=PARTS)
    async with ready_house(policy, database=database, told={"site_url": SITE}) as house:
        secrets = await everything_paid(house)
        assert len(secrets) >= 2
        told = {
            "the ledger": written(path),
            "the log": str(house.logs),
            "the steps": str(house.steps.taken),
            "the metrics": labels_in(await house.metrics()),
        }
        assert "Pat Sullivan" in told["the ledger"]
        for where, text in told.items():
            found = [secret for secret in (*secrets, *TOKENS) if secret in text]
            assert not found, where
        assert "436.50" not in told["the log"] + told["the steps"] + told["the metrics"]
        node = (
            "query($id: ID!) { node(id: $id) { id } invoice(id: $id) { pendingPayments { id } } }"
        )
        assert not [
            each for each in secrets if each in str(await house.data(PAT, node, id=gid(OPEN)))
        ]
