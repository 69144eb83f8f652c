"""What says that it needs staff refuses everybody else, whatever it is asked for (AZ-19)."""

from collections.abc import AsyncIterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ObjectTypeDefinitionNode,
    build_schema,
    parse,
    print_ast,
)

from gateway.graph import sdl
from tests.house import House
from tests.staff import STAFF, VIEWER_ONLY, as_staff, staffed_house

GRAPH = build_schema(sdl())
NEEDS_STAFF = {
    ("Query", "explain"),
    ("Query", "access"),
    ("Mutation", "createPaymentLink"),
    ("Mutation", "createEstimateLink"),
    ("Mutation", "revokeDirectLink"),
    ("Mutation", "setAccessLevel"),
}
NOT_STAFF = [None, *(f"{name}@example.com" for name in ("pat", "riley", "sam", "casey", "staff"))]


@pytest.fixture(scope="module")
def printed() -> set[tuple[str, str]]:
    """Every field that says `@needs(grant: STAFF)`."""
    types = [of for of in parse(sdl()).definitions if isinstance(of, ObjectTypeDefinitionNode)]
    return {
        (of.name.value, field.name.value)
        for of in types
        for field in of.fields or ()
        if "@needs(grant: STAFF)" in [print_ast(told) for told in field.directives or ()]
    }


def some(kind: GraphQLInputType) -> str:
    """Write a value of this type: any that is well-formed."""
    if isinstance(kind, GraphQLNonNull):
        return some(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{some(kind.of_type)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        return "{" + " ".join(f"{name}: {some(of.type)}" for name, of in kind.fields.items()) + "}"
    return "3" if kind.name in {"Int", "Float"} else '"me@example.com"'


def asking(root: str, field: str) -> str:
    """Write an operation that asks for nothing else."""
    of = GRAPH.query_type if root == "Query" else GRAPH.mutation_type
    assert of is not None
    found = of.fields[field]
    arguments = ", ".join(f"{name}: {some(told.type)}" for name, told in found.args.items())
    return f"{root.lower()} {{ {field}({arguments}) {{ __typename }} }}"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A gateway with staff at its door."""
    async with staffed_house() as ready:
        yield ready


def test_every_field_of_staffs_is_known(printed: set[tuple[str, str]]) -> None:
    assert printed == NEEDS_STAFF


async def test_az19_everybody_else_is_refused_and_nothing_is_asked(house: House) -> None:
    for root, field in sorted(NEEDS_STAFF):
        for email in NOT_STAFF:
            told = await house.ask(email, asking(root, field))
            [error] = told["errors"]
            code = "UNAUTHENTICATED" if email is None else "FORBIDDEN"
            assert error["extensions"] == {"code": code}, (field, email)
            assert error["path"] == [field]
            assert told["data"] == ({field: None} if root == "Query" else None)
    assert await house.calls() == {}


async def test_az23_whoever_looks_through_a_customers_eyes_is_no_staff(house: House) -> None:
    for root, field in sorted(NEEDS_STAFF):
        told = await as_staff(house, asking(root, field), through="pat@example.com")
        assert [error["extensions"] for error in told["errors"]] == [{"code": "FORBIDDEN"}]
        assert told["data"] == ({field: None} if root == "Query" else None)
    assert await house.calls() == {}


async def test_staff_are_let_in(house: House) -> None:
    for root, field in sorted(NEEDS_STAFF):
        told = await as_staff(house, asking(root, field))
        assert "FORBIDDEN" not in str(told.get("errors")), field


NEEDS_BILLING = {
    "createPaymentLink": "To make a link that shows money",
    "createEstimateLink": "To make a link that shows money",
    "setAccessLevel": "To give Billing access, or to take a level back,",
}


async def test_staff_without_billing_right_open_no_money(house: House) -> None:
    for root, field in sorted(NEEDS_STAFF):
        told = await as_staff(house, asking(root, field), staff=VIEWER_ONLY)
        errors = told.get("errors", ())
        refusals = [e["message"] for e in errors if e["extensions"] == {"code": "FORBIDDEN"}]
        wanted = NEEDS_BILLING.get(field)
        because = f"{wanted} takes billing right, which your role does not have."
        assert refusals == ([because] if wanted else []), field
    assert await house.calls() == {}


async def test_a_staff_email_at_the_customers_provider_is_no_staff(house: House) -> None:
    told = await house.ask(STAFF, "{ viewer { kind email } }")
    assert told == {"data": {"viewer": {"kind": "CUSTOMER", "email": STAFF}}}
