"""The Unscheduled section, booking, and the jobs of agreements that are not Active (R54-R57)."""

import asyncio
from pathlib import Path

import pytest

from adapters.ledger.ledger import Ledger
from resolvers.ids import global_id
from resolvers.levels import AccessLevel
from resolvers.policy import BookingKind, Tenant, Upcoming
from tests.house import House, demo_policy, ready_house
from tests.promises import JORDAN, jordan_at, lines, promised_house

PAT = "pat@example.com"
PHONE, PAGE = "+1 630 555 0100", "https://book.example.com/grocers"
OAK_PARK, RIVER_FOREST = 2101, 2102
WAITING = "unscheduledVisits { name status dueOn location { name } job { id } agreementName }"
NAMES = "unscheduledVisits { name }"
FILE = lines(
    f"930801,{RIVER_FOREST},Fall,2026-10-15,Unscheduled,",
    f"930801,{OAK_PARK},Fall,2026-10-01,Unscheduled,",
    f"930801,{OAK_PARK},Booked,2026-07-20,Unscheduled,310001",
    f"930801,{OAK_PARK},Set by phone,2026-07-20,Scheduled,",
    f"930801,{OAK_PARK},Done,2026-04-15,Completed,",
    f"930801,{OAK_PARK},Waived,2026-04-15,Dismissed,",
    f"930801,{OAK_PARK},Gone,2026-04-15,Deleted,",
    f"930801,{OAK_PARK},Off,2026-04-15,Canceled,",
    f"930802,{OAK_PARK},Of an agreement that expired,2026-08-01,Unscheduled,",
    f"930803,{OAK_PARK},Of a draft,2026-08-01,Unscheduled,",
    f"999999,{OAK_PARK},Of no agreement,2026-08-01,Unscheduled,",
)
CALLED = demo_policy(tenant=Tenant(phone=PHONE))


def fall(place: str, due: str) -> dict[str, object]:
    return {
        "name": "Fall",
        "status": "UNSCHEDULED",
        "dueOn": due,
        "location": {"name": f"Lakefront Grocers {place}"},
        "job": None,
        "agreementName": "Planned Care, all stores",
    }


BOTH = [fall("Oak Park", "2026-10-01"), fall("River Forest", "2026-10-15")]


async def test_r54_r55_r57_visits_of_active_agreements_without_a_job(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        assert await house.viewer(JORDAN, WAITING) == {"unscheduledVisits": BOTH}
        assert await house.calls() == {"service-agreements?customerIds=1031": 1}
        assert await house.viewer(JORDAN, WAITING) == {"unscheduledVisits": BOTH}
        assert await house.calls() == {}
        nested = await house.viewer(JORDAN, f"customers {{ nodes {{ {WAITING} }} }}")
        assert nested == {"customers": {"nodes": [{"unscheduledVisits": BOTH}]}}


async def test_they_are_narrowed_to_a_location(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        at = f'unscheduledVisits(locationId: "{global_id("Location", OAK_PARK)}") {{ dueOn }}'
        assert await house.viewer(JORDAN, at) == {"unscheduledVisits": [{"dueOn": "2026-10-01"}]}
        nowhere = f'unscheduledVisits(locationId: "{global_id("Location", 2103)}") {{ dueOn }}'
        assert await house.viewer(JORDAN, nowhere) == {"unscheduledVisits": None}
        told = await house.ask(PAT, f"{{ viewer {{ {at} }} }}")
        assert told["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_r56_null_where_none_were_imported(house: House) -> None:
    assert await house.viewer(JORDAN, NAMES) == {"unscheduledVisits": None}


async def test_r56_null_for_who_has_none(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        assert await house.viewer(PAT, NAMES) == {"unscheduledVisits": None}


async def test_r56_null_where_the_account_hides_them(tmp_path: Path) -> None:
    hidden = demo_policy(upcoming=Upcoming(show_unscheduled=False))
    async with promised_house(tmp_path, FILE, hidden) as house:
        assert await house.viewer(JORDAN, NAMES) == {"unscheduledVisits": None}
        assert await house.calls() == {}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"status": "Canceled"}, "R54"),
        ({"status": "AutoRenew"}, "R54"),
        ({"endDate": "2026-07-13"}, "Q14"),
    ],
)
async def test_r54_q14_an_agreement_that_is_not_in_force_owes_none(
    tmp_path: Path, row: dict[str, str], rule: str
) -> None:
    async with promised_house(tmp_path, FILE) as house:
        await house.put("service-agreements", 930801, **row)
        assert await house.viewer(JORDAN, NAMES) == {"unscheduledVisits": None}, rule


