"""The control plane: what tests and front-end teams see and change, under `/_sandbox`."""

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Annotated

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from adapters.sandbox.calls import Calls
from adapters.sandbox.events import events_of
from adapters.sandbox.faults import Fault, Faults
from adapters.sandbox.homes import PEOPLE
from adapters.sandbox.identity.provider import LIFETIME, Provider
from adapters.sandbox.options import SandboxOptions
from adapters.sandbox.reading import LARGEST
from adapters.sandbox.store import Store
from adapters.sandbox.webhooks import Webhooks


class TokenWish(msgspec.Struct, forbid_unknown_fields=True):
    """Whose token is wanted, and of which identity provider."""

    email: Annotated[str, msgspec.Meta(pattern=r"\S")]
    staff: bool = False


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The parts of a sandbox that can be seen and changed from outside.

    None of its requests is counted, slowed down or spoiled.
    """

    options: SandboxOptions
    store: Store
    calls: Calls
    faults: Faults
    webhooks: Webhooks
    customers: Provider
    staff: Provider
    reset_processor: Callable[[], None]

    def routes(self) -> list[Route]:
        """Return its routes."""
        record = "/_sandbox/records/{collection}/{id:int}"
        return [
            Route("/_sandbox/people", self.people),
            Route("/_sandbox/credentials", self.credentials),
            Route("/_sandbox/token", self.token, methods=["POST"]),
            Route("/_sandbox/calls", self.made_calls),
            Route("/_sandbox/calls", _clearing(self.calls.clear), methods=["DELETE"]),
            Route("/_sandbox/faults", self.order_fault, methods=["POST"]),
            Route("/_sandbox/faults", _clearing(self.faults.clear), methods=["DELETE"]),
            Route("/_sandbox/reset", _clearing(self.reset), methods=["POST"]),
            Route("/_sandbox/webhooks", self.waiting_webhooks),
            Route(record, self.record),
            Route(record, self.put_record, methods=["PUT"]),
            Route(record, self.remove_record, methods=["DELETE"]),
            Route("/_sandbox/{rest:path}", _unknown),
        ]

    async def people(self, _request: Request) -> Response:
        """Answer who can sign in, and what each is there to show."""
        return JSONResponse({"people": [asdict(person) for person in PEOPLE]})

    async def credentials(self, _request: Request) -> Response:
        """Answer with what opens this sandbox."""
        return JSONResponse(self.options.credentials())

    async def token(self, request: Request) -> Response:
        """Give an access token to any email."""
        try:
            wish = msgspec.json.decode(await request.body(), type=TokenWish)
        except msgspec.MsgspecError as error:
            return _bad(str(error))
        provider = self.staff if wish.staff else self.customers
        token = provider.access_token(wish.email.strip())
        return JSONResponse({"accessToken": token, "expiresIn": LIFETIME})

    async def made_calls(self, request: Request) -> Response:
        """Answer with the calls since the last delete."""
        made = self.calls.made(everything=request.query_params.get("all") == "true")
        return JSONResponse({"total": len(made), "calls": made})

    async def order_fault(self, request: Request) -> Response:
        """Order a fault."""
        try:
            fault = msgspec.json.decode(await request.body(), type=Fault)
        except msgspec.MsgspecError as error:
            return _bad(str(error))
        self.faults.add(fault)
        return Response(msgspec.json.encode(fault), 201, media_type="application/json")

    async def waiting_webhooks(self, _request: Request) -> Response:
        """Answer with the events still to be delivered, or to be tried again."""
        return JSONResponse(
            {
                "waiting": [
                    {
                        "type": delivery.event.type,
                        "userassignedid": delivery.event.occurrence,
                        "attempts": delivery.attempts,
                        "status": delivery.status,
                    }
                    for delivery in self.webhooks.waiting()
                ]
            }
        )

    async def record(self, request: Request) -> Response:
        """Answer with a raw row."""
        collection, number = request.path_params["collection"], request.path_params["id"]
        if collection not in self.store.tables:
            return self._no_collection(collection)
        row = self.store.row(collection, number)
        return _no_record(collection, number) if row is None else _raw(row)

    async def put_record(self, request: Request) -> Response:
        """Create or merge a raw row, and send the event ServiceTitan would send."""
        collection, number = request.path_params["collection"], request.path_params["id"]
        if collection not in self.store.tables:
            return self._no_collection(collection)
        if number > LARGEST:
            return _bad("The id is larger than ServiceTitan's can be.")
        try:
            patch = msgspec.json.decode(await request.body(), type=dict[str, object])
        except msgspec.MsgspecError as error:
            return _bad(str(error))
        before = self.store.row(collection, number)
        row = self.store.put(collection, number, patch)
        if request.query_params.get("webhook") != "false":
            self.webhooks.send(events_of(self.store, collection, before, row))
        return _raw(row)

    async def remove_record(self, request: Request) -> Response:
        """Make a row inactive."""
        collection, number = request.path_params["collection"], request.path_params["id"]
        if collection not in self.store.tables:
            return self._no_collection(collection)
        row = self.store.remove(collection, number)
        return _no_record(collection, number) if row is None else _raw(row)

    def reset(self) -> None:
        """Go back to the start: the seed's rows, no calls, no faults, no events on their way."""
        self.store.reset()
        self.webhooks.clear()
        self.calls.clear()
        self.faults.clear()
        self.reset_processor()

    def _no_collection(self, name: str) -> Response:
        known = ", ".join(self.store.tables)
        return JSONResponse(
            {"error": f"There is no collection {name!r}; there are {known}."}, status_code=404
        )


def _no_record(collection: str, number: int) -> Response:
    return JSONResponse({"error": f"There is no row {number} in {collection}."}, status_code=404)


def _bad(sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=400)


def _raw(row: dict[str, object]) -> Response:
    return Response(msgspec.json.encode(row), media_type="application/json")


def _clearing(clear: Callable[[], None]) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(_request: Request) -> Response:
        clear()
        return Response(status_code=204)

    return endpoint


async def _unknown(request: Request) -> Response:
    sentence = f"The control plane has no {request.method} {request.url.path}."
    return JSONResponse({"error": sentence}, status_code=404)
