"""ServiceTitan as its callers meet it: pace, token, tenant, operation, in that order."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from adapters.sandbox.operations import Asked, Operations, addressed
from adapters.sandbox.options import APP_KEY, TENANT_ID
from adapters.sandbox.pace import Pace
from adapters.sandbox.problems import Refused, problem, unrouted
from adapters.sandbox.reading import parameters
from adapters.sandbox.tokens import Tokens

#: Set in the scope by a fault: the next call is answered as though it had no filters.
IGNORE_FILTERS = "sandbox.ignore_filters"

JSON = "application/json; charset=utf-8"


class Surface:
    """The ASGI app of every path that is not the control plane's or the identity provider's."""

    def __init__(self, operations: Operations, tokens: Tokens, pace: Pace) -> None:
        self._operations = operations
        self._tokens = tokens
        self._pace = pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        path = request.url.path
        if path == "/connect/token" and request.method == "POST":
            return await self._tokens.endpoint(request)
        if not self._pace.allows():
            return Response(problem(429), 429, {"retry-after": "1"}, JSON)
        if not self._admits(request):
            return Response(problem(401), 401, media_type=JSON)
        return await self._operate(request, path)

    def _admits(self, request: Request) -> bool:
        return request.headers.get("st-app-key") == APP_KEY and self._tokens.valid(
            request.headers.get("authorization", "")
        )

    async def _operate(self, request: Request, path: str) -> Response:
        found = addressed(path)
        if found is None or found[1] != str(TENANT_ID):
            return Response(unrouted(), 404, media_type=JSON)
        module, _, template, number = found
        operation = self._operations.get((request.method, module, template))
        if operation is None:
            return Response(unrouted(), 404, media_type=JSON)
        asked = Asked(
            parameters(request.scope["query_string"]),
            number,
            await request.body(),
            filtered=not request.scope.get(IGNORE_FILTERS, False),
        )
        try:
            return Response(operation(asked), media_type=JSON)
        except Refused as refusal:
            return Response(refusal.body, refusal.status, media_type=JSON)