async def test_r55_q16_they_are_shown_without_billing_access_and_the_agreement_is_not(
    tmp_path: Path,
) -> None:
    plain = jordan_at((None, AccessLevel.NON_BILLING), (RIVER_FOREST, AccessLevel.NONE))
    async with promised_house(tmp_path, FILE, plain) as house:
        told = await house.viewer(JORDAN, "unscheduledVisits { agreementName agreement { id } }")
        assert told == {
            "unscheduledVisits": [{"agreementName": "Planned Care, all stores", "agreement": None}]
        }


async def test_with_billing_access_the_agreement_opens(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        told = await house.viewer(
            JORDAN, "unscheduledVisits { agreement { name } membership { name } }"
        )
        care = {"agreement": {"name": "Planned Care, all stores"}, "membership": None}
        assert told == {"unscheduledVisits": [care, care]}


BOOKING = "unscheduledVisits { booking { kind phone url } }"


async def test_r55_each_offers_a_call_to_schedule(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE, CALLED) as house:
        call = {"booking": {"kind": "CALL", "phone": PHONE, "url": None}}
        assert await house.viewer(JORDAN, BOOKING) == {"unscheduledVisits": [call, call]}
        assert await house.calls() == {
            "service-agreements?customerIds=1031": 1,
            "customers?ids=1031": 1,
        }


async def test_q20_or_the_scheduler_where_the_account_says_so(tmp_path: Path) -> None:
    upcoming = Upcoming(booking=BookingKind.SCHEDULER_LINK, scheduler_url=PAGE)
    async with promised_house(tmp_path, FILE, demo_policy(upcoming=upcoming)) as house:
        page = {"booking": {"kind": "SCHEDULER_LINK", "phone": None, "url": PAGE}}
        assert await house.viewer(JORDAN, BOOKING) == {"unscheduledVisits": [page, page]}


async def test_r55_without_a_phone_there_is_no_booking_and_nothing_is_asked(
    tmp_path: Path,
) -> None:
    async with promised_house(tmp_path, FILE) as house:
        none = {"booking": None}
        assert await house.viewer(JORDAN, BOOKING) == {"unscheduledVisits": [none, none]}
        assert await house.calls() == {"service-agreements?customerIds=1031": 1}


async def test_r85_a_customer_marked_do_not_service_books_nothing_and_is_not_told_why(
    tmp_path: Path,
) -> None:
    async with promised_house(tmp_path, FILE, CALLED) as house:
        await house.put("customers", 1031, doNotService=True)
        told = await house.ask(JORDAN, f"{{ viewer {{ {BOOKING} }} }}")
        none = {"booking": None}
        assert told == {"data": {"viewer": {"unscheduledVisits": [none, none]}}}


async def test_r85_where_the_mark_cannot_be_read_nothing_is_offered(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE, CALLED) as house:
        await house.fault("/crm/.*/customers", status=503, times=20)
        told = await house.ask(JORDAN, f"{{ viewer {{ {BOOKING} }} }}")
        none = {"booking": None}
        assert told["data"] == {"viewer": {"unscheduledVisits": [none, none]}}
        assert told["errors"][0]["extensions"]["code"] == "UPSTREAM_UNAVAILABLE"


async def test_what_is_booked_or_over_offers_no_booking(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE, CALLED) as house:
        visits = "visits { nodes { name booking { kind } } }"
        told = await house.viewer(JORDAN, f"serviceAgreements {{ nodes {{ {visits} }} }}")
        (agreement,) = told["serviceAgreements"]["nodes"]
        offered = [row["name"] for row in agreement["visits"]["nodes"] if row["booking"]]
        assert offered == ["Fall", "Fall"]


async def test_q15_membership_visits_are_not_listed(house: House) -> None:
    assert await house.viewer(PAT, NAMES) == {"unscheduledVisits": None}
    assert await house.calls() == {"service-agreements?customerIds=1001": 1}


WITH_MEMBERSHIPS = demo_policy(upcoming=Upcoming(include_membership_visits=True))


async def test_q15_membership_visits_are_listed_where_the_account_says_so() -> None:
    async with ready_house(WITH_MEMBERSHIPS) as told:
        for email, name in ((PAT, "Gold Comfort Plan"), ("riley@example.com", None)):
            shown = await told.viewer(
                email, "unscheduledVisits { name dueOn agreementName membership { name } }"
            )
            assert shown == {
                "unscheduledVisits": [
                    {
                        "name": "Heating Tune-Up",
                        "dueOn": "2026-12-11",
                        "agreementName": None,
                        "membership": name and {"name": name},
                    }
                ]
            }


async def test_q15_a_canceled_membership_owes_none() -> None:
    async with ready_house(WITH_MEMBERSHIPS) as told:
        await told.put("memberships", 900101, status="Canceled")
        assert await told.viewer(PAT, NAMES) == {"unscheduledVisits": None}


NODE = "query($id: ID!) { node(id: $id) { __typename id ... on Visit { name } } }"


async def visit_ids(folder: Path) -> dict[str, str]:
    ledger = await asyncio.to_thread(Ledger, f"sqlite+aiosqlite:///{folder}/ledger.db")
    found = await ledger.visits_of([930801, 930802, 930803])
    await ledger.aclose()
    visits = [visit for of in found.values() for visit in of]
    return {visit.name: global_id("Visit", f"a{visit.id}") for visit in visits}


async def test_a_visit_is_found_by_its_id_where_some_screen_shows_it(tmp_path: Path) -> None:
    async with promised_house(tmp_path, FILE) as house:
        ids = await visit_ids(tmp_path)
        for name in ("Fall", "Booked", "Waived", "Off"):
            told = await house.data(JORDAN, NODE, id=ids[name])
            assert told == {"node": {"__typename": "Visit", "id": ids[name], "name": name}}
        for name in ("Gone", "Of an agreement that expired", "Of a draft"):
            answer = await house.ask(JORDAN, NODE, id=ids[name])
            assert answer["data"] == {"node": None}, name
            assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


@pytest.mark.parametrize("key", ["a", "a0", "a01", "b7", "7", "", "a-1", f"a{2**63}", "m", "aa1"])
async def test_az4_forged_visits_are_not_found(house: House, key: str) -> None:
    answer = await house.ask(JORDAN, NODE, id=global_id("Visit", key))
    assert answer["data"] == {"node": None}
    assert answer["errors"][0]["extensions"] == {"code": "NOT_FOUND"}


async def test_az17_a_neighbours_visit_is_not_found_at_the_cost_of_one_that_never_was(
    tmp_path: Path,
) -> None:
    async with promised_house(tmp_path, FILE) as house:
        ids = await visit_ids(tmp_path)
        costs = []
        for told in (ids["Fall"], global_id("Visit", "a999999")):
            await house.calls()
            answer = await house.ask("quinn@example.com", NODE, id=told)
            assert answer["data"] == {"node": None}
            costs.append(await house.calls())
        assert costs == [{"service-agreements?customerIds=1061": 1}, {}]


async def test_r6_without_access_to_its_place_a_visit_is_not_found(tmp_path: Path) -> None:
    hidden = jordan_at((OAK_PARK, AccessLevel.NONE))
    async with promised_house(tmp_path, FILE, hidden) as house:
        answer = await house.ask(JORDAN, NODE, id=(await visit_ids(tmp_path))["Booked"])
        assert answer["data"] == {"node": None}
