"""Carelessness on purpose: what ServiceTitan does against its specification (facts.md g).

What lies in the lists' behaviour is named g1 to g15 in the tests of lists, feeds and writes.
"""

from typing import Any

import httpx
import pytest

from adapters.sandbox.collections import COLLECTIONS
from adapters.sandbox.homes import LANDMARKS, QUIRKS

CRM = "/crm/v2/tenant/1234567"


async def served(st: httpx.AsyncClient, quirk: str) -> dict[str, Any]:
    """Return the row that has this quirk, as its list gives it."""
    name, number = QUIRKS[quirk]
    collection = COLLECTIONS[name]
    path = f"/{collection.module}/v2/tenant/1234567/{collection.path}"
    query = {"ids": str(number), "active": "Any", "activeState": "All", "pageSize": "5000"}
    if collection.demands:
        query["modifiedOnOrAfter"] = "2000-01-01"
    rows: list[dict[str, Any]] = (await st.get(path, params=query)).json()["data"]
    return next(row for row in rows if row["id"] == number)


@pytest.mark.parametrize(
    ("quirk", "expected"),
    [
        ("created-never", {"createdOn": "0001-01-01T00:00:00Z", "createdById": 0}),
        ("external-data-null", {"externalData": None}),
        ("phone-settings-null", {"phoneSettings": None}),
        ("customer-po-null", {"customerPo": None, "externalData": None}),
        ("lead-source-of-nulls", {"jobGeneratedLeadSource": {"jobId": None, "employeeId": None}}),
        ("job-total-zero", {"total": 0.0}),
        ("no-invoice-zero", {"invoiceId": 0}),
        ("custom-fields-null", {"customFields": None}),
        ("manufacturer-null", {"manufacturer": None, "name": None, "memo": None}),
        ("status-a-number", {"status": 0}),
        ("follow-up-never", {"followUpOn": "0001-01-01T00:00:00Z"}),
    ],
)
async def test_g3_g4_g5_g7_values_against_the_specification(
    st: httpx.AsyncClient, quirk: str, expected: dict[str, object]
) -> None:
    row = await served(st, quirk)
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("quirk", "lacking"),
    [
        ("tax-exempt-missing", {"taxExempt", "nationalAccount"}),
        ("contact-keys-missing", {"phoneSettings", "createdOn"}),
        ("job-keys-missing", {"estimateIds", "equipmentIds", "total", "invoiceId"}),
        ("appointment-keys-missing", {"active", "isConfirmed"}),
        (
            "invoice-keys-missing",
            {"active", "discountTotal", "paidOn", "membershipId", "invoiceConfiguration"},
        ),
        ("status-missing", {"status", "active", "type"}),
    ],
)
async def test_g8_older_rows_lack_newer_keys(
    st: httpx.AsyncClient, quirk: str, lacking: set[str]
) -> None:
    assert lacking & (await served(st, quirk)).keys() == set()


async def test_g8_a_change_to_an_older_row_adds_no_keys(st: httpx.AsyncClient) -> None:
    name, number = QUIRKS["invoice-keys-missing"]
    await st.put(f"/_sandbox/records/{name}/{number}", json={"summary": "changed"})
    row = await served(st, "invoice-keys-missing")
    assert row["summary"] == "changed"
    assert "active" not in row


async def test_g2_money_is_a_string_of_many_decimals(st: httpx.AsyncClient) -> None:
    row = await served(st, "money-of-nineteen-decimals")
    assert [len(row[name].partition(".")[2]) for name in ("total", "balance")] == [19, 19]
    item = (await served(st, "quantity-of-nineteen-decimals"))["items"][0]
    assert item["quantity"].endswith(".0000000000000000000")


async def test_g2_money_elsewhere_is_a_number(st: httpx.AsyncClient) -> None:
    customer = (await st.get(f"{CRM}/customers/1001")).json()
    assert isinstance(customer["balance"], float)


async def test_g3_a_moment_of_ours_has_seven_digits_and_is_found_by_them(
    st: httpx.AsyncClient,
) -> None:
    row = (await st.put("/_sandbox/records/customers/1001", json={})).json()
    moment = row["modifiedOn"]
    assert len(moment.partition(".")[2]) == len("1234567Z")
    path = f"{CRM}/customers?ids=1001"
    on, after = f"{path}&modifiedOnOrAfter={moment}", f"{path}&modifiedBefore={moment}"
    assert len((await st.get(on)).json()["data"]) == 1
    assert (await st.get(after)).json()["data"] == []


async def test_g6_a_payment_s_type_is_a_string(st: httpx.AsyncClient) -> None:
    assert isinstance((await served(st, "type-id-a-string"))["typeId"], str)


async def test_g7_no_membership_type_is_zero_and_names_carry_spaces(
    st: httpx.AsyncClient,
) -> None:
    items = (await served(st, "membership-type-zero"))["items"]
    assert 0 in {item["membershipTypeId"] for item in items}
    name = (await served(st, "stray-spaces"))["name"]
    assert name != name.strip()
    email = (await served(st, "email-as-typed"))["value"]
    assert email.strip().casefold() == "pat@example.com" != email


