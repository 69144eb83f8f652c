"""The console at the door: for staff alone, under a strict policy; and what was built of it."""

import gzip
import json
import re
from collections.abc import AsyncIterator
from html import unescape
from pathlib import Path

import pytest

from gateway.console.built import Built, find_built
from resolvers.policy import Policy, Tenant
from tests.gateway.front import HERE, Front, open_front

SCRIPT, STYLE = b"console.log('Here.')\n", b"body { margin: 0 }\n"
MANIFEST = {
    "script": "main-AAAA1111.js",
    "style": "main-BBBB2222.css",
    "assets": {"main-AAAA1111.js": True, "main-BBBB2222.css": False, "icons-CCCC3333.ttf": False},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Build a console of three files, one of them with a compressed twin."""
    (tmp_path / "main-AAAA1111.js").write_bytes(SCRIPT)
    (tmp_path / "main-AAAA1111.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "main-BBBB2222.css").write_bytes(STYLE)
    (tmp_path / "icons-CCCC3333.ttf").write_bytes(b"\0\1\0\0")
    (tmp_path / "licences.txt").write_text("Whose it is.", "utf-8")
    (tmp_path / "manifest.json").write_text(json.dumps(MANIFEST), "utf-8")
    return tmp_path


@pytest.fixture
def built(folder: Path) -> Built:
    found = find_built(folder)
    assert found is not None
    return found


@pytest.fixture
async def front(built: Built) -> AsyncIterator[Front]:
    async with open_front(console=built) as front:
        yield front


async def test_who_has_no_session_is_led_to_sign_in_and_back(front: Front) -> None:
    answer = await front.browser.get("/graphiql")
    assert (answer.status_code, answer.content) == (303, b"")
    assert answer.headers["location"] == f"{HERE}/auth/login?return_to=/graphiql"
    back = await front.sign_in(return_to="/graphiql")
    assert (back.status_code, back.headers["location"]) == (303, "/graphiql")
    assert (await front.browser.get("/graphiql")).status_code == 200


async def test_another_name_of_this_machine_leads_to_the_one_that_cookies_are_of(
    front: Front,
) -> None:
    answer = await front.browser.get("/graphiql", headers={"host": "localhost:8000"})
    assert answer.headers["location"] == f"{HERE}/auth/login?return_to=/graphiql"


async def test_a_session_that_is_over_or_planted_beside_another_is_none(front: Front) -> None:
    await front.sign_in()
    session = front.browser.cookies["__Host-staff"]
    twice = {"cookie": f"__Host-staff={session}; __Host-staff={'a' * 43}"}
    assert (await front.browser.get("/graphiql", headers=twice)).status_code == 303
    await front.browser.post("/auth/logout", headers={"sec-fetch-site": "same-origin"})
    kept = {"cookie": f"__Host-staff={session}"}
    assert (await front.browser.get("/graphiql", headers=kept)).status_code == 303


async def test_a_gateway_under_a_path_leads_to_its_own_sign_in(built: Built) -> None:
    async with open_front(console=built, public_url=f"{HERE}/portal") as front:
        answer = await front.browser.get("/graphiql")
        assert answer.headers["location"] == f"{HERE}/portal/auth/login?return_to=/graphiql"


async def test_ht14_the_page_runs_its_own_script_and_nothing_else(front: Front) -> None:
    await front.sign_in()
    pages = [await front.browser.get("/graphiql") for _ in range(2)]
    nonces = [re.findall(r'nonce="([^"]+)"', page.text) for page in pages]
    assert [len(found) for found in nonces] == [1, 1]
    assert nonces[0] != nonces[1]
    page, (nonce,) = pages[0], nonces[0]
    assert len(nonce) >= 24
    assert page.headers["content-security-policy"].split("; ") == [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src-elem 'self' 'nonce-{nonce}'",
        "style-src-attr 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in page.headers["permissions-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert re.findall(r'(?:src|href)="([^"]+)"', page.text) == [
        "data:,",
        "graphiql/main-BBBB2222.css",
        "graphiql/main-AAAA1111.js",
    ]
    assert re.findall(r"<script[^>]*>(.*?)</script>", page.text) == [""]


async def test_the_page_says_who_is_signed_in_and_escapes_what_it_says(front: Front) -> None:
    front.choices.take(Policy(tenant=Tenant(business_name='<b> "Pipes" & Co')))
    await front.sign_in("viewer-only@example.com")
    page = (await front.browser.get("/graphiql")).text
    assert "<b>" not in page
    data = dict(re.findall(r'data-(\w+)="([^"]*)"', page))
    assert {name: unescape(value) for name, value in data.items()} == {
        "business": '<b> "Pipes" & Co',
        "email": "viewer-only@example.com",
        "billing": "no",
        "until": "2026-07-15T01:00:00+00:00",
    }


async def test_without_the_ledger_nobody_is_told_to_sign_in_again(front: Front) -> None:
    await front.sign_in()
    await front.ledger.aclose()
    answer = await front.browser.get("/graphiql")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")
    assert "Try again soon." in answer.text
    assert len(front.events("credentials not verifiable")) == 1


async def test_where_nothing_was_built_the_page_says_what_to_do() -> None:
    async with open_front() as front:
        for _ in range(2):
            answer = await front.browser.get("/graphiql")
            assert answer.status_code == 404
            assert "<code>make console</code>" in answer.text
            assert (await front.browser.get("/graphiql/main-AAAA1111.js")).status_code == 404
            await front.sign_in()


@pytest.mark.parametrize(
    ("name", "accepts", "encoding", "kind", "body"),
    [
        ("main-AAAA1111.js", "gzip, br", "gzip", "text/javascript; charset=utf-8", SCRIPT),
        ("main-AAAA1111.js", "identity", None, "text/javascript; charset=utf-8", SCRIPT),
        ("main-BBBB2222.css", "gzip", None, "text/css; charset=utf-8", STYLE),
        ("icons-CCCC3333.ttf", "gzip", None, "font/ttf", b"\0\1\0\0"),
    ],
)
async def test_an_asset_is_kept_for_ever_and_may_do_nothing_as_a_worker(
    front: Front, name: str, accepts: str, encoding: str | None, kind: str, body: bytes
) -> None:
    headers = {"accept-encoding": accepts}
    answer = await front.browser.get(f"/graphiql/{name}", headers=headers)
    assert (answer.status_code, answer.content) == (200, body)
    assert answer.headers.get("content-encoding") == encoding
    told = {"cache-control", "content-security-policy", "content-type", "vary"}
    assert {name: answer.headers[name] for name in told} == {
        "cache-control": "public, max-age=31536000, immutable",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "content-type": kind,
        "vary": "accept-encoding",
    }
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"


@pytest.mark.parametrize(
    "name",
    [
        "manifest.json",
        "licences.txt",
        "main-AAAA1111.js.gz",
        "main-00000000.js",
        "..%2Fbuilt.py",
        "%2e%2e%2f%2e%2e%2fsettings.py",
        "%2Fetc%2Fpasswd",
        "a%00.js",
    ],
)
async def test_nothing_but_assets_is_given(front: Front, name: str) -> None:
    answer = await front.browser.get(f"/graphiql/{name}")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        "",
        "{",
        "[]",
        json.dumps(MANIFEST | {"script": "../../settings.py"}),
        json.dumps(MANIFEST | {"assets": {"/etc/passwd": False}}),
        json.dumps(MANIFEST | {"style": ".css"}),
    ],
)
def test_what_cannot_be_read_was_not_built(folder: Path, manifest: str | None) -> None:
    (folder / "manifest.json").unlink()
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest, "utf-8")
    assert find_built(folder) is None
