"""The tables of money: steps that nobody changes, and a migration that can be taken back."""

from collections.abc import Callable
from functools import partial

import pytest
from alembic.autogenerate import compare_metadata
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine

import adapters.ledger.migrate
from adapters.ledger.attempts import Attempts, InvoicesHeld
from adapters.ledger.audit import Audit
from adapters.ledger.database import engine_of, writing
from adapters.ledger.ledger import Ledger
from adapters.ledger.migrate import migrate
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.rights import raise_revision, read_revisions
from adapters.ledger.tables import METADATA
from tests.ledger.paying import GATEWAY, LOCK, NOON, begun, part, paying

NEW = {"payment_attempts", "payment_splits", "payment_steps", "payer_accounts", "acceptances"} | {
    "payment_sent_back",
    "authorization_texts",
    "card_tries",
    "pseudonyms",
}
CHANGES = (
    "UPDATE payment_steps SET told = 'x'",
    "UPDATE payment_steps SET at = at WHERE version = 1",
    "DELETE FROM payment_steps",
    "DELETE FROM payment_steps WHERE version = 2",
)
ROW = (
    "INTO payment_steps (attempt_id, version, state, at, told) "
    "VALUES (1, 1, 'CHARGED', '2026-07-14', 'x')"
)
ITS_OWN = {
    "sqlite": (f"INSERT OR REPLACE {ROW}", f"REPLACE {ROW}"),
    "postgresql": (
        "TRUNCATE payment_steps",
        f"INSERT {ROW} ON CONFLICT (attempt_id, version) DO UPDATE SET state = 'CHARGED'",
    ),
}


async def test_the_database_refuses_every_change_of_a_step(shared_url: str) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    attempts = Attempts(ledger)
    attempt = await begun(attempts, paying("k", part(11)))
    await attempts.move(attempt, AttemptState.REFUSED, GATEWAY, "nobody went on with it")
    before = await attempts.steps(attempt.id)
    engine = create_async_engine(shared_url)
    for change in (*CHANGES, *ITS_OWN[shared_url.partition("+")[0]]):
        with pytest.raises(DBAPIError, match="the steps of a payment are append-only"):
            async with engine.begin() as connection:
                await connection.execute(text(change))
        assert await attempts.steps(attempt.id) == before
    await engine.dispose()
    await ledger.aclose()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payment_attempts SET state = 'PAID'",
        "UPDATE payment_attempts SET kind = 'GIFT'",
        "UPDATE payment_attempts SET amount = 0",
        "UPDATE payment_attempts SET version = 0",
        "UPDATE payment_splits SET amount = -1",
    ],
)
async def test_the_database_refuses_what_cannot_be(shared_url: str, change: str) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    await begun(Attempts(ledger), paying("k", part(11)))
    engine = create_async_engine(shared_url)
    with pytest.raises(DBAPIError, match=r"(?i)check"):
        async with engine.begin() as connection:
            await connection.execute(text(change))
    await engine.dispose()
    await ledger.aclose()


def step(way: Callable[[], None], connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        way()


def left(connection: Connection) -> object:
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


async def test_the_migration_goes_down_and_up_and_keeps_what_was_there_before(
    shared_url: str,
) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    await ledger.write(raise_revision)
    await begun(Attempts(ledger), paying("k", part(11)))
    before = await ledger.read(read_revisions)
    await ledger.aclose()
    directory = adapters.ledger.migrate._STEPS  # noqa: SLF001  # where the steps are
    steps = ScriptDirectory(directory)
    back = [steps.get_revision(of).module for of in ("0006", "0005", "0004")]
    engine = engine_of(shared_url)
    async with writing(engine).begin() as connection:
        for module in back:
            await connection.run_sync(partial(step, module.downgrade))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0003'"))
    async with engine.begin() as connection:
        assert await connection.run_sync(tables) & NEW == set()
        names = await connection.run_sync(lambda on: inspect(on).get_columns("rights"))
        assert [column["name"] for column in names] == ["id", "revision", "directory_read_at"]
    await migrate(engine)
    async with engine.begin() as connection:
        assert await connection.run_sync(left) == []
    await engine.dispose()
    ledger = Ledger(shared_url)
    await ledger.open()
    assert await ledger.read(read_revisions) == before._replace(payments=1)
    assert await Attempts(ledger).listed() == []
    assert (await Audit(ledger).verify()).broken is None
    await ledger.aclose()


async def test_the_splits_of_before_are_there_afterwards(shared_url: str) -> None:
    ledger = Ledger(shared_url)
    await ledger.open()
    attempt = await begun(Attempts(ledger), paying("k", part(11), part(12, "0.10")))
    await ledger.aclose()
    directory = adapters.ledger.migrate._STEPS  # noqa: SLF001  # as above
    steps = ScriptDirectory(directory)
    back = [steps.get_revision(of).module for of in ("0006", "0005")]
    engine = engine_of(shared_url)
    async with writing(engine).begin() as connection:
        for module in back:
            await connection.run_sync(partial(step, module.downgrade))
        await connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    await migrate(engine)
    async with engine.begin() as connection:
        assert await connection.run_sync(left) == []
    await engine.dispose()
    ledger = Ledger(shared_url)
    await ledger.open()
    assert await Attempts(ledger).listed() == [attempt]
    with pytest.raises(InvoicesHeld):
        await Attempts(ledger).begin(paying("other", part(12)), NOON, LOCK)
    await ledger.aclose()
