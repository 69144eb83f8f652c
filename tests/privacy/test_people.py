"""`people`: what is kept of somebody is told whole and theirs alone, and forgotten for good."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from functools import partial
from secrets import token_hex
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.cache.names import Names
from adapters.directory.people import People
from adapters.ledger.access_levels import AccessChoice, AccessLevels, LevelChange
from adapters.ledger.attempts import Attempts
from adapters.ledger.audit import Action, Audit, By, Verified
from adapters.ledger.direct_links import DirectLinks, LinkKind
from adapters.ledger.ledger import Ledger
from adapters.ledger.payer_accounts import PayerAccounts
from adapters.ledger.payment_states import AttemptState
from adapters.ledger.rights import read_revisions
from adapters.ledger.tables import METADATA
from tests.cache.world import REDIS, needs_redis
from tests.ledger.paying import LOCK, NOON, moved, part, paying, way_to
from tests.office.shell import CONTACTS, at, read_directory, run, trail

PAT, LEE = "pat@example.com", "lee-canary@example.com"
OFFICE = By("office@example.com", "request-0", NOON)
BOOKED = AttemptState.RECORDED
PAID = Action.PAYMENT_ATTEMPTED
DEEDS = [("access.set", OFFICE.actor, PAT), ("payment.attempted", PAT, "payment 1")]
"""What the trail tells of Pat."""


async def _live(ledger: Ledger) -> None:
    """Two people share a place: each has rights there, and each has paid."""

    async def shared(connection: AsyncConnection) -> None:
        table = METADATA.tables["directory_contacts"]
        row = {"kind": "location", "id": 900, "owner_id": 10, "email": LEE}
        await connection.execute(insert(table).values(row))

    await ledger.write(shared)
    levels = [LevelChange(of, 1, AccessChoice.BILLING, 10) for of in (PAT, LEE)]
    await AccessLevels(ledger).set([*levels, LevelChange(LEE, 2, AccessChoice.NONE)], OFFICE)
    attempts = Attempts(ledger)
    for key, who, customer in (("a", PAT, 1), ("b", LEE, 1), ("c", LEE, 2)):
        by = By(who, f"request-{key}", NOON, is_customer=True)
        invoice = {"a": 101, "b": 102, "c": 103}[key]
        new = paying(key, part(invoice), by=by, customer=customer, principal=who[:3])
        begun, _ = await attempts.begin(replace(new, payer=who), NOON, LOCK)
        await moved(attempts, begun, *way_to(BOOKED))
    links = DirectLinks(ledger, lambda: NOON)
    for invoice in (101, 102, 103, 999):
        await links.create(LinkKind.PAYMENT_LINK, [invoice], OFFICE, NOON + timedelta(days=1))
    for customer in (1, 2):
        await PayerAccounts(ledger).put("stripe", customer, f"cus_{customer}")


def lived_in(url: str) -> None:
    """Fill a ledger."""
    read_directory(url)
    at(url, _live)


def kept(url: str) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table."""

    async def all_of(connection: AsyncConnection) -> dict[str, list[dict[str, Any]]]:
        return {
            table.name: [dict(row) for row in (await connection.execute(select(table))).mappings()]
            for table in METADATA.sorted_tables
        }

    return at(url, lambda ledger: ledger.read(all_of))


def export(url: str, whom: str) -> dict[str, list[dict[str, Any]]]:
    """Return what is told of somebody."""
    result = run(url, "people", "export", whom)
    assert result.exit_code == 0, result.stderr
    told: dict[str, list[dict[str, Any]]] = json.loads(result.stdout)
    return told


def test_lg11_an_export_by_email_is_complete_and_only_theirs(shared_url: str) -> None:
    lived_in(shared_url)
    told = export(shared_url, f" {PAT.upper()} ")
    assert {what: len(rows) for what, rows in told.items()} == {
        "contacts": len(CONTACTS),
        "accessLevels": 1,
        "pseudonyms": 1,
        "auditTrail": len(DEEDS),
        "payments": 1,
        "acceptances": 0,
    }
    assert [(row["action"], row["actor"], row["subject"]) for row in told["auditTrail"]] == DEEDS
    (paid,) = told["payments"]
    assert (paid["actor"], paid["amount"], paid["state"]) == (PAT, 1250, "RECORDED")
    assert told["accessLevels"][0]["level"] == "BILLING"
    assert "canary" not in json.dumps(told)
    assert "canary" in json.dumps(export(shared_url, LEE))
    assert PAT not in json.dumps(export(shared_url, LEE))


