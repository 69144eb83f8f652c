"""Staff sign in at their provider: what the browser is given, and every way it may go wrong."""

import json
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from adapters.ledger.errors import LedgerUnavailable
from adapters.ledger.tables import STAFF_SESSIONS
from adapters.sandbox.app import create_sandbox
from adapters.sandbox.options import SandboxOptions
from gateway.console.built import Built
from gateway.identity.return_to import local_path
from gateway.identity.sessions import digest_of
from resolvers.policy import Policy, StaffSignIn, Tenant
from tests.gateway.front import FROM_OUR_PAGE, HERE, SANDBOX, Front, cookies_of, open_front

SESSION, UNDER_WAY = "__Host-staff", "__Host-staff-sign-in"
FLAGS = "Path=/; Max-Age={}; HttpOnly; SameSite=Lax; Secure"
GONE = f"{UNDER_WAY}=; {FLAGS.format(0)}"


@pytest.fixture
async def front() -> AsyncIterator[Front]:
    async with open_front() as front:
        yield front


async def test_signing_in_gives_a_session_and_nothing_else(front: Front) -> None:
    asked = await front.begin()
    assert {name: asked[name] for name in asked if name not in SECRETS} == {
        "response_type": "code",
        "client_id": "portal-console",
        "redirect_uri": f"{HERE}/auth/callback",
        "scope": "openid email profile",
        "code_challenge_method": "S256",
    }
    assert [len(asked[name]) for name in SECRETS] == [43, 43, 43]
    answer = await front.browser.get(await front.at_provider(asked))
    assert (answer.status_code, answer.headers["location"]) == (303, "/auth/session")
    assert cookies_of(answer) == [GONE, f"{SESSION}=…; {FLAGS.format(28800)}"]
    assert [*front.browser.cookies] == [SESSION]
    told = await front.browser.get("/auth/session")
    assert (told.status_code, told.json()) == (
        200,
        {"email": "staff@example.com", "billing": True, "expiresAt": "2026-07-15T01:00:00Z"},
    )


SECRETS = ("state", "nonce", "code_challenge")


async def test_a_sign_in_under_way_is_sealed_in_a_cookie_of_ten_minutes(front: Front) -> None:
    asked = await front.begin("/graphiql?query=%7Ba%7D")
    answer = await front.browser.get("/auth/login")
    assert cookies_of(answer) == [f"{UNDER_WAY}=…; {FLAGS.format(600)}"]
    sealed = answer.headers["set-cookie"]
    for secret in (asked["state"], asked["nonce"], "graphiql"):
        assert secret not in sealed


async def test_a_member_of_staff_without_billing(front: Front) -> None:
    await front.sign_in("viewer-only@example.com")
    told = (await front.browser.get("/auth/session")).json()
    assert (told["email"], told["billing"]) == ("viewer-only@example.com", False)


async def test_the_ledger_keeps_a_digest_of_the_secret_and_no_secret(front: Front) -> None:
    await front.sign_in()
    secret = front.browser.cookies[SESSION]
    rows = await front.ledger.read(lambda connection: connection.execute(select(STAFF_SESSIONS)))
    (row,) = rows.mappings().all()
    assert row["id_hash"] == digest_of(secret)
    assert secret not in repr(row)
    assert len(secret) == 43


async def test_jw23_each_sign_in_has_a_new_secret_and_ends_the_old(front: Front) -> None:
    front.browser.cookies.set(SESSION, "A" * 43, domain="gateway.test", path="/")
    await front.sign_in()
    first = front.browser.cookies[SESSION]
    assert first != "A" * 43
    await front.sign_in()
    second = front.browser.cookies[SESSION]
    assert second != first
    assert await status_of(front, second) == 200
    assert await status_of(front, first) == 401
    assert [act for act, _ in front.audited] == ["staff.sign-in", "staff.sign-out", "staff.sign-in"]


async def status_of(front: Front, secret: str) -> int:
    front.browser.cookies.clear()
    headers = {"cookie": f"{SESSION}={secret}"}
    return (await front.browser.get("/auth/session", headers=headers)).status_code


