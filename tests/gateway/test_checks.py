"""`check`: each part the gateway stands on, whether it answers, which scope it needs."""

import io
from datetime import date
from typing import TYPE_CHECKING

import httpx
import pytest
import respx
from rich.console import Console

from adapters.changes.sources import SOURCES
from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.connection import Connection
from gateway.checks.finding import Finding
from gateway.checks.provider import check_provider, check_staff_provider
from gateway.checks.report import print_report
from gateway.checks.scopes import scope_of
from gateway.checks.upstream import check_upstream
from gateway.checks.writes import check_writes
from resolvers.policy import Payments, Policy, Proposals
from tests.gateway.front import front_settings
from tests.gateway.verifiers import ISSUER

if TYPE_CHECKING:
    from tests.gateway.conftest import Provider

CONNECTION = Connection(
    api_url="https://st.example.com",
    auth_url="https://auth.example.com",
    tenant_id=7,
    client_id="sandbox-client",
    client_secret="sandbox-secret",
    app_key="sandbox-app-key",
)
EMPTY = {"page": 1, "pageSize": 1, "hasMore": False, "totalCount": 0, "data": []}
FEED_NAMES = [feed.name for feed in FEEDS] + [source.name for source in SOURCES]
NAMES = [resource.name for resource in RESOURCES] + FEED_NAMES
PARTS = [f"ServiceTitan, {name}" for name in NAMES]


@pytest.fixture
def servicetitan(respx_mock: respx.MockRouter) -> respx.MockRouter:
    """A tenant that has nothing, and gives it to whoever has a token."""
    respx_mock.post("https://auth.example.com/connect/token").respond(
        json={"access_token": "sandbox-token", "expires_in": 900, "token_type": "Bearer"}
    )
    respx_mock.get(url__startswith="https://st.example.com/").respond(
        json={**EMPTY, "continueFrom": "c1"}
    )
    return respx_mock


async def test_everything_answers(servicetitan: respx.MockRouter) -> None:
    findings = await check_upstream(CONNECTION)
    assert [finding.part for finding in findings] == ["ServiceTitan, token endpoint", *PARTS]
    assert [finding for finding in findings if finding.problem is not None] == []
    asked = [call.request for call in servicetitan.calls if call.request.method == "GET"]
    assert len(asked) == len(PARTS)
    since = [of.url.params["from"] for of in asked if "/export/" in of.url.path]
    assert len(since) == len(FEED_NAMES)
    assert all(date.fromisoformat(told) for told in since)


async def test_a_change_feed_without_its_scope_is_named(servicetitan: respx.MockRouter) -> None:
    servicetitan.routes.clear()
    servicetitan.post("https://auth.example.com/connect/token").respond(
        json={"access_token": "sandbox-token", "expires_in": 900}
    )
    feed = "https://st.example.com/memberships/v2/tenant/7/export/recurring-services"
    servicetitan.get(url__startswith=feed).respond(403, json={"title": "Scope validation failed"})
    servicetitan.get(url__startswith="https://st.example.com/").respond(
        json={**EMPTY, "continueFrom": "c1"}
    )
    (finding,) = [told for told in await check_upstream(CONNECTION) if told.problem is not None]
    assert finding.part == "ServiceTitan, changes of recurring services"
    assert finding.scope == "tn.mem.recurringservices:r"


async def test_every_part_names_the_scope_it_needs(servicetitan: respx.MockRouter) -> None:
    assert len(servicetitan.routes) == 2
    token, *rest = await check_upstream(CONNECTION)
    assert token.scope is None
    assert [finding.scope is not None for finding in rest] == [True] * len(PARTS)


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("accounting/v2/tenant/{tenant}/invoices", "tn.acc.invoices:r"),
        ("crm/v2/tenant/{tenant}/export/customers/contacts", "tn.crm.customers:r"),
        ("crm/v2/tenant/{tenant}/export/locations", "tn.crm.locations:r"),
        ("jpm/v2/tenant/{tenant}/job-types", "tn.jpm.jobtypes:r"),
        ("crm/v2/tenant/{tenant}/unheard-of", None),
    ],
)
def test_scopes_are_those_of_the_specification(path: str, scope: str | None) -> None:
    assert scope_of(path) == scope


async def test_a_missing_scope_is_told_where_it_is_missing(servicetitan: respx.MockRouter) -> None:
    url = "https://st.example.com/accounting/v2/tenant/7/invoices"
    servicetitan.routes.clear()
    servicetitan.post("https://auth.example.com/connect/token").respond(
        json={"access_token": "sandbox-token", "expires_in": 900}
    )
    servicetitan.get(url__startswith=url).respond(403, json={"title": "Scope validation failed"})
    servicetitan.get(url__startswith="https://st.example.com/").respond(
        json={**EMPTY, "continueFrom": "c1"}
    )
    findings = await check_upstream(CONNECTION)
    (finding,) = [finding for finding in findings if finding.problem is not None]
    assert (finding.part, finding.scope) == ("ServiceTitan, invoices", "tn.acc.invoices:r")
    assert finding.problem is not None
    assert "scope" in finding.problem


async def test_without_a_token_nothing_else_is_asked(respx_mock: respx.MockRouter) -> None:
    respx_mock.post("https://auth.example.com/connect/token").respond(
        400, json={"error": "invalid_client"}
    )
    (finding,) = await check_upstream(CONNECTION)
    assert finding.part == "ServiceTitan, token endpoint"
    assert finding.problem == (
        "ServiceTitan does not accept our credentials: "
        "check the client id and the client secret, and that neither has a stray space."
    )


