"""What the office chose shows on the screens: each setting, off and on."""

from collections import Counter
from datetime import timedelta
from typing import Any

from adapters.sandbox.homes import LANDMARKS
from resolvers.ids import global_id
from resolvers.policy import Invoices, Jobs, Tenant
from tests.house import NOON, House, demo_policy, gid, number, ready_house

PAT, SAM = "pat@example.com", "sam@example.com"
WAITS = demo_policy(invoices=Invoices(hide_of_open_jobs=True))
WORKING = LANDMARKS["working-now"][1]
OWN = 500103
"""The invoice of the job that Pat has somebody working on."""
BILLED = global_id("Invoice", OWN)
SHOWN = "invoices { nodes { number } } tasks { totalDue invoicesToPay { number } }"
ONE = """query($id: ID!, $job: ID!) { invoice(id: $id) { number }
    job(id: $job) { total invoices { number } } }"""


async def numbers(house: House) -> list[str]:
    viewer = await house.viewer(PAT, "invoices { nodes { number } }")
    return [row["number"] for row in viewer["invoices"]["nodes"]]


async def test_q6_an_invoice_waits_until_its_job_is_over() -> None:
    async with ready_house() as house:
        await house.put("invoices", OWN, total="100.00", balance="100.00")
        told = await house.viewer(PAT, SHOWN)
        assert {"number": "500103"} in told["invoices"]["nodes"]
        assert {"number": "500103"} in told["tasks"]["invoicesToPay"]
        assert told["tasks"]["totalDue"] == "1145.69"
        of_job: dict[str, Any] = {"invoice": {"number": "500103"}, "job": {"total": "0.00"}}
        of_job["job"] |= {"invoices": [{"number": "500103"}]}
        assert await house.data(PAT, ONE, id=BILLED, job=gid("working-now")) == of_job

        await house.choose(WAITS)
        others = [row for row in told["invoices"]["nodes"] if row["number"] != "500103"]
        told = await house.viewer(PAT, SHOWN)
        assert told["invoices"]["nodes"] == others
        assert {"number": "500103"} not in told["tasks"]["invoicesToPay"]
        assert told["tasks"]["totalDue"] == "1045.69"
        one = await house.ask(PAT, ONE, id=BILLED, job=gid("working-now"))
        assert one["data"] == {"invoice": None, "job": {"total": None, "invoices": []}}
        assert [error["extensions"]["code"] for error in one["errors"]] == ["NOT_FOUND"]


async def test_q6_what_is_owed_for_a_job_that_was_called_off_does_not_wait() -> None:
    async with ready_house(WAITS) as house:
        await house.put("invoices", 500111, active=True, total="50.00", balance="50.00")
        assert "500111" in await numbers(house)


async def test_q6_an_invoice_without_a_job_waits_for_nothing() -> None:
    async with ready_house(WAITS) as house:
        await house.put("invoices", OWN, total="100.00", balance="100.00", job=None)
        assert "500103" in await numbers(house)


async def test_q6_costs_jobs_and_visits_where_it_is_on_and_nothing_where_it_is_off() -> None:
    async with ready_house() as house:
        assert len(await numbers(house)) == 7
        assert await house.calls() == Counter({"invoices?customerId=1001": 1})
        await house.choose(WAITS)
        assert len(await numbers(house)) == 7
        assert await house.calls() == Counter(
            {"jobs?customerId=1001": 1, "appointments?customerId=1001": 1}
        )
        await numbers(house)
        assert await house.calls() == Counter()


async def test_q6_where_the_jobs_cannot_be_read_nobody_says_that_there_are_no_invoices() -> None:
    async with ready_house(WAITS) as house:
        await house.fault("/jobs", status=503, times=20)
        told = await house.ask(PAT, "{ viewer { email invoices { totalCount } } }")
        assert told["data"] == {"viewer": {"email": PAT, "invoices": None}}
        codes = [error["extensions"]["code"] for error in told["errors"]]
        assert codes == ["UPSTREAM_UNAVAILABLE"]


async def test_q6_what_is_billed_to_somebody_else_waits_for_the_job_of_another() -> None:
    """Morgan is billed for work at a place out of reach: its job decides, and is not told."""
    async with ready_house(WAITS) as house:
        amounts = {"total": "70.00", "balance": "70.00"}
        alpha = {"id": 1011, "name": "Alpha Apartments"}
        await house.put("invoices", OWN, customer=alpha, **amounts)
        await house.put("invoices", 500111, active=True, customer=alpha, **amounts)
        query = "invoices(first: 100) { nodes { number job { number } } }"
        viewer = await house.viewer("morgan@example.com", query)
        of_pats = [row for row in viewer["invoices"]["nodes"] if row["number"].startswith("5001")]
        assert of_pats == [{"number": "500111", "job": None}]


async def past(house: House, minutes: int) -> Any:  # noqa: ANN401  # JSON
    """Return Pat's next visit of a job whose visit's window ends at 10:00 on 15 July."""
    house.moment.now = NOON + timedelta(hours=22, minutes=minutes)
    query = "query($id: ID!) { job(id: $id) { tab nextAppointment { number } } }"
    return (await house.data(PAT, query, id=gid("tune-up-tomorrow")))["job"]


async def test_q13_grace_minutes_keep_a_visit_that_is_over() -> None:
    there = {"tab": "UPCOMING", "nextAppointment": {"number": "300101-1"}}
    gone = {"tab": None, "nextAppointment": None}
    async with ready_house() as house:
        assert [await past(house, minute) for minute in (0, 1)] == [there, gone]
        await house.choose(demo_policy(jobs=Jobs(past_grace_minutes=45)))
        assert [await past(house, minute) for minute in (1, 45, 46)] == [there, there, gone]


async def test_the_time_zone_decides_the_day_and_may_change_while_it_runs(house: House) -> None:
    query = """query($id: ID!) { job(id: $id) { nextAppointment {
        date arrivalWindow { start } } } }"""
    told = [await house.data(PAT, query, id=gid("tune-up-tomorrow"))]
    await house.choose(demo_policy(tenant=Tenant(time_zone="Pacific/Honolulu")))
    told.append(await house.data(PAT, query, id=gid("tune-up-tomorrow")))
    await house.choose(demo_policy(tenant=Tenant(time_zone="Asia/Tokyo")))
    told.append(await house.data(PAT, query, id=gid("tune-up-tomorrow")))
    assert [row["job"]["nextAppointment"] for row in told] == [
        {"date": "2026-07-15", "arrivalWindow": {"start": "2026-07-15T08:00:00-05:00"}},
        {"date": "2026-07-15", "arrivalWindow": {"start": "2026-07-15T03:00:00-10:00"}},
        {"date": "2026-07-15", "arrivalWindow": {"start": "2026-07-15T22:00:00+09:00"}},
    ]


async def test_r19_jobs_by_location_finds_what_is_asked_for_under_another_customer() -> None:
    """Jobs at Pat's home that ServiceTitan keeps under the customer they are billed to."""
    async with ready_house() as house:
        await house.put("jobs", LANDMARKS["on-hold"][1], customerId=1011)
        await house.put("appointments", 400105, customerId=1011)
        query = "jobs(tab: ON_HOLD) { nodes { number } }"
        assert (await house.viewer(PAT, query))["jobs"]["nodes"] == []
        await house.choose(demo_policy(jobs=Jobs(by_location=True)))
        assert (await house.viewer(PAT, query))["jobs"]["nodes"] == [{"number": number("on-hold")}]