async def test_a_session_ends_when_its_hours_are_over(front: Front) -> None:
    await front.sign_in()
    front.now += timedelta(hours=8) - timedelta(seconds=1)
    assert (await front.browser.get("/auth/session")).status_code == 200
    front.now += timedelta(seconds=1)
    assert (await front.browser.get("/auth/session")).status_code == 401


async def test_the_policy_says_how_long_a_session_lasts() -> None:
    async with open_front(staff=StaffSignIn(session_hours=1)) as front:
        answer = await front.sign_in()
        assert cookies_of(answer)[1] == f"{SESSION}=…; {FLAGS.format(3600)}"
        front.now += timedelta(hours=1)
        assert (await front.browser.get("/auth/session")).status_code == 401


async def test_signing_out_ends_the_session_for_whoever_has_its_cookie(front: Front) -> None:
    await front.sign_in()
    secret = front.browser.cookies[SESSION]
    answer = await front.browser.post("/auth/logout", headers=FROM_OUR_PAGE)
    assert (answer.status_code, answer.text) == (204, "")
    assert cookies_of(answer) == [f"{SESSION}=; {FLAGS.format(0)}"]
    assert [*front.browser.cookies] == []
    assert await status_of(front, secret) == 401
    again = await front.browser.post("/auth/logout", headers=FROM_OUR_PAGE)
    assert again.status_code == 204
    assert [act for act, _ in front.audited] == ["staff.sign-in", "staff.sign-out"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site", "origin": HERE, "x-portal-console": "1"},
    ],
    ids=repr,
)
async def test_a_foreign_site_signs_nobody_out(front: Front, headers: dict[str, str]) -> None:
    await front.sign_in()
    answer = await front.browser.post("/auth/logout", headers=headers)
    assert (answer.status_code, cookies_of(answer)) == (403, [])
    assert answer.json()["errors"][0]["extensions"] == {"code": "FORBIDDEN"}
    assert (await front.browser.get("/auth/session")).status_code == 200
    assert [line["reason"] for line in front.events("access denied")] == [
        "a sign-out that may be forged"
    ]


async def test_signing_out_is_never_a_get(front: Front) -> None:
    await front.sign_in()
    answer = await front.browser.get("/auth/logout", headers=FROM_OUR_PAGE)
    assert answer.status_code == 405
    assert (await front.browser.get("/auth/session")).status_code == 200


# JW-22: what was asked of the provider, and what came back, changed in one thing.

Change = Callable[[dict[str, str]], dict[str, str]]


def changed(**members: str | None) -> Change:
    def change(told: dict[str, str]) -> dict[str, str]:
        return {name: value for name, value in (told | members).items() if value is not None}

    return change


same = changed()
OTHER = "A" * 43
FORGED: list[tuple[str, Change, Change, str]] = [
    ("wrong state", same, changed(state=OTHER), "its state is not of this browser's sign-in"),
    ("no state", same, changed(state=None), "its state is not of this browser's sign-in"),
    ("wrong nonce", changed(nonce=OTHER), same, "its nonce is not of this sign-in"),
    ("no nonce", changed(nonce=None), same, "its nonce is not of this sign-in"),
    (
        "another verifier",
        changed(code_challenge=OTHER),
        same,
        "the provider gave no ID token for the code (invalid_grant)",
    ),
    (
        "another redirect_uri",
        changed(redirect_uri=f"{HERE}/auth/callback/"),
        same,
        "the provider gave no ID token for the code (invalid_grant)",
    ),
    (
        "another code",
        same,
        changed(code="stolen"),
        "the provider gave no ID token for the code (invalid_grant)",
    ),
    (
        "mixed-up issuer",
        same,
        changed(iss="https://evil.example"),
        "its issuer is not the one that was asked",
    ),
    ("refused there", same, changed(code=None, error="access_denied"), "the provider gave no code"),
    ("code and error", same, changed(error="access_denied"), "the provider gave no code"),
    ("nothing", same, changed(code=None), "the provider gave no code"),
]


@pytest.mark.parametrize(("asking", "coming", "reason"), [case[1:] for case in FORGED],
                         ids=[case[0] for case in FORGED])  # fmt: skip
