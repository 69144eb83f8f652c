"""The sandbox is held to the published specifications: each answer of each endpoint it serves."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from adapters.sandbox.collections import COLLECTIONS
from adapters.sandbox.homes import QUIRKS

Json = dict[str, Any]
Wrong = Callable[[str, str, str, object], list[tuple[int, str]]]

#: Columns that a row has, or lacks, against its specification: on purpose, on the rows that
#: `QUIRKS` names, and each shown to be there by a test of test_quirks.py.
AGAINST_THE_SPECIFICATION = {
    "tax-exempt-missing": {"taxExempt", "nationalAccount"},  # g8
    "external-data-null": {"externalData"},  # g4
    "phone-settings-null": {"phoneSettings"},  # g4
    "contact-keys-missing": {"phoneSettings", "createdOn"},  # g8
    "customer-po-null": {"customerPo", "externalData"},  # g4
    "job-keys-missing": {"estimateIds", "equipmentIds", "invoiceId"},  # g8
    "appointment-keys-missing": {"active", "isConfirmed"},  # g8
    "invoice-keys-missing": {"active", "invoiceConfiguration"},  # g8
    "manufacturer-null": {"manufacturer", "name", "memo"},  # g4
    "status-a-number": {"status"},  # g5
    "status-missing": {"status", "active"},  # g8
}

CONTACTS = [f"crm/{owner}s/{{id}}/contacts" for owner in ("customer", "location")]
LISTS = {f"{one.module}/{one.path}": one.name for one in COLLECTIONS.values()}
FEEDS = {f"{one.module}/export/{one.path}": one.name for one in COLLECTIONS.values() if one.fed}
SINGLES = {f"{one.module}/{one.path}/{{id}}": one for one in COLLECTIONS.values() if one.singled}


def answers_of(operation: str, method: str = "get", status: int = 200) -> tuple[str, str, str]:
    """Return edition, module and pointer of the schema of an operation's answers."""
    module, _, path = operation.partition("/")
    parts = ["paths", f"/tenant/{{tenant}}/{path}", method, "responses", str(status)]
    parts += ["content", "application/json", "schema"]
    pointer = "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in parts)
    return "2026-05", module, pointer


def sampled(rows: list[Json]) -> list[Json]:
    """Return every row that is made by hand, and every tenth of the many made alike."""
    return rows[:150] + rows[150::10]


def allowed(name: str, shown: set[int]) -> set[tuple[int, str]]:
    """Return the deviations of the rows shown that are there on purpose."""
    return {
        (number, column)
        for quirk, columns in AGAINST_THE_SPECIFICATION.items()
        for collection, number in [QUIRKS[quirk]]
        if collection == name and number in shown
        for column in columns
    }


def check_rows(wrong: Wrong, operation: str, name: str, body: Json) -> None:
    """Hold an answer with rows to its specification, but for what deviates on purpose."""
    quirky = {number for collection, number in QUIRKS.values() if collection == name}
    chosen = sampled(body["data"])
    known = {row["id"] for row in chosen}
    chosen += [row for row in body["data"] if row["id"] in quirky - known]
    found = wrong(*answers_of(operation), body | {"data": chosen})
    ids = {row["id"] for row in chosen}
    assert {(chosen[at]["id"] if at >= 0 else at, column) for at, column in found} == allowed(
        name, ids
    )


def asking(operation: str) -> dict[str, str]:
    """Return a query that shows a list whole."""
    path = operation.partition("/")[2]
    fixed = {"pageSize": "5000", "active": "Any", "activeState": "All", "includeTotal": "true"}
    fixed |= {f"include{part}": "true" for part in ("DurationBilling", "Discounts", "Tags")}
    fixed |= {"includeRecurringServices": "true", "includeTechnicians": "true"}
    if path.endswith("/contacts"):
        return fixed | {"modifiedOnOrAfter": "2000-01-01"}
    if path == "invoice-templates":
        return {"ids": ",".join(str(number) for number in range(940001, 940051))}
    return fixed


@pytest.mark.parametrize("operation", LISTS)
async def test_each_list_is_as_published(
    st: httpx.AsyncClient, wrong: Wrong, operation: str
) -> None:
    module, _, path = operation.partition("/")
    answer = await st.get(f"/{module}/v2/tenant/1234567/{path}", params=asking(operation))
    assert answer.status_code == 200, answer.text
    if path != "invoice-templates":
        assert answer.json()["data"]
    check_rows(wrong, operation, LISTS[operation], answer.json())


@pytest.mark.parametrize("operation", FEEDS)
async def test_each_feed_is_as_published(
    st: httpx.AsyncClient, wrong: Wrong, operation: str
) -> None:
    module, _, path = operation.partition("/")
    query, rows, more = {"active": "Any"}, [], True
    while more:
        answer = await st.get(f"/{module}/v2/tenant/1234567/{path}", params=query)
        body = answer.json()
        query["from"], more = body["continueFrom"], body["hasMore"]
        rows += body["data"]
    assert rows
    check_rows(wrong, operation, FEEDS[operation], body | {"data": rows})


