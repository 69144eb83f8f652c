"""Lists: pages, totals, order, who is active by default, what is refused (facts.md b and c)."""

from typing import Any

import httpx
import pytest

CRM = "/crm/v2/tenant/1234567"
JPM = "/jpm/v2/tenant/1234567"
ACCOUNTING = "/accounting/v2/tenant/1234567"


async def ids(st: httpx.AsyncClient, path: str, **query: str) -> list[int]:
    answer = await st.get(path, params={"pageSize": "5000"} | query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json()["data"]]


async def refused(st: httpx.AsyncClient, path: str, **query: str) -> dict[str, Any]:
    answer = await st.get(path, params=query)
    body: dict[str, Any] = answer.json()
    assert (answer.status_code, body["status"]) == (400, 400)
    assert set(body) == {"type", "title", "status", "traceId", "errors", "data"}
    errors: dict[str, Any] = body["errors"]
    return errors


async def test_a_page_holds_fifty_rows_and_tells_no_total(st: httpx.AsyncClient) -> None:
    page = (await st.get(f"{JPM}/jobs")).json()
    assert list(page) == ["page", "pageSize", "hasMore", "totalCount", "data"]
    assert (page["page"], page["pageSize"], page["hasMore"]) == (1, 50, True)
    assert page["totalCount"] is None
    assert len(page["data"]) == 50


async def test_the_total_is_told_on_request(st: httpx.AsyncClient) -> None:
    query = {"customerId": "1031", "includeTotal": "true", "pageSize": "1000"}
    page = (await st.get(f"{JPM}/jobs", params=query)).json()
    assert (page["totalCount"], len(page["data"]), page["hasMore"]) == (2000, 1000, True)


async def test_pages_join_without_gap_or_overlap(st: httpx.AsyncClient) -> None:
    query = {"customerId": "1031", "pageSize": "700"}
    pages = [
        (await st.get(f"{JPM}/jobs", params=query | {"page": str(number)})).json()
        for number in (1, 2, 3, 4)
    ]
    found = [row["id"] for page in pages for row in page["data"]]
    assert [len(page["data"]) for page in pages] == [700, 700, 600, 0]
    assert [page["hasMore"] for page in pages] == [True, True, False, False]
    assert found == list(range(310001, 312001))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("page", "0"),
        ("page", "-1"),
        ("page", "one"),
        ("pageSize", "0"),
        ("pageSize", "5001"),
        ("includeTotal", "perhaps"),
        ("customerId", "abc"),
        ("customerId", "99999999999999999999"),
        ("ids", "1,,2"),
        ("jobStatus", "Done"),
        ("completedBefore", "yesterday"),
        ("hasUnusedAppointments", "2"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_refused_by_name(
    st: httpx.AsyncClient, name: str, value: str
) -> None:
    assert list(await refused(st, f"{JPM}/jobs", **{name: value})) == [name]


async def test_ids_are_fifty_at_most(st: httpx.AsyncClient) -> None:
    fifty = ",".join(str(310000 + count) for count in range(1, 51))
    assert await ids(st, f"{JPM}/jobs", ids=fifty) == list(range(310001, 310051))
    errors = await refused(st, f"{JPM}/jobs", ids=f"{fifty},310051")
    assert errors == {"ids": ["The maximum number of IDs is 50."]}


async def test_other_comma_lists_have_no_known_limit(st: httpx.AsyncClient) -> None:
    many = ",".join(str(number) for number in range(510001, 510101))
    assert await ids(st, f"{ACCOUNTING}/payments", appliedToInvoiceIds=many)


async def test_g1_unknown_parameters_are_ignored(st: httpx.AsyncClient) -> None:
    everybody = await ids(st, f"{CRM}/customers")
    assert await ids(st, f"{CRM}/customers", email="pat@example.com") == everybody
    assert await ids(st, f"{ACCOUNTING}/invoices", locationId="2001") == await ids(
        st, f"{ACCOUNTING}/invoices"
    )


async def test_a_filter_without_a_value_widens_to_everybody(st: httpx.AsyncClient) -> None:
    everybody = await ids(st, f"{JPM}/jobs")
    assert await ids(st, f"{JPM}/jobs", customerId="") == everybody


async def test_a_published_filter_the_sandbox_lacks_is_never_ignored(
    st: httpx.AsyncClient,
) -> None:
    answer = await st.get(f"{CRM}/customers", params={"externalDataKey": "k"})
    assert answer.status_code == 501
    assert answer.json()["title"] == "The sandbox does not filter by externalDataKey"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [1061]),
        ({"active": "True"}, [1061]),
        ({"active": "any"}, [1041, 1061]),
        ({"active": "ANY"}, [1041, 1061]),
        ({"active": "False"}, [1041]),
    ],
)
async def test_g14_customers_are_active_ones_unless_asked(
    st: httpx.AsyncClient, query: dict[str, str], found: list[int]
) -> None:
    await st.delete("/_sandbox/records/customers/1041")
    assert await ids(st, f"{CRM}/customers", ids="1041,1061", **query) == found


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [500101]),
        ({"activeState": "ActiveOnly"}, [500101]),
        ({"activeState": "all"}, [500101, 500102]),
        ({"activeState": "InactiveOnly"}, [500102]),
        ({"active": "Any"}, [500101]),
    ],
)
async def test_invoices_have_a_word_of_their_own_for_it(
    st: httpx.AsyncClient, query: dict[str, str], found: list[int]
) -> None:
    await st.delete("/_sandbox/records/invoices/500102")
    assert await ids(st, f"{ACCOUNTING}/invoices", ids="500101,500102", **query) == found