async def test_jw22_a_sign_in_that_is_not_ours_makes_no_session(
    front: Front, asking: Change, coming: Change, reason: str
) -> None:
    asked = await front.begin()
    back = await front.at_provider(asking(asked))
    told = coming(dict(parse_qsl(urlsplit(back).query)))
    answer = await front.browser.get(f"/auth/callback?{urlencode(told)}")
    assert_refused(front, answer, 400, reason)


def assert_refused(front: Front, answer: httpx.Response, status: int, reason: str) -> None:
    """The page, the cookies, the log: a refused sign-in leaves one event and nothing else."""
    assert answer.status_code == status, answer.text
    assert cookies_of(answer) == [GONE]
    assert [*front.browser.cookies] == []
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert front.events("sign-in refused", "staff signed in") == [
        {
            "event": "security",
            "what": "sign-in refused",
            "path": "/auth/callback",
            "network": "127.0.0.0/24",
            "log_level": "warning",
            "reason": reason,
        }
    ]
    assert front.audited == []
    assert "@" not in repr([*front.logs])


async def test_a_code_and_its_sign_in_work_once(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    sealed = front.browser.cookies[UNDER_WAY]
    await front.browser.get(back)
    front.logs.clear()
    front.audited.clear()
    front.browser.cookies.clear()
    answer = await front.browser.get(back, headers={"cookie": f"{UNDER_WAY}={sealed}"})
    assert_refused(front, answer, 400, "the provider gave no ID token for the code (invalid_grant)")


async def test_a_sign_in_opens_one_session_though_the_provider_takes_its_code_twice(
    front: Front,
) -> None:
    asked = await front.begin()
    sealed = front.browser.cookies[UNDER_WAY]
    first, second = await front.at_provider(asked), await front.at_provider(asked)
    await front.browser.get(first)
    await front.browser.post("/auth/logout", headers=FROM_OUR_PAGE)
    front.logs.clear()
    front.audited.clear()
    front.browser.cookies.clear()
    answer = await front.browser.get(second, headers={"cookie": f"{UNDER_WAY}={sealed}"})
    assert_refused(front, answer, 400, "it has opened a session already")


async def test_another_browser_cannot_end_a_sign_in(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    front.browser.cookies.clear()
    assert_refused(front, await front.browser.get(back), 400, "this browser began no sign-in")


async def test_a_sign_in_ends_with_its_own_cookie(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    await front.begin()
    answer = await front.browser.get(back)
    assert_refused(front, answer, 400, "its state is not of this browser's sign-in")


async def test_a_planted_cookie_beside_ours_ends_the_sign_in(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    sealed = front.browser.cookies[UNDER_WAY]
    front.browser.cookies.clear()
    headers = {"cookie": f"{UNDER_WAY}={sealed}; {UNDER_WAY}=planted"}
    answer = await front.browser.get(back, headers=headers)
    assert_refused(front, answer, 400, "this browser began no sign-in")


@pytest.mark.parametrize("seconds", [599, 600])
async def test_a_sign_in_may_take_ten_minutes(front: Front, seconds: int) -> None:
    back = await front.at_provider(await front.begin())
    front.now += timedelta(seconds=seconds)
    answer = await front.browser.get(back)
    if seconds < 600:
        assert answer.status_code == 303
    else:
        assert_refused(front, answer, 400, "it took longer than ten minutes")


async def test_a_parameter_that_comes_twice_is_refused(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    assert_refused(
        front, await front.browser.get(f"{back}&code=x"), 400, "a parameter is given twice"
    )


async def test_the_right_issuer_may_be_named(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    issuer = urlencode({"iss": "http://127.0.0.1:8010/staff-idp"})
    assert (await front.browser.get(f"{back}&{issuer}")).status_code == 303


async def test_a_provider_that_always_names_itself_must_do_so() -> None:
    sandbox = httpx.ASGITransport(create_sandbox(SandboxOptions(public_url=SANDBOX, homes=0)))

    async def naming(request: httpx.Request) -> httpx.Response:
        answer = await sandbox.handle_async_request(request)
        if not request.url.path.endswith("/openid-configuration"):
            return answer
        document = json.loads(await answer.aread())
        document["authorization_response_iss_parameter_supported"] = True
        return httpx.Response(200, json=document)

    async with open_front(httpx.MockTransport(naming)) as front:
        back = await front.at_provider(await front.begin())
        answer = await front.browser.get(back)
        assert_refused(front, answer, 400, "its issuer is not the one that was asked")


async def test_who_has_no_role_is_told_so_and_gets_no_session() -> None:
    async with open_front(staff=StaffSignIn(role="admin")) as front:
        answer = await front.sign_in()
        assert_refused(front, answer, 403, "it carries no role of staff")
        assert "your account has no role that lets you in here" in answer.text


async def test_what_signing_in_and_out_leaves_in_the_log_and_the_trail(front: Front) -> None:
    await front.sign_in()
    await front.browser.post("/auth/logout", headers=FROM_OUR_PAGE)
    (first, staff), (second, same_staff) = front.audited
    assert (first, second, staff) == ("staff.sign-in", "staff.sign-out", same_staff)
    assert (staff.email, staff.may_bill) == ("staff@example.com", True)
    assert front.events("staff signed in", "staff signed out") == [
        {"event": "staff signed in", "log_level": "info", "staff": staff.key},
        {"event": "staff signed out", "log_level": "info", "staff": staff.key},
    ]
    assert "@" not in repr([*front.logs])


async def test_a_provider_that_is_away_is_told_as_that() -> None:
    async def away(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    async with open_front(httpx.MockTransport(away)) as front:
        answer = await front.browser.get("/auth/login")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
        assert cookies_of(answer) == []
        assert "Sign-in cannot be verified at the moment. Try again soon." in answer.text


@pytest.mark.parametrize("path", ["/auth/session", "/auth/callback"])
async def test_without_the_ledger_nobody_is_signed_in_or_out(front: Front, path: str) -> None:
    await front.sign_in()
    back = await front.at_provider(await front.begin())
    await broken(front)
    address = back if path == "/auth/callback" else path
    answer = await front.browser.get(address)
    assert answer.status_code == 503
    assert cookies_of(answer) == ([GONE] if path == "/auth/callback" else [])
    out = await front.browser.post("/auth/logout", headers=FROM_OUR_PAGE)
    assert (out.status_code, cookies_of(out)) == (503, [])


async def broken(front: Front) -> None:
    """Let the ledger fail from now on."""
    await front.ledger.write(lambda connection: connection.run_sync(STAFF_SESSIONS.drop))


async def test_what_cannot_be_written_down_lets_nobody_in(front: Front) -> None:
    back = await front.at_provider(await front.begin())
    front.fails = LedgerUnavailable("no trail")
    answer = await front.browser.get(back)
    assert (answer.status_code, cookies_of(answer)) == (503, [GONE])
    assert [*front.browser.cookies] == []


# Where a sign-in leads.


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        (None, "/graphiql"),
        ("", "/graphiql"),
        ("/", "/"),
        ("/graphiql?query=%7Ba%7D&x=1#tab", "/graphiql?query=%7Ba%7D&x=1#tab"),
        ("/auth/session", "/auth/session"),
        ("/auth/session?x=1", "/auth/session?x=1"),
        ("/auth/login", "/graphiql"),
        ("/auth/login?return_to=/a", "/graphiql"),
        ("/auth/logout", "/graphiql"),
        ("https://evil.example/", "/graphiql"),
        ("//evil.example/", "/graphiql"),
        ("/\\evil.example/", "/graphiql"),
        ("\\\\evil.example", "/graphiql"),
        ("/\t/evil.example", "/graphiql"),
        ("/a\r\nset-cookie: x=1", "/graphiql"),
        ("javascript:alert(1)", "/graphiql"),
        ("graphiql", "/graphiql"),
        (" /graphiql", "/graphiql"),
        ("/a\\b", "/graphiql"),
        ("/é", "/graphiql"),
        ("/" + "a" * 512, "/graphiql"),
    ],
)
async def test_a_sign_in_leads_to_a_path_of_ours(asked: str | None, led: str) -> None:
    async with open_front(console=Built(Path(), "main.js", "main.css", {})) as front:
        answer = await front.sign_in(return_to=asked)
        assert (answer.status_code, answer.headers["location"]) == (303, led)


@given(st.text(alphabet=st.sampled_from("/\\.:@?#%5cae\t\r\n ev"), max_size=12))
def test_no_text_leads_to_another_host(text: str) -> None:
    led = local_path("/" + text, "/graphiql")
    parts = urlsplit(urljoin(HERE, led))
    assert (parts.scheme, parts.netloc) == ("https", "gateway.test")
    assert led.startswith("/")
    assert not led.startswith(("//", "/\\"))
    assert led.isprintable()


async def test_a_gateway_under_a_path_leads_to_its_own_paths() -> None:
    async with open_front(public_url=f"{HERE}/portal") as front:
        asked = await front.begin()
        assert asked["redirect_uri"] == f"{HERE}/portal/auth/callback"
        back = await front.at_provider(asked)
        # What stands before the gateway takes its path away.
        answer = await front.browser.get(back.replace("/portal/", "/"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/portal/auth/session")


# The pages.


async def test_the_page_tells_who_is_signed_in_and_until_when(front: Front) -> None:
    await front.sign_in()
    page = await front.browser.get("/auth/session", headers=BROWSING)
    assert page.status_code == 200
    assert "<dd>staff@example.com</dd>" in page.text
    assert "Tuesday 14 July, 20:00 CDT" in page.text
    assert '<form method="post" action="logout">' in page.text
    out = await front.browser.post("/auth/logout", headers=BROWSING | FROM_OUR_PAGE)
    assert (out.status_code, "You are signed out" in out.text) == (200, True)
    nobody = await front.browser.get("/auth/session", headers=BROWSING)
    assert (nobody.status_code, '<a class="act" href="login">' in nobody.text) == (401, True)


BROWSING = {"accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}


async def test_pages_have_no_script_no_other_host_and_no_frame(front: Front) -> None:
    page = await front.browser.get("/auth/session", headers=BROWSING)
    style = page.text.partition("<style>")[2].partition("</style>")[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert page.headers["content-security-policy"] == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert page.headers["permissions-policy"] == (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
    )
    assert page.headers["cache-control"] == "no-store"
    assert not re.search("<script|https?://|//", page.text)


async def test_names_are_written_as_text(front: Front) -> None:
    front.choices.take(Policy(tenant=Tenant(business_name="<b>A & B</b>")))
    await front.sign_in('"><script>@example.com')
    page = (await front.browser.get("/auth/session", headers=BROWSING)).text
    assert "<script>" not in page
    assert "&lt;script&gt;@example.com" in page
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page


async def test_without_a_session_json_is_told_so(front: Front) -> None:
    answer = await front.browser.get("/auth/session")
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"] == {"code": "UNAUTHENTICATED"}


# Over plain http, on this machine.


async def test_over_plain_http_cookies_have_no_prefix_and_are_not_secure() -> None:
    async with open_front(public_url="http://127.0.0.1:8000") as front:
        answer = await front.sign_in()
        assert cookies_of(answer) == [
            "staff-sign-in=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax",
            "staff=…; Path=/; Max-Age=28800; HttpOnly; SameSite=Lax",
        ]
        assert (await front.browser.get("/auth/session")).status_code == 200


# Which staff there are.


async def test_without_a_staff_issuer_there_is_no_sign_in() -> None:
    names = ("issuer", "audience", "client_id", "client_secret")
    none: dict[str, Any] = {f"staff_oidc_{name}": None for name in names}
    async with open_front(**none) as front:
        for path in ("/auth/login", "/auth/callback", "/auth/session"):
            assert (await front.browser.get(path)).status_code == 404
        assert (await front.post(("cookie", f"{SESSION}=x"))).status_code == 200
        told = await front.post(await front.token("staff@example.com", staff=True))
        assert told.status_code == 401


async def test_without_a_client_id_staff_come_with_tokens_alone() -> None:
    async with open_front(staff_oidc_client_id=None, staff_oidc_client_secret=None) as front:
        assert (await front.browser.get("/auth/login")).status_code == 404
        told = await front.post(await front.token("staff@example.com", staff=True))
        assert told.status_code == 200
