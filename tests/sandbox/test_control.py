"""The control plane: people, credentials, calls, records, reset."""

import httpx
import pytest

JOBS = "/jpm/v2/tenant/1234567/jobs"


async def test_credentials_are_all_another_client_needs(st: httpx.AsyncClient) -> None:
    assert (await st.get("/_sandbox/credentials")).json() == {
        "apiUrl": "http://127.0.0.1:8010",
        "authUrl": "http://127.0.0.1:8010",
        "tenantId": 1234567,
        "clientId": "sandbox-client",
        "clientSecret": "sandbox-secret-not-for-production",
        "appKey": "sandbox-app-key",
        "issuer": "http://127.0.0.1:8010/idp",
        "audience": "portal-gateway",
        "staffIssuer": "http://127.0.0.1:8010/staff-idp",
        "staffClientId": "portal-console",
        "staffClientSecret": "sandbox-staff-secret-not-for-production",
        "webhookKey": "sandbox-webhook-key-0123456789abcdef",
    }


async def test_people_tell_what_they_show_and_where(st: httpx.AsyncClient) -> None:
    people = {one["email"]: one for one in (await st.get("/_sandbox/people")).json()["people"]}
    needed = {"pat", "morgan", "riley", "sam", "jordan", "casey", "staff", "viewer-only"}
    assert {f"{name}@example.com" for name in needed} <= set(people)
    assert people["staff@example.com"]["staff"] is True
    assert people["viewer-only@example.com"]["billing"] is False
    for person in people.values():
        assert person["shows"]
        for collection, numbers in person["records"].items():
            for number in numbers:
                row = await st.get(f"/_sandbox/records/{collection}/{number}")
                assert row.status_code == 200, (person["email"], collection, number)


async def test_calls_are_recorded_with_what_they_were_answered(st: httpx.AsyncClient) -> None:
    await st.delete("/_sandbox/calls")
    await st.get(f"{JOBS}?ids=300101%2C300102&includeTotal=true")
    await st.get(JOBS, params={"page": "0"})
    await st.get("/crm/v2/tenant/1/customers", headers={"authorization": "wrong"})
    assert (await st.get("/_sandbox/calls")).json() == {
        "total": 3,
        "calls": [
            {
                "method": "GET",
                "path": JOBS,
                "query": {"ids": "300101,300102", "includeTotal": "true"},
                "status": 200,
            },
            {"method": "GET", "path": JOBS, "query": {"page": "0"}, "status": 400},
            {"method": "GET", "path": "/crm/v2/tenant/1/customers", "query": {}, "status": 401},
        ],
    }


async def test_feeds_and_tokens_are_shown_only_when_all_is_asked_for(
    st: httpx.AsyncClient,
) -> None:
    await st.delete("/_sandbox/calls")
    await st.get("/jpm/v2/tenant/1234567/export/jobs")
    await st.get("/sales/v2/tenant/1234567/estimates/export")
    await st.post("/connect/token", data={"grant_type": "client_credentials"})
    await st.get("/idp/jwks")
    await st.get("/_sandbox/people")
    assert (await st.get("/_sandbox/calls")).json() == {"total": 0, "calls": []}
    everything = (await st.get("/_sandbox/calls?all=true")).json()
    assert [(call["method"], call["path"], call["status"]) for call in everything["calls"]] == [
        ("GET", "/jpm/v2/tenant/1234567/export/jobs", 200),
        ("GET", "/sales/v2/tenant/1234567/estimates/export", 200),
        ("POST", "/connect/token", 400),
    ]
    assert (await st.delete("/_sandbox/calls")).status_code == 204
    assert (await st.get("/_sandbox/calls?all=true")).json()["total"] == 0


async def test_a_new_row_may_leave_out_what_has_a_default(st: httpx.AsyncClient) -> None:
    address = "/_sandbox/records/customers/77"
    assert (await st.get(address)).status_code == 404
    put = await st.put(address, json={"id": 5, "name": "New", "address": {"city": "Joliet"}})
    row = put.json()
    assert (row["id"], row["name"], row["active"], row["balance"]) == (77, "New", True, 0.0)
    assert (row["address"]["city"], row["address"]["country"]) == ("Joliet", "USA")
    assert row["createdOn"] == row["modifiedOn"]
    assert (await st.get(address)).json() == row
    listed = await st.get("/crm/v2/tenant/1234567/customers?ids=77")
    assert listed.json()["data"] == [row]


async def test_the_parts_of_a_list_get_their_defaults_too(st: httpx.AsyncClient) -> None:
    items = [{"id": 1, "displayName": "Filter", "total": "12.00"}]
    row = (await st.put("/_sandbox/records/invoices/77", json={"items": items})).json()
    item = row["items"][0]
    assert (item["displayName"], item["total"]) == ("Filter", "12.00")
    assert (item["quantity"], item["type"]) == ("1.0000000000000000000", "Service")
    assert item["membershipTypeId"] == 0


