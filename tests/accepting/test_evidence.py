"""PA-25: of each acceptance, and of its deposit, the trail says who, what, how much and when."""

from adapters.ledger.audit import Entry
from tests.accepting.conftest import DUE, PAT, PLAIN, WITH_DEPOSIT, Office, deposit, errors
from tests.house import NOON


async def entries(office: Office) -> list[Entry]:
    """Return the trail, whole as it was written."""
    audit = office.till.desk.audit
    assert (await audit.verify()).broken is None
    return [entry for _, entry in await audit.read()]


async def test_pa25_each_step_of_an_acceptance_is_sealed(office: Office) -> None:
    wish = await office.wish(PLAIN)
    assert errors(await office.send(wish)) == []
    accepted, sold = await entries(office)
    (kept,) = await office.till.acceptances.listed()
    assert (accepted.action.value, sold.action.value) == ("estimate.accepted", "estimate.sold")
    assert (accepted.actor, accepted.as_whom, accepted.at) == (PAT, None, NOON)
    assert len({accepted.request_id, sold.request_id, kept.given.by.request_id}) == 1
    assert accepted.request_id
    for entry in (accepted, sold):
        assert entry.subject == f"estimate {PLAIN}"
        assert entry.version == wish["version"] == kept.given.version
        assert entry.details["total"] == str(kept.given.total)
        assert entry.details["currency"] == "USD"
        assert entry.details["confirmation"] == kept.confirmation
        assert entry.details["signature"] == "TYPED"
        assert "Sullivan" not in str(entry.details)


async def test_pa25_so_is_each_step_of_its_deposit(office: Office) -> None:
    paid = deposit("sandbox_card_visa")
    assert errors(await office.accept(WITH_DEPOSIT, deposit=paid)) == []
    told = await entries(office)
    (attempt,) = await office.till.attempts.listed()
    money = [entry for entry in told if entry.subject == f"payment {attempt.id}"]
    assert [entry.action.value for entry in money][:2] == ["payment.attempted", "payment.charged"]
    for entry in money:
        assert (entry.details["amount"], entry.details["currency"]) == (DUE, "USD")
        assert entry.details["estimate"] == WITH_DEPOSIT
        assert entry.details["confirmation"] == attempt.confirmation
    assert money[0].actor == PAT
    accepted = [entry for entry in told if entry.action.value == "estimate.sold"]
    assert [entry.details["deposit"] for entry in accepted] == [attempt.id]


async def test_pa25_what_was_refused_is_told_as_refused(office: Office) -> None:
    paid = deposit("sandbox_card_declined")
    assert errors(await office.accept(WITH_DEPOSIT, deposit=paid)) == ["PAYMENT_REFUSED"]
    told = [entry.action.value for entry in await entries(office)]
    assert told == [
        "estimate.accepted",
        "payment.attempted",
        "payment.declined",
        "estimate.not-sold",
    ]
