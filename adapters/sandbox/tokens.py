"""ServiceTitan's token endpoint: client credentials, by form, for nine hundred seconds."""

from collections.abc import Callable
from secrets import token_urlsafe
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from adapters.sandbox.options import CLIENT_ID, CLIENT_SECRET

LIFETIME = 900

SCOPE = "tn.crm.customers:r tn.jpm.jobs:r tn.acc.invoices:r tn.sal.estimates:w"


class Tokens:
    """The bearer tokens given out, and until when each opens the door."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until: dict[str, float] = {}

    def issue(self) -> str:
        """Return a new token; those past their time are forgotten."""
        present = self._clock()
        self._until = {token: until for token, until in self._until.items() if until > present}
        token = f"sandbox.{token_urlsafe(32)}"
        self._until[token] = present + LIFETIME
        return token

    def valid(self, authorization: str) -> bool:
        """Is this a token of ours, not yet expired? Bare or after `Bearer`, as both are seen."""
        scheme, _, rest = authorization.partition(" ")
        token = rest if scheme.casefold() == "bearer" else authorization
        return self._until.get(token, 0.0) > self._clock()

    async def endpoint(self, request: Request) -> Response:
        """Answer `POST /connect/token`: a form alone; JSON is a bad request."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        if not _is_form(request):
            return _refused("invalid_request")
        if form.get("grant_type") != "client_credentials":
            return _refused("unsupported_grant_type")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _refused("invalid_client")
        return Response(_granted(self.issue()), media_type="application/json")


def _is_form(request: Request) -> bool:
    kind = request.headers.get("content-type", "")
    return kind.partition(";")[0].strip() == "application/x-www-form-urlencoded"


def _granted(token: str) -> bytes:
    return msgspec.json.encode(
        {"access_token": token, "expires_in": LIFETIME, "token_type": "Bearer", "scope": SCOPE}
    )


def _refused(error: str) -> JSONResponse:
    return JSONResponse({"error": error}, status_code=400)
