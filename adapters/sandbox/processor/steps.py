"""The payer's own step: a page like a bank's, and the same without a page for a script."""

from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.sandbox.processor.answers import given, refused
from adapters.sandbox.processor.orders import Order, Orders, OrderState

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox bank</title>
<style>
  body {{ font: 1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem }}
  button {{ font: inherit; padding: .5rem .75rem; margin-right: .5rem }}
</style>
<h1>Sandbox bank</h1>
<p>{what}</p>
{form}
</html>
"""  # noqa: E501  # a page reads best as it is sent
FORM = """<form method="post">
<button name="outcome" value="complete">Complete</button>
<button name="outcome" value="fail">Fail</button>
</form>"""


class Outcome(msgspec.Struct, forbid_unknown_fields=True):
    """What the payer does."""

    outcome: Literal["complete", "fail"]


@dataclass(frozen=True, slots=True)
class Steps:
    """Where a payer's browser is led to; the secret in the address is all it needs."""

    orders: Orders

    def routes(self) -> list[Route]:
        """Return its routes, below `/processor`."""
        return [
            Route("/actions/{secret}", self.page),
            Route("/actions/{secret}", self.press, methods=["POST"]),
            Route("/v1/actions/{secret}", self.act, methods=["POST"]),
        ]

    async def page(self, request: Request) -> Response:
        """Show what is asked."""
        order = self.orders.behind(request.path_params["secret"])
        if order is None:
            return _page("There is nothing to confirm here.", "", 404)
        if order.state is not OrderState.REQUIRES_ACTION:
            return _page("This was answered already. You may close this page.", "")
        wanted = order.wanted
        return _page(f"Pay {wanted.amount} {wanted.currency} for {wanted.description}?", FORM)

    async def press(self, request: Request) -> Response:
        """Take a button that was pressed, and lead back to the merchant."""
        order = self.orders.behind(request.path_params["secret"])
        told = parse_qs((await request.body()).decode("latin-1")).get("outcome", [""])[0]
        if order is None or told not in ("complete", "fail"):
            return _page("There is nothing to confirm here.", "", 404)
        self.orders.act(order, completes=told == "complete")
        back = order.wanted.return_url
        if back is None:
            return _page("Thank you. You may close this page.", "")
        return RedirectResponse(_back(back, order), 303)

    async def act(self, request: Request) -> Response:
        """Take the step without a page: `{"outcome": "complete"}`, or `fail`."""
        order = self.orders.behind(request.path_params["secret"])
        if order is None:
            return refused(404, "not_found", "There is nothing to confirm here.")
        try:
            told = msgspec.json.decode(await request.body(), type=Outcome)
        except msgspec.MsgspecError as error:
            return refused(400, "body", str(error))
        self.orders.act(order, completes=told.outcome == "complete")
        return given({"state": order.state.value})


def _page(what: str, form: str, status: int = 200) -> Response:
    safe = {
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
        "frame-ancestors *",
        "cache-control": "no-store",
        "referrer-policy": "no-referrer",
    }
    return HTMLResponse(PAGE.format(what=escape(what), form=form), status, headers=safe)


def _back(address: str, order: Order) -> str:
    joint = "&" if urlsplit(address).query else "?"
    return f"{address}{joint}{urlencode({'order': order.id})}"
