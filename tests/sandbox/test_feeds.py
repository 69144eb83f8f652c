"""Export feeds: everything once, then only what changed (facts.md c)."""

from typing import Any

import httpx
import pytest

CRM = "/crm/v2/tenant/1234567/export"
JPM = "/jpm/v2/tenant/1234567/export"


async def follow(
    st: httpx.AsyncClient, path: str, start: str | None = None
) -> tuple[list[dict[str, Any]], str]:
    """Return every row from there on, and where to go on from."""
    rows: list[dict[str, Any]] = []
    mark, more = start, True
    while more:
        query = {"includeRecentChanges": "true"} | ({} if mark is None else {"from": mark})
        answer = await st.get(path, params=query)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert list(page) == ["hasMore", "continueFrom", "data"]
        assert len(page["data"]) <= 1000
        rows += page["data"]
        mark, more = page["continueFrom"], page["hasMore"]
    assert mark is not None
    return rows, mark


async def test_a_feed_gives_every_row_once_in_pages_of_a_thousand(st: httpx.AsyncClient) -> None:
    rows, _ = await follow(st, f"{JPM}/jobs")
    found = [row["id"] for row in rows]
    assert len(found) == len(set(found)) > 2000
    assert set(range(310001, 312001)) <= set(found)


async def test_rows_come_in_the_order_they_were_changed(st: httpx.AsyncClient) -> None:
    rows, _ = await follow(st, f"{CRM}/customers")
    moments = [row["modifiedOn"].rstrip("Z") for row in rows]
    assert moments == sorted(moments)


async def test_the_last_token_gives_only_what_changed_since(st: httpx.AsyncClient) -> None:
    _, mark = await follow(st, f"{CRM}/customers")
    assert await follow(st, f"{CRM}/customers", mark) == ([], mark)
    await st.put("/_sandbox/records/customers/1001", json={"name": "First"})
    await st.put("/_sandbox/records/customers/1011", json={"name": "Other"})
    await st.put("/_sandbox/records/customers/1001", json={"name": "Second"})
    rows, later = await follow(st, f"{CRM}/customers", mark)
    assert [(row["id"], row["name"]) for row in rows] == [(1011, "Other"), (1001, "Second")]
    assert await follow(st, f"{CRM}/customers", later) == ([], later)


@pytest.mark.parametrize(
    ("feed", "collection", "number"),
    [
        ("crm/customers", "customers", 1001),
        ("crm/customers/contacts", "customer-contacts", 110101),
        ("crm/locations", "locations", 2001),
        ("crm/locations/contacts", "location-contacts", 210701),
        ("jpm/jobs", "jobs", 300101),
        ("jpm/appointments", "appointments", 400605),
        ("accounting/invoices", "invoices", 500101),
        ("memberships/recurring-service-events", "recurring-service-events", 920101),
        ("service-agreements/service-agreements", "service-agreements", 930801),
    ],
)
async def test_g9_a_removed_row_shows_up_as_inactive(
    st: httpx.AsyncClient, feed: str, collection: str, number: int
) -> None:
    module, _, path = feed.partition("/")
    address = f"/{module}/v2/tenant/1234567/export/{path}"
    _, mark = await follow(st, address)
    answer = await st.delete(f"/_sandbox/records/{collection}/{number}")
    assert answer.status_code == 200
    rows, _ = await follow(st, address, mark)
    assert [(row["id"], row["active"]) for row in rows] == [(number, False)]


async def test_a_feed_may_start_at_a_day(st: httpx.AsyncClient) -> None:
    everything, _ = await follow(st, f"{JPM}/jobs")
    since = "2026-02-01"
    rows, mark = await follow(st, f"{JPM}/jobs", since)
    expected = {row["id"] for row in everything if row["modifiedOn"] >= since}
    assert 0 < len(expected) < len(everything)
    assert {row["id"] for row in rows} == expected
    await st.put("/_sandbox/records/jobs/300101", json={})
    assert [row["id"] for row in (await follow(st, f"{JPM}/jobs", mark))[0]] == [300101]


@pytest.mark.parametrize("token", ["nonsense", "!!", "WzEsMl0", "é", "W10"])
async def test_a_token_of_nowhere_is_refused(st: httpx.AsyncClient, token: str) -> None:
    answer = await st.get(f"{CRM}/customers", params={"from": token})
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == ["from"]


async def test_a_token_of_another_feed_is_refused(st: httpx.AsyncClient) -> None:
    _, mark = await follow(st, f"{CRM}/customers")
    answer = await st.get(f"{CRM}/locations", params={"from": mark})
    assert answer.json()["errors"] == {"from": ["The token belongs to another feed."]}


async def test_appointments_are_fed_whole_and_assignments_active_alone(
    st: httpx.AsyncClient,
) -> None:
    dispatch = "/dispatch/v2/tenant/1234567/export/appointment-assignments"
    number = (await follow(st, dispatch))[0][0]["id"]
    await st.delete(f"/_sandbox/records/appointment-assignments/{number}")
    await st.delete("/_sandbox/records/appointments/400101")
    for path, known in ((dispatch, number), (f"{JPM}/appointments", 400101)):
        found = {}
        for wish in ("", "True", "any", "FALSE"):
            answer = await st.get(path, params={"active": wish, "from": "2026-03-05"})
            found[wish] = [row["id"] for row in answer.json()["data"]]
        fed_by_default = [] if path == dispatch else [known]
        assert found == {"": fed_by_default, "True": [], "any": [known], "FALSE": [known]}
    assert (await st.get(dispatch, params={"active": "yes"})).status_code == 400


async def test_a_reset_is_followed_too(st: httpx.AsyncClient) -> None:
    before, mark = await follow(st, f"{CRM}/customers")
    original = next(row for row in before if row["id"] == 1001)
    await st.put("/_sandbox/records/customers/1001", json={"name": "Changed"})
    await st.put("/_sandbox/records/customers/77", json={"name": "New"})
    _, mark = await follow(st, f"{CRM}/customers", mark)
    await st.post("/_sandbox/reset")
    rows, mark = await follow(st, f"{CRM}/customers", mark)
    assert [(row["id"], row["name"], row["active"]) for row in rows] == [
        (1001, original["name"], True),
        (77, "New", False),
    ]
    listed = await st.get("/crm/v2/tenant/1234567/customers?ids=77,1001&active=Any")
    assert listed.json()["data"] == [original]
    await st.put("/_sandbox/records/customers/77", json={"name": "Again"})
    rows, _ = await follow(st, f"{CRM}/customers", mark)
    assert [(row["id"], row["name"], row["active"]) for row in rows] == [(77, "Again", True)]


async def test_the_older_name_of_the_estimates_feed_answers_the_same(
    st: httpx.AsyncClient,
) -> None:
    sales = "/sales/v2/tenant/1234567"
    older = await st.get(f"{sales}/estimates/export")
    assert older.json()["data"] == (await st.get(f"{sales}/export/estimates")).json()["data"]
    assert older.json()["data"]