def test_lg11_an_export_by_number_is_the_customers_and_names_nobody_who_acts(
    shared_url: str,
) -> None:
    lived_in(shared_url)
    told = export(shared_url, "1")
    assert {what: len(rows) for what, rows in told.items()} == {
        "customer": 1,
        "locations": 2,
        "paymentAccounts": 1,
        "directLinks": 2,
        "payments": 2,
        "acceptances": 0,
    }
    assert "@example.com" not in json.dumps(told)
    assert "cus_2" not in json.dumps(told)
    assert trail(shared_url)[-1][1:] == ("person.exported customer 1", {})


def test_lg11_every_table_that_names_an_email_is_told_of(shared_url: str) -> None:
    lived_in(shared_url)
    named = {name for name, rows in kept(shared_url).items() if LEE in str(rows)}
    assert named == {"access_levels", "directory_contacts", "payment_attempts", "pseudonyms"}
    told = export(shared_url, LEE)
    assert {what for what, rows in told.items() if rows} == {
        "accessLevels",
        "auditTrail",
        "contacts",
        "payments",
        "pseudonyms",
    }


def test_lg10_nothing_is_erased_without_a_word(shared_url: str) -> None:
    lived_in(shared_url)
    before = kept(shared_url)
    result = run(shared_url, "people", "erase", PAT)
    assert (result.exit_code, result.stdout) == (1, "")
    assert kept(shared_url) == before
    assert run(shared_url, "people", "erase", "Pat", "--yes").exit_code == 1
    assert kept(shared_url) == before


def test_lg10_erased_by_email_they_stand_nowhere(shared_url: str) -> None:
    lived_in(shared_url)
    (known,) = export(shared_url, LEE)["pseudonyms"]
    assert known["email"] == LEE
    revision = at(shared_url, lambda ledger: ledger.read(read_revisions)).rights
    result = run(shared_url, "people", "erase", LEE, "--yes")
    assert result.exit_code == 0, result.stderr
    after = kept(shared_url)
    assert {name for name, rows in after.items() if LEE in str(rows)} == set()
    assert {name for name, rows in after.items() if PAT in str(rows)} == {
        "access_levels",
        "directory_contacts",
        "payment_attempts",
        "pseudonyms",
    }
    payments = {row["idempotency_key"]: row for row in after["payment_attempts"]}
    assert payments["a"]["actor"] == PAT
    pseudonym = payments["b"]["actor"]
    assert pseudonym == payments["c"]["actor"]
    assert pseudonym == known["pseudonym"].replace("person ", "erased ")
    assert payments["b"]["amount"] == 1250
    assert trail(shared_url)[-1][1:] == (
        f"person.erased {pseudonym}",
        {"contacts": 1, "levels": 2, "payments": 2, "auditTrail": 4},
    )
    paid = [entry for entry in trail(shared_url) if entry[1].startswith("payment.attempted")]
    assert [who for who, _, _ in paid] == [PAT, known["pseudonym"], known["pseudonym"]]
    verified = at(shared_url, lambda ledger: Audit(ledger).verify())
    assert isinstance(verified, Verified)
    assert verified.broken is None
    assert at(shared_url, lambda ledger: ledger.read(read_revisions)).rights == revision + 1
    assert "sealed" not in result.stderr
    again = run(shared_url, "people", "erase", LEE, "--yes")
    assert (again.exit_code, again.stderr.splitlines()[0]) == (0, "There was nothing to forget.")
    assert kept(shared_url) == after


def test_lg10_what_the_trail_told_by_email_before_is_found_and_said_to_stay(
    shared_url: str,
) -> None:
    lived_in(shared_url)

    async def earlier(ledger: Ledger) -> None:
        for entry in (OFFICE.did(Action.ACCESS_SET, LEE), By(LEE, "r", NOON).did(PAID, "x")):
            await Audit(ledger).append(entry)

    at(shared_url, earlier)
    assert len(export(shared_url, LEE)["auditTrail"]) == 6
    result = run(shared_url, "people", "erase", LEE, "--yes")
    assert result.exit_code == 0, result.stderr
    assert "Older entries of the audit trail name them by their email" in result.stderr
    assert {name for name, rows in kept(shared_url).items() if LEE in str(rows)} == {"audit"}
    assert len(export(shared_url, LEE)["auditTrail"]) == 2