async def test_a_wrong_word_for_active_is_refused(st: httpx.AsyncClient) -> None:
    assert list(await refused(st, f"{CRM}/customers", active="yes")) == ["active"]
    assert list(await refused(st, f"{ACCOUNTING}/invoices", activeState="Any")) == ["activeState"]


async def test_jobs_have_no_word_for_it_and_never_list_removed_ones(
    st: httpx.AsyncClient,
) -> None:
    await st.delete("/_sandbox/records/jobs/300101")
    assert await ids(st, f"{JPM}/jobs", ids="300101,300102", active="Any") == [300102]


@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("+Id", [300101, 300102, 300103]),
        ("Id", [300101, 300102, 300103]),
        ("-Id", [300103, 300102, 300101]),
        ("+ModifiedOn", [300102, 300103, 300101]),
        ("-modifiedon", [300101, 300103, 300102]),
        ("+Priority", [300103, 300101, 300102]),
    ],
)
async def test_rows_come_in_the_order_asked_for(
    st: httpx.AsyncClient, sort: str, found: list[int]
) -> None:
    moments = {
        300101: ("2026-01-03T00:00:00.0000002Z", "Low"),
        300102: ("2026-01-01T00:00:00Z", "Normal"),
        300103: ("2026-01-03T00:00:00.0000001Z", "High"),
    }
    for number, (moment, priority) in moments.items():
        patch = {"modifiedOn": moment, "priority": priority}
        await st.put(f"/_sandbox/records/jobs/{number}", json=patch)
    assert await ids(st, f"{JPM}/jobs", ids="300101,300102,300103", sort=sort) == found


async def test_a_plus_that_is_not_encoded_is_a_space_and_still_understood(
    st: httpx.AsyncClient,
) -> None:
    answer = await st.get(f"{JPM}/jobs?ids=300102,300101&sort=+Id")
    assert [row["id"] for row in answer.json()["data"]] == [300101, 300102]


async def test_a_field_that_cannot_be_sorted_by_is_refused_in_its_own_words(
    st: httpx.AsyncClient,
) -> None:
    errors = await refused(st, f"{JPM}/jobs", sort="-completedOn")
    assert errors == {"sort": ["The value '-completedOn' is not valid for Sort."]}


async def test_invoices_may_also_be_ordered_in_two_parameters(st: httpx.AsyncClient) -> None:
    query = {"ids": "500101,500102", "orderBy": "id", "orderByDirection": "desc"}
    assert await ids(st, f"{ACCOUNTING}/invoices", **query) == [500102, 500101]


async def test_contacts_of_everybody_are_not_given_out(st: httpx.AsyncClient) -> None:
    assert list(await refused(st, f"{CRM}/customers/contacts")) == ["customerIds"]
    assert list(await refused(st, f"{CRM}/locations/contacts")) == ["locationIds"]
    created = {"createdOnOrAfter": "2020-01-01"}
    assert list(await refused(st, f"{CRM}/customers/contacts", **created)) == ["customerIds"]
    assert await ids(st, f"{CRM}/customers/contacts", modifiedOnOrAfter="2020-01-01")


async def test_templates_are_given_by_id_alone(st: httpx.AsyncClient) -> None:
    path = "/memberships/v2/tenant/1234567/invoice-templates"
    assert list(await refused(st, path)) == ["ids"]
    await st.put("/_sandbox/records/invoice-templates/77", json={"name": "Monthly"})
    assert await ids(st, path, ids="77") == [77]


async def test_membership_types_keep_their_parts_until_asked(st: httpx.AsyncClient) -> None:
    path = "/memberships/v2/tenant/1234567/membership-types"
    entry = {"duration": 12, "billingFrequency": "Monthly"}
    prices = {"salePrice": 1.0, "billingPrice": 1.0, "renewalPrice": 1.0}
    patch = {"durationBilling": [entry | prices]}
    await st.put("/_sandbox/records/membership-types/77", json=patch)
    plain = (await st.get(path, params={"ids": "77"})).json()["data"][0]
    asked = {"ids": "77", "includeDurationBilling": "true"}
    whole = (await st.get(path, params=asked)).json()["data"][0]
    assert (plain["durationBilling"], plain["discounts"]) == (None, None)
    assert (whole["durationBilling"], whole["discounts"]) == ([entry | prices], None)


async def test_a_record_by_id_is_given_whether_active_or_not(st: httpx.AsyncClient) -> None:
    await st.delete("/_sandbox/records/customers/1001")
    assert (await st.get(f"{CRM}/customers/1001")).json()["active"] is False
    missing = await st.get(f"{CRM}/customers/999999")
    assert (missing.status_code, missing.json()["status"]) == (404, 404)


async def test_equipment_tells_its_attachments_one_by_one_alone(st: httpx.AsyncClient) -> None:
    path = "/equipmentsystems/v2/tenant/1234567/installed-equipment"
    listed = (await st.get(path, params={"ids": "800101"})).json()["data"][0]
    single = (await st.get(f"{path}/800101")).json()
    assert single.keys() - listed.keys() == {"attachments", "customFields"}
