"""AZ-19..23: what only staff ask, what nobody changes, and what the door does not believe."""

import pytest

from resolvers.ids import global_id
from tests.authz.arguments import asked
from tests.authz.expectations import TABLE
from tests.authz.viewers import KINDS, LINKED_INVOICE
from tests.authz.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")

ROOTS = [(root, name, who) for root, rows in TABLE["roots"].items() for name, who in rows.items()]
OF_PAYERS = [name for root, name, who in ROOTS if (root, who) == ("Mutation", "payers")]
OF_STAFF = [(root, name) for root, name, who in ROOTS if who == "staff"]
OF_CUSTOMERS = [(root, name) for root, name, who in ROOTS if who == "customers"]
CHANGES = [(root, name) for root, name, _ in ROOTS if root == "Mutation"]
NOT_STAFF = [kind for kind in KINDS if not kind.startswith("STAFF")]
LOOKING = [kind for kind in KINDS if kind.startswith("VIEW_AS")]
ID = "query($id: ID!) { invoice(id: $id) { __typename id number customer { id } } }"


@pytest.mark.parametrize(("root", "name"), OF_STAFF)
@pytest.mark.parametrize("kind", NOT_STAFF)
async def test_az19_what_is_for_staff_is_refused_to_everybody_else(
    world: World, kind: str, root: str, name: str
) -> None:
    await world.calls()
    told = await world.ask(kind, asked(root, name))
    assert told.codes == ["UNAUTHENTICATED" if kind == "ANONYMOUS" else "FORBIDDEN"], told.text
    assert told.data in (None, {name: None})
    assert await world.calls() == {}


@pytest.mark.parametrize(("root", "name"), OF_CUSTOMERS)
@pytest.mark.parametrize("kind", ["ANONYMOUS", "STAFF", "STAFF_WITHOUT_BILLING"])
async def test_what_is_for_customers_no_staff_do_for_them(
    world: World, kind: str, root: str, name: str
) -> None:
    await world.calls()
    told = await world.ask(kind, asked(root, name))
    assert told.codes == ["UNAUTHENTICATED" if kind == "ANONYMOUS" else "FORBIDDEN"], told.text
    assert told.data in (None, {name: None})
    assert await world.calls() == {}


@pytest.mark.parametrize(("root", "name"), CHANGES)
@pytest.mark.parametrize("kind", LOOKING)
async def test_az23_through_a_customers_eyes_nothing_is_changed(
    world: World, kind: str, root: str, name: str
) -> None:
    told = await world.ask(kind, asked(root, name))
    assert (told.data, told.codes) == (None, ["FORBIDDEN"])
    assert await world.calls() == {}


@pytest.mark.parametrize("name", OF_PAYERS)
@pytest.mark.parametrize("kind", ["STAFF", "STAFF_WITHOUT_BILLING", "ANONYMOUS"])
async def test_az22_staff_and_nobody_pay_nothing(world: World, kind: str, name: str) -> None:
    told = await world.ask(kind, asked("Mutation", name))
    assert told.data is None
    assert told.codes == ["UNAUTHENTICATED" if kind == "ANONYMOUS" else "FORBIDDEN"]
    assert await world.calls() == {}


@pytest.mark.parametrize("name", ["", "B", None])
@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_az23_nor_by_a_name_that_hides_which_operation_runs(
    world: World, method: str, name: str | None
) -> None:
    changing = asked("Mutation", "revokeDirectLink").replace("mutation", "mutation B")
    document = changing if name is None else f"query A {{ __typename }} {changing}"
    body: dict[str, str] = {"query": document} | ({} if name is None else {"operationName": name})
    headers = await world.headers(KINDS["VIEW_AS"])
    ask = world.house.gateway
    if method == "POST":
        told = await ask.post("/graphql", json=body, headers=headers)
    else:
        told = await ask.get("/graphql", params=body, headers=headers)
    assert told.json().get("data") is None
    (error,) = told.json()["errors"]
    assert error["extensions"]["code"] in {"FORBIDDEN", "BAD_USER_INPUT"}


@pytest.mark.parametrize("kind", LOOKING)
async def test_az23_whoever_looks_is_named_beside_whose_eyes_they_are(
    world: World, kind: str
) -> None:
    told = await world.ask(kind, "{ viewer { email kind actingStaff } }")
    assert told.data["viewer"] == {
        "email": "pat@example.com",
        "kind": "CUSTOMER",
        "actingStaff": KINDS[kind].staff,
    }


@pytest.mark.parametrize("root", ["Query"])
async def test_d15_anonymous_is_told_nothing_but_what_is_for_everyone(
    world: World, root: str
) -> None:
    for name, who in TABLE["roots"][root].items():
        told = await world.ask("ANONYMOUS", asked(root, name))
        if who == "everyone":
            assert told.codes == []
        elif name == "viewer":
            assert (told.data, told.codes) == ({"viewer": None}, [])
        else:
            assert told.codes == ["UNAUTHENTICATED"], name
            assert told.data in (None, {name: None}, {name: [None]})
    assert await world.calls() == {}


IGNORED = {
    "x-user-role": "staff",
    "x-forwarded-user": "staff@example.com",
    "x-forwarded-email": "staff@example.com",
    "x-customer-id": "1011",
    "x-original-user": "morgan@example.com",
    "cookie": "staff=1; session=morgan@example.com; __Host-staff=forged",
}


async def test_az20_headers_that_name_somebody_else_are_not_believed(world: World) -> None:
    query = {"query": "{ viewer { id email kind customers { nodes { id } } } }"}
    own = await world.headers(KINDS["OWNER"])
    post = world.house.gateway.post
    plain = await post("/graphql", json=query, headers=own)
    claimed = await post("/graphql?as=morgan@example.com", json=query, headers=own | IGNORED)
    assert claimed.json() == plain.json()
    assert plain.json()["data"]["viewer"]["email"] == "pat@example.com"


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].staff is None])
async def test_az20_nobody_but_staff_looks_through_other_eyes(world: World, kind: str) -> None:
    headers = await world.headers(KINDS[kind]) | {"x-view-as": "morgan@example.com"}
    query = {"query": "{ viewer { email } portal { businessName } }"}
    told = await world.house.gateway.post("/graphql", json=query, headers=headers)
    assert told.status_code == 403
    assert told.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "data" not in told.json()


@pytest.mark.parametrize("email", ["staff@example.com", "nobody@example.com", "noemail@gmail.com"])
async def test_az23_through_the_eyes_of_nobody_there_is_nothing_to_see(
    world: World, email: str
) -> None:
    headers = await world.headers(KINDS["STAFF"]) | {"x-view-as": email}
    body = {"query": ID, "variables": {"id": global_id("Invoice", LINKED_INVOICE)}}
    told = (await world.house.gateway.post("/graphql", json=body, headers=headers)).json()
    assert told["data"] == {"invoice": None}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]


async def test_az16_fields_that_an_input_does_not_have_are_refused(world: World) -> None:
    for root, name in CHANGES:
        smuggled = (
            asked(root, name)
            .replace("{ ", '{ role: "STAFF", ', 2)
            .replace('{ role: "STAFF", ', "{ ", 1)
        )
        told = await world.ask("OWNER", smuggled)
        assert told.codes == ["BAD_USER_INPUT"], told.text
        assert told.data is None