def test_lg10_who_comes_again_is_somebody_else_to_the_trail(shared_url: str) -> None:
    lived_in(shared_url)
    (before,) = export(shared_url, LEE)["pseudonyms"]
    assert run(shared_url, "people", "erase", LEE, "--yes").exit_code == 0
    again = LevelChange(LEE, 2, AccessChoice.NONE)
    at(shared_url, lambda ledger: AccessLevels(ledger).set([again], OFFICE))
    (after,) = export(shared_url, LEE)["pseudonyms"]
    assert after["pseudonym"] != before["pseudonym"]
    assert [row["action"] for row in export(shared_url, LEE)["auditTrail"]] == ["access.set"]


def test_lg10_erased_by_number_the_customer_is_gone_and_the_books_stay(shared_url: str) -> None:
    lived_in(shared_url)
    before = kept(shared_url)
    result = run(shared_url, "people", "erase", "1", "--yes")
    assert result.exit_code == 0, result.stderr
    after = kept(shared_url)
    gone = {
        name: len(rows) - len(after[name])
        for name, rows in before.items()
        if len(rows) != len(after[name])
    }
    assert gone == {
        "access_levels": 2,
        "audit": -1,
        "direct_links": 2,
        "directory_contacts": 2,
        "directory_customers": 1,
        "directory_locations": 2,
        "payer_accounts": 1,
    }
    assert after["payment_attempts"] == before["payment_attempts"]
    assert "Delete the customer cus_1 at stripe too" in result.stderr
    assert {row["record_ids"] for row in after["direct_links"]} == {"[103]", "[999]"}


def test_lg10_what_is_still_being_paid_keeps_its_name_until_it_is_done(shared_url: str) -> None:
    lived_in(shared_url)

    async def begin(ledger: Ledger) -> None:
        by = By(LEE, "request-d", NOON)
        await Attempts(ledger).begin(paying("d", part(104), by=by, principal="x"), NOON, LOCK)

    at(shared_url, begin)
    result = run(shared_url, "people", "erase", LEE, "--yes")
    (row,) = [r for r in kept(shared_url)["payment_attempts"] if r["idempotency_key"] == "d"]
    assert row["actor"] == LEE
    assert "kept for the books" in result.stderr


def test_lg10_a_gateway_that_runs_lets_nobody_in_who_was_erased(shared_url: str) -> None:
    lived_in(shared_url)

    async def meanwhile(ledger: Ledger) -> tuple[int, int]:
        people = People(ledger)
        before = await people.standing(LEE)
        erase = partial(run, shared_url, "people", "erase", LEE, "--yes")
        assert (await asyncio.to_thread(erase)).exit_code == 0
        after = await people.standing(LEE)
        return len(before.locations), len(after.locations) + len(after.levels)

    assert at(shared_url, meanwhile) == (1, 0)


@pytest.fixture
def tenant() -> str:
    """Return a tenant of one's own in Redis."""
    needs_redis()
    return str(int(token_hex(6), 16))


def test_lg10_redis_forgets_the_tenants_rows_and_nobody_elses(tenant: str, shared_url: str) -> None:
    names, other = Names(tenant), Names(f"{tenant}9")
    mine = [
        names.state,
        *(names.row("customers", of) for of in range(1200)),
        names.question("jobs", "customer_id", 1),
    ]
    theirs = [other.state, other.row("customers", 1), other.question("jobs", "customer_id", 1)]

    async def put(redis: Redis) -> None:
        await redis.mset(dict.fromkeys([*mine, *theirs], "x"))

    async def left(redis: Redis) -> list[int]:
        return [await redis.exists(*mine), await redis.exists(*theirs)]

    async def on(work: Any) -> Any:  # noqa: ANN401  # either of the two
        async with Redis.from_url(REDIS) as redis:
            return await work(redis)

    asyncio.run(on(put))
    try:
        given = {"PORTAL_REDIS_URL": REDIS, "PORTAL_SERVICETITAN_TENANT_ID": tenant}
        result = run(shared_url, "people", "erase", PAT, "--yes", **given)
        assert result.exit_code == 0, result.stderr
        assert "Every gateway was told to forget" in result.stderr
        assert asyncio.run(on(left)) == [0, len(theirs)]
    finally:
        asyncio.run(on(lambda redis: redis.delete(*mine, *theirs)))


def test_lg10_without_redis_it_says_so_and_may_be_done_again(shared_url: str) -> None:
    lived_in(shared_url)
    given = {"PORTAL_REDIS_URL": "redis://127.0.0.1:1/0", "PORTAL_SERVICETITAN_TENANT_ID": "7"}
    result = run(shared_url, "people", "erase", LEE, "--yes", **given)
    assert result.exit_code == 1
    assert "Do it again" in result.stderr