async def test_a_put_merges_objects_and_replaces_everything_else(st: httpx.AsyncClient) -> None:
    address = "/_sandbox/records/invoices/500101"
    before = (await st.get(address)).json()
    patch: dict[str, object] = {"customer": {"id": 1011}, "items": [], "summary": None}
    after = (await st.put(address, json=patch)).json()
    assert after["customer"] == {"id": 1011, "name": before["customer"]["name"]}
    assert (after["items"], after["summary"]) == ([], None)
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= {"customer", "items", "summary", "modifiedOn"}


async def test_a_row_that_moves_is_found_where_it_went(st: httpx.AsyncClient) -> None:
    async def invoices_of(customer: int) -> set[int]:
        path = "/accounting/v2/tenant/1234567/invoices"
        query = {"customerId": str(customer), "pageSize": "5000"}
        return {row["id"] for row in (await st.get(path, params=query)).json()["data"]}

    assert 500101 in await invoices_of(1001)
    await st.put("/_sandbox/records/invoices/500101", json={"customer": {"id": 1011}})
    assert 500101 not in await invoices_of(1001)
    assert 500101 in await invoices_of(1011)
    await st.post("/_sandbox/reset")
    assert 500101 in await invoices_of(1001)
    assert 500101 not in await invoices_of(1011)


async def test_a_put_moves_modified_on_unless_it_is_given(st: httpx.AsyncClient) -> None:
    address = "/_sandbox/records/jobs/300101"
    before = (await st.get(address)).json()
    moved = (await st.put(address, json={})).json()
    assert moved["modifiedOn"] > before["modifiedOn"]
    assert moved["createdOn"] == before["createdOn"]
    assert len(moved["modifiedOn"]) == len("2024-03-13T18:06:06.3220711Z")
    given = "2020-01-01T00:00:00Z"
    assert (await st.put(address, json={"modifiedOn": given})).json()["modifiedOn"] == given


async def test_deleting_makes_a_row_inactive_and_keeps_it(st: httpx.AsyncClient) -> None:
    address = "/_sandbox/records/customers/1001"
    assert (await st.delete(address)).json()["active"] is False
    assert (await st.get(address)).json()["active"] is False
    assert (await st.delete("/_sandbox/records/customers/77")).status_code == 404


async def test_reset_goes_back_to_the_start(st: httpx.AsyncClient) -> None:
    before = (await st.get("/_sandbox/records/customers/1001")).json()
    await st.put("/_sandbox/records/customers/1001", json={"name": "Changed"})
    await st.put("/_sandbox/records/customers/77", json={})
    await st.post("/_sandbox/faults", json={"path": "customers", "times": 9, "status": 500})
    await st.get(JOBS)
    assert (await st.post("/_sandbox/reset")).status_code == 204
    assert (await st.get("/_sandbox/records/customers/1001")).json() == before
    assert (await st.get("/_sandbox/records/customers/77")).status_code == 404
    assert (await st.get("/_sandbox/calls?all=true")).json()["total"] == 0
    assert (await st.get("/crm/v2/tenant/1234567/customers")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/_sandbox/records/clients/1", None, 404),
        ("PUT", "/_sandbox/records/clients/1", b"{}", 404),
        ("DELETE", "/_sandbox/records/clients/1", None, 404),
        ("GET", "/_sandbox/records/jobs/one", None, 404),
        ("GET", "/_sandbox/nothing", None, 404),
        ("PUT", "/_sandbox/records/jobs/1", b"[1]", 400),
        ("PUT", "/_sandbox/records/jobs/1", b"{", 400),
        ("PUT", "/_sandbox/records/jobs/99999999999999999999", b"{}", 400),
        ("POST", "/_sandbox/token", b"{}", 400),
        ("POST", "/_sandbox/token", b'{"email":" "}', 400),
        ("POST", "/_sandbox/token", b'{"email":"a@b","role":"x"}', 400),
        ("POST", "/_sandbox/faults", b'{"status":500}', 400),
        ("POST", "/_sandbox/faults", b'{"path":"(","status":500}', 400),
        ("POST", "/_sandbox/faults", b'{"path":"a","times":0}', 400),
        ("POST", "/_sandbox/faults", b'{"path":"a","statuss":500}', 400),
    ],
)
async def test_what_it_cannot_do_it_says_in_a_sentence(
    st: httpx.AsyncClient, method: str, path: str, body: bytes | None, status: int
) -> None:
    answer = await st.request(method, path, content=body)
    assert answer.status_code == status
    assert answer.json()["error"]
