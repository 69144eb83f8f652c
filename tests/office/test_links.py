"""`links`: an address printed alone and once, and what is told instead of one."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import respx

from adapters.ledger.direct_links import DirectLinks, LinkKind
from gateway.commands.link_making import now
from tests.office.shell import at, run, trail

SETTINGS = {
    "PORTAL_SERVICETITAN_API_URL": "https://st.example.com",
    "PORTAL_SERVICETITAN_AUTH_URL": "https://auth.example.com",
    "PORTAL_SERVICETITAN_TENANT_ID": "7",
    "PORTAL_SERVICETITAN_CLIENT_ID": "sandbox-client",
    "PORTAL_SERVICETITAN_CLIENT_SECRET": "sandbox-secret",
    "PORTAL_SERVICETITAN_APP_KEY": "sandbox-app-key",
    "PORTAL_OIDC_ISSUER": "https://login.example.com",
    "PORTAL_OIDC_AUDIENCE": "portal",
    "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
    "PORTAL_SITE_URL": "https://portal.example.com/",
}
INVOICES = "https://st.example.com/accounting/v2/tenant/7/invoices"
ESTIMATES = "https://st.example.com/sales/v2/tenant/7/estimates"
OPEN = {"id": 500106, "referenceNumber": "A-42", "balance": "12.50", "total": "12.50"}
PAYMENT = ("links", "create", "payment", "--invoice", "A-42")

Serve = Callable[..., respx.Route]


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def serve(respx_mock: respx.MockRouter) -> Serve:
    grant = {"access_token": "sandbox-token", "expires_in": 900, "token_type": "Bearer"}
    respx_mock.post("https://auth.example.com/connect/token").respond(json=grant)

    def rows(address: str, *data: dict[str, Any]) -> respx.Route:
        told = {"data": list(data), "hasMore": False, "page": 1, "totalCount": len(data)}
        return respx_mock.get(address).respond(json=told)

    return rows


def estimate(of: int, **more: object) -> dict[str, object]:
    status = {"value": 0, "name": "Open"}
    row = {"id": of, "jobId": 5, "customerId": 1, "status": status, "reviewStatus": "None"}
    return row | {"active": True} | more


def test_the_address_is_printed_alone_and_the_rest_beside_it(url: str, serve: Serve) -> None:
    asked = serve(INVOICES, OPEN)
    result = run(url, *PAYMENT, **SETTINGS)
    assert result.exit_code == 0, result.stderr
    found = re.fullmatch(r"https://portal\.example\.com/i#([A-Za-z0-9_-]{43})\n", result.stdout)
    assert found is not None
    assert found[1] not in result.stderr
    (link,) = at(url, lambda ledger: DirectLinks(ledger, now).get([1])).values()
    assert (link.kind, link.ids) == (LinkKind.PAYMENT_LINK, (500106,))
    assert (link.expires_at - link.created_at).days == 30
    assert result.stderr == (
        f"Link 1 opens until {link.expires_at:%Y-%m-%d %H:%M} UTC. Its address is told this once; "
        "end it with: portal-gateway links revoke 1\n"
    )
    assert len(asked.calls) == 1
    opened = at(url, lambda ledger: DirectLinks(ledger, now).exchange(found[1], "r"))
    assert opened is not None
    assert opened.id == 1
    assert [entry[:2] for entry in trail(url)] == [
        ("command line", "link.created link 1"),
        ("whoever holds the link", "link.exchanged link 1"),
    ]


@pytest.mark.parametrize("spelled", [("601", "--estimate", "602"), ("601", "602")])
def test_a_link_to_estimates_of_one_proposal(
    url: str, serve: Serve, spelled: tuple[str, ...]
) -> None:
    serve(ESTIMATES, estimate(601), estimate(602))
    command = ("links", "create", "estimate", "--days", "7", "--estimate", *spelled)
    result = run(url, *command, **SETTINGS)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("https://portal.example.com/e#")
    (link,) = at(url, lambda ledger: DirectLinks(ledger, now).get([1])).values()
    assert (link.kind, link.ids) == (LinkKind.ESTIMATE_LINK, (601, 602))
    assert (link.expires_at - link.created_at).days == 7


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([], "ServiceTitan has no invoice A-42."),
        ([OPEN | {"balance": "0.00"}], "Nothing is left to pay on invoice A-42."),
        ([OPEN | {"active": False}], "Invoice A-42 is no longer active."),
        (
            [OPEN | {"referenceNumber": "A-421"}],
            "ServiceTitan gave invoices that we did not ask for: none of them is shown.",
        ),
    ],
)
def test_why_there_is_no_link_is_told_and_nothing_is_written(
    url: str, serve: Serve, rows: list[dict[str, Any]], sentence: str
) -> None:
    serve(INVOICES, *rows)
    result = run(url, *PAYMENT, **SETTINGS)
    told = (result.exit_code, result.stdout, result.stderr)
    assert told == (1, "", f"{sentence} No link was made.\n")
    assert trail(url) == []


def test_estimates_of_two_proposals_make_no_link(url: str, serve: Serve) -> None:
    serve(ESTIMATES, estimate(601), estimate(602, jobId=6))
    result = run(url, "links", "create", "estimate", "--estimate", "601", "602", **SETTINGS)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "These estimates are not of one proposal: make a link for each proposal. "
        "No link was made.\n"
    )


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("payment", "--invoice", " "), "Name the invoice by its number in ServiceTitan."),
        (("payment", "--invoice", "4" * 65), "Name the invoice by its number in ServiceTitan."),
        (("estimate", "--estimate", "x"), "Name each estimate by its number in ServiceTitan."),
        (("estimate", "--estimate", "0"), "Name each estimate by its number in ServiceTitan."),
        (
            ("estimate", "--estimate", *map(str, range(1, 22))),
            "A link is to 1 to 20 estimates.",
        ),
    ],
)
def test_what_is_no_number_is_asked_of_nobody(
    url: str, command: tuple[str, ...], sentence: str, respx_mock: respx.MockRouter
) -> None:
    result = run(url, "links", "create", *command, **SETTINGS)
    told = (result.exit_code, result.stdout, result.stderr)
    assert told == (1, "", f"{sentence} No link was made.\n")
    assert len(respx_mock.calls) == 0


def test_without_a_front_end_there_is_no_link_and_the_sentence_says_what_to_set(
    url: str, respx_mock: respx.MockRouter
) -> None:
    result = run(url, *PAYMENT, **SETTINGS | {"PORTAL_SITE_URL": ""})
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Links lead to your front end: set PORTAL_SITE_URL to its address, for example "
        "https://portal.example.com. No link was made.\n"
    )
    assert len(respx_mock.calls) == 0


@pytest.mark.parametrize("site", ["http://portal.example.com", "portal.example.com", "ftp://x"])
def test_a_front_end_without_https_is_a_wrong_setting(url: str, site: str) -> None:
    result = run(url, *PAYMENT, **SETTINGS | {"PORTAL_SITE_URL": site})
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        "PORTAL_SITE_URL is wrong: it must be the https address of your front end, "
        "to which direct links lead.\n"
    )


def test_an_outage_of_servicetitan_is_told(url: str, respx_mock: respx.MockRouter) -> None:
    respx_mock.post("https://auth.example.com/connect/token").respond(401)
    result = run(url, *PAYMENT, **SETTINGS)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.endswith(" No link was made.\n")
    assert "sandbox-secret" not in result.stderr
    assert trail(url) == []


@pytest.mark.parametrize("days", ["0", "366", "x"])
def test_a_link_lasts_for_a_day_to_a_year(url: str, days: str) -> None:
    assert run(url, *PAYMENT, "--days", days, **SETTINGS).exit_code == 2


def test_a_link_that_is_not_there_cannot_be_revoked(shared_url: str) -> None:
    result = run(shared_url, "links", "revoke", "7")
    told = (result.exit_code, result.stdout, result.stderr)
    assert told == (1, "", "There is no link 7. Nothing was revoked.\n")
    assert trail(shared_url) == []
