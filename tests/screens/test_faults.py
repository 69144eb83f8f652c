"""Bad neighbours: what of a page still stands when ServiceTitan does not answer as it should."""

import pytest

from tests.house import House, number, ready_house

PAT = "pat@example.com"
PAGE = """{ viewer { email
    invoices { nodes { number } }
    jobs(tab: ON_HOLD) { nodes { number } }
    customers { nodes { name totalDue } } } }"""
STANDS = {
    "email": PAT,
    "invoices": None,
    "jobs": {"nodes": [{"number": number("on-hold")}]},
    "customers": {"nodes": [{"name": "Pat Sullivan", "totalDue": None}]},
}
ENOUGH = 20

FAULTS: dict[str, tuple[dict[str, object], str]] = {
    "down": ({"status": 503, "times": ENOUGH}, "UPSTREAM_UNAVAILABLE"),
    "broken": ({"status": 500, "body": "oops", "times": ENOUGH}, "UPSTREAM_UNAVAILABLE"),
    "throttled for an hour": (
        {"status": 429, "retryAfter": 3600, "times": ENOUGH},
        "UPSTREAM_BUSY",
    ),
    "without the scope": (
        {"status": 403, "body": '{"title":"Scope validation failed"}', "times": ENOUGH},
        "UPSTREAM_REJECTED",
    ),
    "not JSON": (
        {"status": 200, "body": "<html>maintenance</html>", "times": ENOUGH},
        "UPSTREAM_REJECTED",
    ),
    "another shape": (
        {"status": 200, "body": '{"rows": []}', "times": ENOUGH},
        "UPSTREAM_REJECTED",
    ),
    "a row without an id": (
        {
            "body": '{"page":1,"pageSize":9,"hasMore":false,"totalCount":1,"data":[{"total":"1"}]}',
            "times": ENOUGH,
        },
        "UPSTREAM_REJECTED",
    ),
    "half an answer": ({"truncateAt": 300, "times": ENOUGH}, "UPSTREAM_UNAVAILABLE"),
    "a connection that breaks": ({"reset": True, "times": ENOUGH}, "UPSTREAM_UNAVAILABLE"),
    "everybody's rows": ({"ignoreFilters": True, "times": ENOUGH}, "UPSTREAM_REJECTED"),
    "fewer rows than it counts": (
        {
            "status": 200,
            "body": '{"page":1,"pageSize":500,"hasMore":false,"totalCount":3,"data":[]}',
            "times": ENOUGH,
        },
        "UPSTREAM_REJECTED",
    ),
}


@pytest.mark.parametrize("fault", list(FAULTS))
async def test_the_fields_that_need_it_are_null_and_the_page_stands(
    house: House, fault: str
) -> None:
    served, code = FAULTS[fault]
    await house.fault("/accounting/", **served)
    told = await house.ask(PAT, PAGE)
    assert told["data"] == {"viewer": STANDS}
    errors = {(*error["path"][:2], error["extensions"]["code"]) for error in told["errors"]}
    assert errors == {("viewer", "invoices", code), ("viewer", "customers", code)}
    assert "http" not in str(told["errors"])
    assert "1001" not in str(told["errors"])


async def test_up7_a_passing_fault_is_tried_again_and_not_told(house: House) -> None:
    await house.fault("/accounting/", status=503, times=2)
    told = await house.data(PAT, PAGE)
    assert told["viewer"]["invoices"]["nodes"][0] == {"number": number("open-invoice")}
    assert sum((await house.calls()).values()) == 5  # three for the invoices, jobs, visits


async def test_a_failure_is_remembered_for_nobody(house: House) -> None:
    await house.fault("/accounting/", status=503, times=3)
    assert (await house.ask(PAT, PAGE))["data"]["viewer"]["invoices"] is None
    assert (await house.data(PAT, PAGE))["viewer"]["invoices"]["nodes"]


async def test_everybody_elses_rows_are_remembered_for_nobody(house: House) -> None:
    await house.fault("/accounting/", ignoreFilters=True, times=1)
    told = await house.ask(PAT, PAGE)
    assert told["data"]["viewer"]["invoices"] is None
    assert "500303" not in str(told)
    morgan = await house.viewer("morgan@example.com", "invoices { totalCount }")
    assert morgan == {"invoices": {"totalCount": 5}}


async def test_without_its_appointments_a_job_has_no_tab_and_stands(house: House) -> None:
    await house.fault("/appointments", status=503, times=ENOUGH)
    shown = "invoices(first: 1) { nodes { number job { number tab } } }"
    page = f"{{ viewer {{ {shown} jobCounts {{ onHold }} }} }}"
    told = await house.ask(PAT, page)
    (first,) = told["data"]["viewer"]["invoices"]["nodes"]
    assert first["job"] == {"number": "300106", "tab": None}
    assert told["data"]["viewer"]["jobCounts"] is None
    assert {error["extensions"]["code"] for error in told["errors"]} == {"UPSTREAM_UNAVAILABLE"}


async def test_without_invoices_the_bill_to_list_is_alphabetical(house: House) -> None:
    await house.fault("/accounting/", status=503, times=ENOUGH)
    told = await house.ask(
        "morgan@example.com", "{ viewer { customers { nodes { name hasUnpaidInvoices } } } }"
    )
    assert told["data"]["viewer"]["customers"]["nodes"] == [
        {"name": name, "hasUnpaidInvoices": None}
        for name in ("Alpha Apartments", "Beta Buildings", "Gamma Gardens")
    ]
    assert len(told["errors"]) == 3


async def test_every_module_down_leaves_who_is_asking(house: House) -> None:
    await house.fault("/(accounting|jpm|crm)/", status=503, times=1000)
    told = await house.ask(
        PAT, "{ viewer { email customers { nodes { name accessLevel } } jobCounts { onHold } } }"
    )
    assert told["data"]["viewer"] == {
        "email": PAT,
        "customers": {"nodes": [{"name": "Pat Sullivan", "accessLevel": "BILLING"}]},
        "jobCounts": None,
    }


async def test_up2_a_servicetitan_that_is_too_slow_leaves_the_rest_of_the_page() -> None:
    async with ready_house(patience=0.3) as house:
        await house.fault("/accounting/", latencyMs=5_000, times=ENOUGH)
        told = await house.ask(PAT, PAGE)
        assert told["data"] == {"viewer": STANDS}
        assert {error["extensions"]["code"] for error in told["errors"]} == {"UPSTREAM_UNAVAILABLE"}
