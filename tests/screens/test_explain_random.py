"""Whatever the records and the levels are, `explain` and the graph never differ."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.sandbox.homes import build
from resolvers.ids import global_id
from resolvers.policy import Agreements, Invoices, Policy, Proposals
from tests.house import TODAY, House, demo_policy
from tests.staff import SET_LEVEL, explained, staff_data, staffed_house

Asked = tuple[str, str, dict[str, Any], dict[str, Any], list[tuple[int, bool, str]]]
"""An email, a kind, a row of it and its change, and levels: a customer, at its place, which."""

TABLES = build(1, TODAY, 4)
EMAILS = [f"{name}@example.com" for name in ("pat", "riley", "sam", "morgan", "dana", "jordan")]
AT_HOME = {"pat": 1001, "riley": 1001, "sam": 1021, "morgan": 1012, "dana": 1042, "jordan": 1031}
CUSTOMERS = {1001: 2001, 1011: 2011, 1012: 2012, 1021: 2021, 1022: None, 1031: 2101, 1042: 2051}
KINDS = {
    "CUSTOMER": ("Customer", "customers", "id"),
    "INVOICE": ("Invoice", "invoices", "referenceNumber"),
    "JOB": ("Job", "jobs", "jobNumber"),
    "ESTIMATE": ("Estimate", "estimates", "id"),
    "EQUIPMENT": ("Equipment", "installed-equipment", "id"),
    "SERVICE_AGREEMENT": ("ServiceAgreement", "service-agreements", "id"),
    "MEMBERSHIP": ("Membership", "memberships", "id"),
}
MOSTLY = st.sampled_from([True, True, True, False])
CHANGES: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "INVOICE": st.fixed_dictionaries(
        {
            "active": MOSTLY,
            "total": st.sampled_from(["0.00", "100.00", "-5.00"]),
            "balance": st.sampled_from(["0.00", "100.00", "-5.00"]),
        },
        optional={"customer": st.sampled_from([{"id": of} for of in CUSTOMERS] + [None])},
    ),
    "ESTIMATE": st.fixed_dictionaries(
        {
            "active": MOSTLY,
            "reviewStatus": st.sampled_from(["None", "None", "NeedsApproval", "Approved"]),
            "status": st.sampled_from(
                [
                    {"value": at, "name": word}
                    for at, word in enumerate(("Open", "Sold", "Dismissed"))
                ]
            ),
        },
        optional={"customerId": st.sampled_from([*CUSTOMERS])},
    ),
    "JOB": st.fixed_dictionaries({}, optional={"customerId": st.sampled_from([*CUSTOMERS])}),
    "EQUIPMENT": st.fixed_dictionaries({"active": MOSTLY}),
    "SERVICE_AGREEMENT": st.fixed_dictionaries(
        {"status": st.sampled_from(["Draft", "Activated", "Expired"])}
    ),
    "MEMBERSHIP": st.fixed_dictionaries(
        {"status": st.sampled_from(["Active", "Deleted", "Expired"])},
        optional={"locationId": st.sampled_from([None, 2001, 2101])},
    ),
}


def _asked(email: str) -> st.SearchStrategy[Asked]:
    """Draw a record for this person, of their own customer or of another, and how it is changed."""
    home = AT_HOME[email.partition("@")[0]]
    customers = st.sampled_from([home] * 9 + [*CUSTOMERS])
    return st.tuples(customers, st.sampled_from([*KINDS])).flatmap(
        lambda drawn: st.tuples(
            st.just(email),
            st.just(drawn[1]),
            st.sampled_from(_rows(drawn[1], drawn[0]) or TABLES[KINDS[drawn[1]][1]]),
            CHANGES.get(drawn[1], st.just({})),
            LEVELS,
        )
    )


def _rows(kind: str, customer: int) -> list[dict[str, Any]]:
    return [row for row in TABLES[KINDS[kind][1]] if _owner(row) == customer]


def _owner(row: dict[str, Any]) -> int:
    return int(row.get("customerId") or (row.get("customer") or row)["id"])


LEVELS = st.lists(
    st.tuples(
        st.sampled_from([*CUSTOMERS]),
        st.booleans(),
        st.sampled_from(["BILLING", "BILLING", "NON_BILLING", "NONE"]),
    ),
    max_size=2,
)
POLICIES = st.builds(
    demo_policy,
    invoices=st.builds(Invoices, hide_of_open_jobs=st.booleans()),
    proposals=st.builds(Proposals, show_accepted=st.booleans()),
    agreements=st.builds(
        Agreements,
        gate_by_billing=st.booleans(),
        statuses=st.sampled_from([("Activated",), ("Draft", "Expired")]),
    ),
)


@contextmanager
def running() -> Iterator[tuple[asyncio.Runner, House]]:
    """Keep one house and its loop for many examples."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()
        policy = demo_policy()
        house = runner.run(stack.enter_async_context(staffed_house(policy)))
        try:
            yield runner, house
        finally:
            runner.run(stack.aclose())


async def _set(house: House, email: str, customer: int, level: str, location: int | None) -> None:
    wish = {"email": email, "customerNumber": str(customer), "level": level}
    told = wish if location is None else wish | {"locationNumber": str(location)}
    answer = await staff_data(house, SET_LEVEL, input=told)
    assert answer["setAccessLevel"]["userErrors"] == []


async def _arrange(house: House, email: str, levels: list[Any], policy: Policy, turn: int) -> None:
    """Let the house go by these levels and choices, and by nothing it remembers of others."""
    await house.choose(policy)
    for customer, at_place, level in levels:
        await _set(house, email, customer, level, CUSTOMERS[customer] if at_place else None)
    # Every change of rights lets go of the refusals that are remembered of a viewer.
    await _set(house, "somebody@example.com", 1001, ("NONE", "BILLING")[turn % 2], None)


async def _visible(house: House, email: str, kind: str, of: int) -> bool:
    """Ask the graph itself, as this person."""
    query = "query($id: ID!) { node(id: $id) { id } }"
    told = await house.ask(email, query, id=global_id(KINDS[kind][0], of))
    return told["data"]["node"] is not None


def test_explain_says_visible_exactly_where_the_graph_finds_it() -> None:
    seen = {True: 0, False: 0}

    with running() as (runner, house):

        @settings(max_examples=60, deadline=None)
        @given(st.sampled_from(EMAILS).flatmap(_asked), POLICIES)
        def check(asked: Asked, policy: Policy) -> None:
            email, kind, row, change, levels = asked
            collection, number = KINDS[kind][1], row[KINDS[kind][2]]
            runner.run(_arrange(house, email, levels, policy, sum(seen.values())))
            if change:
                runner.run(house.put(collection, row["id"], **change))
            told = runner.run(explained(house, email, kind, number))
            assert told["visible"] is runner.run(_visible(house, email, kind, row["id"])), told
            undecided = [rule["rule"] for rule in told["rules"] if not rule["passed"]]
            assert len(undecided) == 1 or (told["visible"] and not undecided), told
            seen[told["visible"]] += 1

        check()
    assert min(seen.values()) > 5, seen