async def test_g9_events_tell_whether_they_are_active_in_the_feed_alone(
    st: httpx.AsyncClient,
) -> None:
    path = "/memberships/v2/tenant/1234567"
    listed = (await st.get(f"{path}/recurring-service-events")).json()["data"][0]
    fed = (await st.get(f"{path}/export/recurring-service-events")).json()["data"][0]
    assert "active" not in listed
    assert fed["active"] is True


async def test_g10_summaries_are_html_with_what_should_not_be_there(
    st: httpx.AsyncClient,
) -> None:
    assert "<" in (await served(st, "private-remark"))["summary"]
    assert "<script" in (await served(st, "script-in-summary"))["summary"]


async def test_g14_contacts_of_an_inactive_customer_are_in_conflict(
    st: httpx.AsyncClient,
) -> None:
    path = f"{CRM}/customers/1001/contacts"
    listed = (await st.get(path, params={"includeTotal": "true", "pageSize": "1"})).json()
    assert (len(listed["data"]), listed["totalCount"] > 1, listed["hasMore"]) == (1, True, True)
    assert "customerId" not in listed["data"][0]
    await st.delete("/_sandbox/records/customers/1001")
    answer = await st.get(path)
    assert answer.status_code == 409
    assert answer.json()["title"] == "Customer ID = 1001 is not active"
    assert (await st.get(f"{CRM}/customers/404404/contacts")).status_code == 404
    assert (await st.get(f"{CRM}/customers/contacts?customerIds=1001")).json()["data"]


async def test_a_removed_contact_is_listed_nowhere(st: httpx.AsyncClient) -> None:
    path = f"{CRM}/locations/2001/contacts"
    await st.put("/_sandbox/records/location-contacts/7", json={"locationId": 2001})
    assert 7 in [row["id"] for row in (await st.get(path)).json()["data"]]
    await st.delete("/_sandbox/records/location-contacts/7")
    assert 7 not in [row["id"] for row in (await st.get(path)).json()["data"]]
    bulk = (await st.get(f"{CRM}/locations/contacts?locationIds=2001")).json()["data"]
    assert 7 not in [row["id"] for row in bulk]


async def test_a_changed_contact_does_not_move_its_customer(st: httpx.AsyncClient) -> None:
    before = (await st.get(f"{CRM}/customers/1001")).json()["modifiedOn"]
    await st.put("/_sandbox/records/customer-contacts/110101", json={"memo": "changed"})
    assert (await st.get(f"{CRM}/customers/1001")).json()["modifiedOn"] == before


async def test_g17_estimates_and_invoices_come_with_their_items(st: httpx.AsyncClient) -> None:
    estimates = (await st.get("/sales/v2/tenant/1234567/estimates?ids=600101")).json()
    invoice = LANDMARKS["open-invoice"][1]
    invoices = (await st.get(f"/accounting/v2/tenant/1234567/invoices?ids={invoice}")).json()
    assert estimates["data"][0]["items"]
    assert invoices["data"][0]["items"]


async def test_g11_status_active_also_finds_the_suspended(st: httpx.AsyncClient) -> None:
    for number, status in enumerate(("Suspended", "Expired", "Active"), 71):
        await st.put(f"/_sandbox/records/memberships/{number}", json={"status": status})
    path = "/memberships/v2/tenant/1234567/memberships?ids=71,72,73&status=Active"
    rows = (await st.get(path)).json()["data"]
    assert [(row["id"], row["status"]) for row in rows] == [(71, "Suspended"), (73, "Active")]


async def test_g11_a_customer_with_a_moment_finds_no_jobs(st: httpx.AsyncClient) -> None:
    path = "/jpm/v2/tenant/1234567/jobs?customerId=1031"
    for moment in ("modifiedOnOrAfter=2020-01-01", "completedBefore=2030-01-01"):
        answer = (await st.get(f"{path}&{moment}&includeTotal=true")).json()
        assert (answer["totalCount"], answer["data"]) == (0, [])


async def test_g11_a_customer_s_jobs_are_not_sorted(st: httpx.AsyncClient) -> None:
    answer = await st.get("/jpm/v2/tenant/1234567/jobs?customerId=1031&sort=-Id&pageSize=3")
    assert [row["id"] for row in answer.json()["data"]] == [310001, 310002, 310003]


async def test_g15_enum_filters_answer_in_any_case(st: httpx.AsyncClient) -> None:
    await st.put("/_sandbox/records/jobs/71", json={"jobStatus": "InProgress"})
    for spelling in ("InProgress", "inprogress", "INPROGRESS"):
        answer = await st.get(f"/jpm/v2/tenant/1234567/jobs?ids=71&jobStatus={spelling}")
        assert [row["jobStatus"] for row in answer.json()["data"]] == ["InProgress"]


async def test_a_garbled_row_answers_no_filter_and_breaks_no_list(st: httpx.AsyncClient) -> None:
    garbled = {"total": "much", "invoiceDate": 7, "modifiedOn": "soon", "customer": "Ada"}
    await st.put("/_sandbox/records/invoices/71", json=garbled)
    path = "/accounting/v2/tenant/1234567/invoices?ids=71"
    for query in ("totalGreater=0", "invoicedOnOrAfter=2000-01-01", "modifiedBefore=2030-01-01"):
        assert (await st.get(f"{path}&{query}")).json()["data"] == []
    assert len((await st.get(path)).json()["data"]) == 1
