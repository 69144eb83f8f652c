"""A house with staff at its door, and what they ask of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import STAFF_CLIENT_ID, STAFF_CLIENT_SECRET, SandboxOptions
from gateway.app import create_app
from gateway.choices import Choices
from resolvers.policy import Policy
from tests.house import (
    NOON,
    SANDBOX,
    TODAY,
    House,
    Moment,
    demo_policy,
    ready_house,
    settings,
)

STAFF, VIEWER_ONLY = "staff@example.com", "viewer-only@example.com"
SITE = "https://portal.example.com"
SETTINGS = {
    "staff_oidc_issuer": f"{SANDBOX}/staff-idp",
    "staff_oidc_client_id": STAFF_CLIENT_ID,
    "staff_oidc_client_secret": STAFF_CLIENT_SECRET,
    "site_url": SITE,
}

EXPLAIN = """query($email: String!, $kind: RecordKind!, $number: String!) {
  explain(email: $email, kind: $kind, number: $number) {
    visible rules { rule question passed because } } }"""
ACCESS = """query($customer: String, $email: String) {
  access(customerNumber: $customer, email: $email) {
    email customerName locationName level source blockedBecause } }"""
SET_LEVEL = """mutation($input: SetAccessLevelInput!) { setAccessLevel(input: $input) {
    grant { email customerName locationName level source blockedBecause }
    userErrors { code message field } } }"""
LINK = "link { id kind createdBy createdAt expiresAt revokedAt lastUsedAt }"
PAYLOAD = f"{{ {LINK} url userErrors {{ code message field }} }}"
PAYMENT_LINK = f"""mutation($input: CreatePaymentLinkInput!) {{
  createPaymentLink(input: $input) {PAYLOAD} }}"""
ESTIMATE_LINK = f"""mutation($input: CreateEstimateLinkInput!) {{
  createEstimateLink(input: $input) {PAYLOAD} }}"""
REVOKE = f"""mutation($input: RevokeDirectLinkInput!) {{
  revokeDirectLink(input: $input) {PAYLOAD} }}"""


@asynccontextmanager
async def staffed_house(policy: Policy | None = None, **options: Any) -> AsyncIterator[House]:  # noqa: ANN401  # as ready_house
    """Open a house whose staff are known to the sandbox's other identity provider."""
    told = SETTINGS | dict(options.pop("told", {}))
    async with ready_house(policy, told=told, **options) as house:
        yield house


@asynccontextmanager
async def two_workers(url: str) -> AsyncIterator[tuple[House, House]]:
    """Open two gateways over one database, each with a sandbox of the same seed."""
    async with _worker(url) as one, _worker(url) as other:
        yield one, other


@asynccontextmanager
async def _worker(url: str) -> AsyncIterator[House]:
    """Open a house that may look for files while it runs, as PostgreSQL's driver does."""
    given: dict[str, Any] = {"today": TODAY, "homes": 4, "rate_per_second": 100_000}
    sandbox = create_sandbox(SandboxOptions(public_url=SANDBOX, **given))
    wire, choices, moment = httpx.ASGITransport(sandbox), Choices(demo_policy()), Moment(NOON)
    told = settings(database_url=url, **SETTINGS)
    gateway = create_app(told, choices, transport=wire, now=moment, tells_cost=True)
    async with (
        gateway.router.lifespan_context(gateway),
        httpx.AsyncClient(transport=wire, base_url=SANDBOX) as control,
        httpx.AsyncClient(
            transport=httpx.ASGITransport(gateway), base_url="http://gateway"
        ) as client,
    ):
        house = House(client, control, [], choices, moment, (TODAY, 4), app=gateway)
        await house.is_ready()
        yield house


async def token_of(house: House, email: str) -> str:
    """Return a bearer token of the staff's identity provider."""
    key = f"staff {email}"
    if key not in house.tokens:
        wish = {"email": email, "staff": True}
        told = await house.sandbox.post("/_sandbox/token", json=wish)
        house.tokens[key] = told.json()["accessToken"]
    return house.tokens[key]


async def as_staff(
    house: House,
    query: str,
    *,
    staff: str = STAFF,
    through: str | None = None,
    **variables: Any,  # noqa: ANN401  # JSON
) -> dict[str, Any]:
    """Ask as staff, or as somebody `through` whose eyes they look; the answer without its cost."""
    headers = {"authorization": f"Bearer {await token_of(house, staff)}"}
    if through is not None:
        headers["x-view-as"] = through
    body = {"query": query, "variables": variables}
    answer = await house.gateway.post("/graphql", json=body, headers=headers)
    told: dict[str, Any] = answer.json()
    told.pop("extensions", None)
    return told


async def staff_data(house: House, query: str, **variables: Any) -> Any:  # noqa: ANN401  # JSON
    """Ask as staff with billing right for an answer without errors; return its data."""
    told = await as_staff(house, query, **variables)
    assert "errors" not in told, told["errors"]
    return told["data"]


async def explained(house: House, email: str, kind: str, number: object) -> Any:  # noqa: ANN401  # JSON
    """Return why this email does, or does not, see this record."""
    told = await staff_data(house, EXPLAIN, email=email, kind=kind, number=str(number))
    return told["explain"]