async def test_a_provider_that_answers(provider: "Provider") -> None:
    provider.publish()
    assert await check_provider(provider.issuer) == [
        Finding("Identity provider, discovery"),
        Finding("Identity provider, keys"),
    ]


async def test_a_provider_that_does_not(provider: "Provider") -> None:
    provider.router.get(url__startswith="https://login.example.com").mock(
        side_effect=httpx.ConnectError("refused")
    )
    said = (
        "The identity provider's discovery cannot be read (ConnectError). Check PORTAL_OIDC_ISSUER."
    )
    findings = await check_provider(provider.issuer)
    assert [finding.problem for finding in findings] == [said, said]


async def test_a_provider_without_a_key_for_us(provider: "Provider") -> None:
    provider.publish(provider.document("k1", use="enc"))
    _, keys = await check_provider(provider.issuer)
    assert keys.problem == (
        "It publishes no RSA or P-256 signing key with an id: have it sign with RS256."
    )


STAFF_DISCOVERY: dict[str, object] = {
    "issuer": ISSUER,
    "jwks_uri": "https://login.example.com/keys",
    "authorization_endpoint": "https://login.example.com/authorize",
    "token_endpoint": "https://login.example.com/token",
}
ALLOW = "It must allow this redirect URI, exactly: https://gateway.test/auth/callback"


async def staff_findings(
    provider: "Provider", discovery: dict[str, object], **changes: object
) -> list[Finding]:
    provider.publish()
    provider.router.get(f"{ISSUER}/.well-known/openid-configuration").respond(json=discovery)
    return await check_staff_provider(front_settings(staff_oidc_issuer=ISSUER, **changes))


async def test_a_staff_provider_that_answers(provider: "Provider") -> None:
    assert await staff_findings(provider, STAFF_DISCOVERY) == [
        Finding("Staff's identity provider, discovery"),
        Finding("Staff's identity provider, keys"),
        Finding("Staff's identity provider, sign-in", note=ALLOW),
    ]


async def test_staff_with_tokens_alone_need_no_sign_in(provider: "Provider") -> None:
    findings = await staff_findings(
        provider,
        STAFF_DISCOVERY,
        staff_oidc_client_id=None,
        staff_oidc_client_secret=None,
    )
    assert [finding.part for finding in findings] == [
        "Staff's identity provider, discovery",
        "Staff's identity provider, keys",
    ]


async def test_without_staff_nothing_is_asked() -> None:
    none = dict.fromkeys(
        f"staff_oidc_{name}" for name in ("issuer", "audience", "client_id", "client_secret")
    )
    assert await check_staff_provider(front_settings(**none)) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"token_endpoint": None},
            "Its discovery names no token endpoint: it signs nobody in with a code.",
        ),
        (
            {"authorization_endpoint": None},
            "Its discovery names no authorization endpoint: it signs nobody in with a code.",
        ),
        (
            {"token_endpoint": "http://login.example.com/token"},
            "Its token endpoint is not at an https address.",
        ),
        (
            {"authorization_endpoint": "http://127.0.0.1/authorize"},
            "Its authorization endpoint is not at an https address.",
        ),
        (
            {"code_challenge_methods_supported": ["plain"]},
            "It does not offer PKCE with S256, without which nobody is signed in here.",
        ),
        ({"code_challenge_methods_supported": ["plain", "S256"]}, None),
    ],
    ids=repr,
)
async def test_what_a_staff_provider_lacks_for_signing_in(
    provider: "Provider", changes: dict[str, object], said: str | None
) -> None:
    *_, sign_in = await staff_findings(provider, STAFF_DISCOVERY | changes)
    assert sign_in == Finding("Staff's identity provider, sign-in", said, note=ALLOW)


async def test_a_staff_provider_that_does_not_answer_is_named_by_its_setting(
    provider: "Provider",
) -> None:
    findings = await staff_findings(provider, STAFF_DISCOVERY | {"issuer": "https://other.example"})
    said = "The identity provider's discovery names another issuer. Check PORTAL_STAFF_OIDC_ISSUER."
    assert [finding.problem for finding in findings] == [said, said]


def test_the_table_shows_each_finding() -> None:
    out = io.StringIO()
    findings = [
        Finding("One", None, "tn.x:r"),
        Finding("Two", "Do [this].", "tn.y:r"),
        Finding("Three", "Do that."),
        Finding("Four", note="See to it."),
    ]
    print_report(Console(file=out, width=80), findings)
    assert [line.rstrip() for line in out.getvalue().splitlines()] == [
        "Asked  Answers  Scope",
        "One    yes      tn.x:r",
        "Two    no       tn.y:r",
        "Three  no",
        "Four   yes",
        "",
        "Two (tn.y:r)",
        "  Do [this].",
        "",
        "Three",
        "  Do that.",
        "",
        "Four",
        "  See to it.",
    ]


def test_what_a_policy_has_done_is_not_tried_and_its_scopes_are_named() -> None:
    assert check_writes(Policy()) == []
    policy = Policy(
        payments=Payments(record_in_servicetitan=True),
        proposals=Proposals(sold_by=40, allow_decline=True),
    )
    found = check_writes(policy)
    assert [(finding.part, finding.scope, finding.problem) for finding in found] == [
        ("ServiceTitan, payments recorded", "tn.acc.payments:w", None),
        ("ServiceTitan, estimates sold", "tn.sal.estimates:w", None),
        ("ServiceTitan, estimates dismissed", "tn.sal.estimates:w", None),
    ]
    out = io.StringIO()
    print_report(Console(file=out, width=100), found)
    assert out.getvalue().count("not asked") == 3
    assert "would change your records" in out.getvalue()
