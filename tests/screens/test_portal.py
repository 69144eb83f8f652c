"""The portal itself: the same for anybody who asks, and as the policy says."""

import pytest

from adapters.payments.kinds import MethodKind
from resolvers.policy import Jobs, Payments, Policy, Screen, Screens, Tenant
from tests.house import House, demo_policy, ready_house

PORTAL = """{ portal { businessName phone email logoUrl timeZone currency signInUrl signUpUrl
    screens showsDateOnly partialPaymentsAllowed paymentMethods } }"""
DEFAULTS = {
    "businessName": "Our company",
    "phone": None,
    "email": None,
    "logoUrl": None,
    "timeZone": "America/Chicago",
    "currency": "USD",
    "signInUrl": None,
    "signUpUrl": None,
    "screens": [
        "MY_TASKS",
        "INVOICES",
        "PROPOSALS",
        "JOBS",
        "EQUIPMENT",
        "SERVICE_AGREEMENTS",
        "MEMBERSHIPS",
    ],
    "showsDateOnly": False,
    "partialPaymentsAllowed": False,
    "paymentMethods": ["CARD", "BANK_ACCOUNT"],
}
CHOSEN = Policy(
    tenant=Tenant(
        time_zone="America/Denver",
        currency="CAD",
        business_name="North Side Heating",
        phone="+1 312 555 0100",
        email="office@example.com",
        logo_url="https://example.com/logo.svg",
        sign_in_url="https://portal.example.com/sign-in",
        sign_up_url="http://localhost:3000/sign-up",
    ),
    screens=Screens(shown=(Screen.JOBS, Screen.MY_TASKS)),
    jobs=Jobs(show_date_only=True),
    payments=Payments(allow_partial=True, methods=(MethodKind.PAY_BY_BANK,)),
)


async def test_without_a_file_the_portal_has_every_screen(house: House) -> None:
    assert await house.data(None, PORTAL) == {"portal": DEFAULTS}
    assert await house.calls() == {}


@pytest.mark.parametrize("email", [None, "pat@example.com", "casey@example.com"])
async def test_the_policy_is_told_to_anybody(email: str | None) -> None:
    async with ready_house(CHOSEN) as house:
        assert await house.data(email, PORTAL) == {
            "portal": {
                "businessName": "North Side Heating",
                "phone": "+1 312 555 0100",
                "email": "office@example.com",
                "logoUrl": "https://example.com/logo.svg",
                "timeZone": "America/Denver",
                "currency": "CAD",
                "signInUrl": "https://portal.example.com/sign-in",
                "signUpUrl": "http://localhost:3000/sign-up",
                "screens": ["JOBS", "MY_TASKS"],
                "showsDateOnly": True,
                "partialPaymentsAllowed": True,
                "paymentMethods": ["PAY_BY_BANK"],
            }
        }


WAYS = {
    Screen.MY_TASKS: ["tasks { count }"],
    Screen.INVOICES: ["invoices { totalCount }"],
    Screen.PROPOSALS: ["proposals { totalCount }"],
    Screen.JOBS: ["jobs(tab: COMPLETED) { totalCount }", "jobCounts { completed }"],
    Screen.EQUIPMENT: ["equipment { totalCount }"],
    Screen.SERVICE_AGREEMENTS: ["serviceAgreements { totalCount }"],
    Screen.MEMBERSHIPS: ["memberships { totalCount }"],
}
OF_CUSTOMERS = {screen: ways for screen, ways in WAYS.items() if screen is not Screen.MY_TASKS}
OF_LOCATIONS = {
    Screen.JOBS: ["jobs(tab: COMPLETED) { totalCount }"],
    Screen.EQUIPMENT: ["equipment { totalCount }"],
}


def name(way: str) -> str:
    return way.partition("(")[0].partition(" ")[0]


@pytest.mark.parametrize("screen", list(Screen))
async def test_a_screen_left_out_has_no_way_in_costs_nothing_and_leaves_the_others(
    screen: Screen,
) -> None:
    everything = " ".join(way for ways in WAYS.values() for way in ways)
    of_customers = " ".join(way for ways in OF_CUSTOMERS.values() for way in ways)
    of_locations = " ".join(way for ways in OF_LOCATIONS.values() for way in ways)
    others = tuple(other for other in Screen if other is not screen)
    selection = (
        f"{everything} customers {{ nodes {{ {of_customers} }} }} "
        f"locations {{ nodes {{ {of_locations} }} }}"
    )
    ways_in = " ".join(WAYS[screen])
    async with ready_house(demo_policy(screens=Screens(shown=others))) as house:
        assert await house.viewer("pat@example.com", ways_in) == dict.fromkeys(
            map(name, WAYS[screen])
        )
        assert await house.calls() == {}
        viewer = await house.viewer("pat@example.com", selection)
    records = (
        (WAYS, viewer),
        (OF_CUSTOMERS, viewer["customers"]["nodes"][0]),
        (OF_LOCATIONS, viewer["locations"]["nodes"][0]),
    )
    for ways, told in records:
        for of, fields in ways.items():
            assert {(of, told[name(field)] is None) for field in fields} == {(of, of is screen)}


TASKS = """tasks { count totalDue invoicesToPay { number } upcomingAppointments { number }
    proposalsToReview { number } }"""


@pytest.mark.parametrize(
    ("screen", "items"),
    [
        (Screen.INVOICES, "invoicesToPay"),
        (Screen.JOBS, "upcomingAppointments"),
        (Screen.PROPOSALS, "proposalsToReview"),
    ],
)
async def test_my_tasks_leaves_out_what_no_screen_leads_to(
    house: House, screen: Screen, items: str
) -> None:
    before = (await house.viewer("pat@example.com", TASKS))["tasks"]
    others = tuple(other for other in Screen if other is not screen)
    await house.choose(demo_policy(screens=Screens(shown=others)))
    after = (await house.viewer("pat@example.com", TASKS))["tasks"]
    assert len(before[items]) > 0
    assert after == before | {
        items: [],
        "count": before["count"] - len(before[items]),
        "totalDue": None if screen is Screen.INVOICES else before["totalDue"],
    }


async def test_r80_apple_pay_and_google_pay_are_offered_only_where_the_tenant_switches_them_on(
    house: House,
) -> None:
    told = await house.data(None, "{ portal { paymentMethods } }")
    assert told == {"portal": {"paymentMethods": ["CARD", "BANK_ACCOUNT"]}}
    both = (MethodKind.CARD, MethodKind.APPLE_PAY)
    await house.choose(demo_policy(payments=Payments(methods=both)))
    told = await house.data(None, "{ portal { paymentMethods } }")
    assert told == {"portal": {"paymentMethods": ["CARD", "APPLE_PAY"]}}
