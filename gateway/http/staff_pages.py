"""The few pages staff see around their sign-in: no script, no other host, light or dark."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from html import escape
from typing import Final

from starlette.responses import HTMLResponse

from adapters.ledger.staff_sessions import StaffSession
from gateway.http.headers import of_page
from gateway.http.refusals import unverifiable
from resolvers.policy import Tenant

_STYLE: Final = """
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #5b6472; --card: #fff; --back: #f4f5f7;
  --ink: #1b1f27; --act: #1d4ed8; --on-act: #fff }
@media (prefers-color-scheme: dark) {
  :root { --line: #343a46; --soft: #a3acba; --card: #1d212a; --back: #12151b; --ink: #eceff4;
    --act: #8fb2ff; --on-act: #10131a }
}
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem;
  background: var(--back); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif }
main { width: min(26rem, 100%); padding: 2rem; background: var(--card);
  border: 1px solid var(--line); border-radius: .75rem }
h1 { margin: 0 0 1rem; font-size: 1.25rem; line-height: 1.3 }
p { margin: 0 0 1rem; overflow-wrap: anywhere }
dl { margin: 0 0 1.5rem; display: grid; grid-template-columns: auto 1fr; gap: .35rem 1rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
form { margin: 0 }
.act { display: inline-block; padding: .55rem 1.1rem; border: 0; border-radius: .5rem;
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer;
  background: var(--act); color: var(--on-act) }
.act:focus-visible { outline: 3px solid var(--act); outline-offset: 3px }
"""
_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = of_page(f"style-src 'sha256-{_HASH}'", "img-src data:", "form-action 'self'")
# An icon of nothing, so that no browser asks for one.
_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title} · {business}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""
_SIGN_IN: Final = '<a class="act" href="login">Sign in</a>'
_NO_CONSOLE: Final = """<p>The console is not part of this installation.</p>
<p>Build it with <code>make console</code>, which needs npm with Node 20 or later, and start the \
gateway again.</p>"""


@dataclass(frozen=True, slots=True)
class StaffPages:
    """Makes them; `tenant` tells whose portal it is, and in which zone its hours are."""

    tenant: Callable[[], Tenant]

    def session(self, session: StaffSession) -> HTMLResponse:
        """Who is signed in, until when, and a way out."""
        body = f"""<dl>
<dt>Email</dt><dd>{escape(session.email)}</dd>
<dt>Billing</dt><dd>{"Yes" if session.may_bill else "No"}</dd>
<dt>Until</dt><dd>{self._moment(session.expires_at)}</dd>
</dl>
<form method="post" action="logout"><button class="act">Sign out</button></form>"""
        return self._page("You are signed in", body, 200)

    def nobody(self) -> HTMLResponse:
        """Nobody is signed in."""
        return self._page("You are not signed in", _SIGN_IN, 401)

    def signed_out(self) -> HTMLResponse:
        """The session is over."""
        return self._page("You are signed out", _SIGN_IN, 200)

    def refused(self, message: str, status: int) -> HTMLResponse:
        """Something was not done, and why."""
        again = f"<p>{escape(message)}</p>\n{_SIGN_IN}"
        return self._page("That did not work", again, status)

    def unverifiable(self) -> HTMLResponse:
        """Nobody can be told apart at the moment."""
        refused = unverifiable()
        page = self._page("That did not work", f"<p>{escape(str(refused))}</p>", refused.status)
        page.headers.update(refused.headers)
        return page

    def no_console(self) -> HTMLResponse:
        """There is no console here, and what to do about it."""
        return self._page("There is no console here", _NO_CONSOLE, 404)

    def _moment(self, moment: datetime) -> str:
        there = moment.astimezone(self.tenant().zone())
        told = f"{there:%A} {there.day} {there:%B}, {there:%H:%M %Z}"
        return f'<time datetime="{moment.isoformat()}">{escape(told)}</time>'

    def _page(self, title: str, body: str, status: int) -> HTMLResponse:
        business = escape(self.tenant().business_name)
        page = _PAGE.format(title=title, business=business, style=_STYLE, body=body)
        return HTMLResponse(page, status, _HEADERS)