@pytest.mark.parametrize("operation", SINGLES)
async def test_each_record_by_id_is_as_published(
    st: httpx.AsyncClient, wrong: Wrong, operation: str
) -> None:
    collection = SINGLES[operation]
    address = f"/{collection.module}/v2/tenant/1234567/{collection.path}"
    quirky = {number for name, number in QUIRKS.values() if name == collection.name}
    feed = f"/{collection.module}/v2/tenant/1234567/export/{collection.path}"
    listed = (await st.get(feed if collection.fed else address)).json()["data"]
    numbers = {row["id"] for row in listed[:5]} | quirky
    assert numbers
    found = set()
    for number in numbers:
        answer = await st.get(f"{address}/{number}")
        assert answer.status_code == 200
        columns = wrong(*answers_of(operation), answer.json())
        found |= {(number, column) for _, column in columns}
    assert found == allowed(collection.name, numbers)


@pytest.mark.parametrize("operation", CONTACTS)
async def test_the_contacts_of_one_are_as_published(
    st: httpx.AsyncClient, wrong: Wrong, operation: str
) -> None:
    number = 1001 if "customers" in operation else 2001
    await st.put("/_sandbox/records/location-contacts/7", json={"locationId": 2001})
    path = operation.replace("crm/", "/crm/v2/tenant/1234567/").replace("{id}", str(number))
    body = (await st.get(path)).json()
    assert body["data"]
    assert wrong(*answers_of(operation), body) == []


@pytest.mark.parametrize("name", COLLECTIONS)
async def test_a_row_of_defaults_alone_is_as_published(
    st: httpx.AsyncClient, wrong: Wrong, name: str
) -> None:
    collection = COLLECTIONS[name]
    parts: dict[str, list[object]] = {part: [{}] for part in collection.elements}
    await st.put(f"/_sandbox/records/{name}/7", json=parts)
    address = f"/{collection.module}/v2/tenant/1234567"
    query = {"ids": "7", "pageSize": "5000"}
    if collection.demands:
        query["modifiedOnOrAfter"] = "2000-01-01"
    listed = (await st.get(f"{address}/{collection.path}", params=query)).json()
    body = listed | {"data": [row for row in listed["data"] if row["id"] == 7]}
    assert len(body["data"]) == 1
    assert wrong(*answers_of(f"{collection.module}/{collection.path}"), body) == []


@pytest.mark.parametrize("operation", [*LISTS, *FEEDS])
def test_each_published_parameter_is_known(
    specification: Callable[[str, str], Json], operation: str
) -> None:
    module, _, path = operation.partition("/")
    published = specification("2026-05", module)["paths"][f"/tenant/{{tenant}}/{path}"]["get"]
    names = {one["name"] for one in published["parameters"] if one["in"] == "query"}
    collection = COLLECTIONS[{**LISTS, **FEEDS}[operation]]
    if operation in FEEDS:
        wish = {"active"} if collection.feed_activity else set()
        assert names == {"from", "includeRecentChanges"} | wish
        return
    known = {one.name for one in collection.filters} | {"page", "pageSize", "includeTotal"}
    known |= {one.beside[0] for one in collection.filters if one.beside}
    known |= set(collection.sorting) | set(collection.on_request.values())
    known |= {"orderByDirection"} if "orderBy" in collection.sorting else set()
    known |= {collection.activity} if collection.activity in ("active", "activeState") else set()
    assert names - known == set()
    assert known - names <= {"page", "pageSize", "includeTotal"}


@pytest.mark.parametrize(
    ("operation", "query", "status"),
    [
        ("jpm/jobs", {"page": "0"}, 400),
        ("accounting/invoices", {"activeState": "x"}, 400),
        ("crm/customers/contacts", {}, 400),
        ("crm/customers/{id}", {}, 404),
        ("crm/customers/{id}/contacts", {}, 404),
        ("crm/customers/{id}/contacts", {}, 409),
        ("dispatch/technician-tracking", {}, 400),
    ],
)
async def test_each_refusal_is_as_published(
    st: httpx.AsyncClient, wrong: Wrong, operation: str, query: dict[str, str], status: int
) -> None:
    await st.delete("/_sandbox/records/customers/1001")
    number = "1001" if status == 409 else "404404"
    module, _, path = operation.partition("/")
    address = f"/{module}/v2/tenant/1234567/{path}".replace("{id}", number)
    answer = await st.get(address, params=query)
    assert answer.status_code == status
    assert wrong(*answers_of(operation, status=status), answer.json()) == []


async def test_the_tracking_link_is_as_published(st: httpx.AsyncClient, wrong: Wrong) -> None:
    going = {"technicianId": 72, "appointmentId": 400101}
    await st.put("/_sandbox/records/appointment-assignments/7", json=going)
    answer = await st.get("/dispatch/v2/tenant/1234567/technician-tracking", params=going)
    assert answer.status_code == 200
    assert wrong(*answers_of("dispatch/technician-tracking"), answer.json()) == []


async def test_a_sale_is_as_published(st: httpx.AsyncClient, wrong: Wrong) -> None:
    await st.put("/_sandbox/records/estimates/71", json={"items": [{}]})
    await st.put("/_sandbox/records/technicians/72", json={})
    path = "/sales/v2/tenant/1234567/estimates/71/sell"
    answer = await st.put(path, json={"soldBy": 72})
    assert answer.status_code == 200
    assert wrong(*answers_of("sales/estimates/{id}/sell", "put"), answer.json()) == []
