"""An endpoint asked without a socket: what it answers, and what it had done for that."""

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from starlette.datastructures import Headers

from gateway.http.admitting import Admitting, staff_looks
from gateway.http.connections import Connections
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.lanes import Lane
from gateway.http.overload import MOST, Gate
from gateway.http.refusals import bad_request, too_often
from resolvers.policy import Limits, Subscriptions
from resolvers.viewer import ANONYMOUS, Viewer
from tests.gateway.once import Once

QUERY = "{ viewer { email } }"
MUTATION = "mutation { pay }"
MUCH = "{ viewer { kind } }"
WRONG = "{ viewer { id } }"
ANSWER = b'{"data":{}}'


@dataclass
class Asked:
    """One request: its answer, and its client's end of the connection."""

    sent: list[MutableMapping[str, Any]] = field(default_factory=list)
    incoming: asyncio.Queue[MutableMapping[str, Any]] = field(default_factory=asyncio.Queue)
    task: asyncio.Task[None] = field(init=False)
    receives: int = 0

    async def receive(self) -> MutableMapping[str, Any]:
        """Give what the client sends."""
        self.receives += 1
        return await self.incoming.get()

    async def send(self, message: MutableMapping[str, Any]) -> None:
        """Take what is answered."""
        self.sent.append(message)

    def leave(self) -> None:
        """Hang up."""
        self.incoming.put_nowait({"type": "http.disconnect"})

    @property
    def status(self) -> int:
        """Return the status of the answer."""
        return int(self.sent[0]["status"])

    @property
    def headers(self) -> Headers:
        """Return the headers of the answer."""
        return Headers(raw=self.sent[0]["headers"])

    @property
    def body(self) -> Any:  # noqa: ANN401  # JSON
        """Return the answer."""
        return msgspec.json.decode(self.sent[1]["body"])


@dataclass
class Desk:
    """An endpoint whose operations end when the test says so."""

    most: dict[Lane, int] = field(default_factory=lambda: dict(MOST))
    limits: Limits = field(default_factory=Limits)
    known: Callable[[str], str | None] = lambda _name: None
    identified: int = 0
    begun: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    cancelled: list[str] = field(default_factory=list)
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        self.gate = Gate(self.most)
        self.go_on = asyncio.Event()
        connections = Connections(self._identify, Subscriptions)
        admitting = Admitting(
            self.gate, lambda: self.limits, staff_looks("staff", "portal"), self.known
        )
        self.admitting = admitting
        self.endpoint = GraphQLEndpoint(Once(self._execute), connections, None, admitting)

    async def _identify(self, _headers: Headers, _method: str) -> Viewer:
        self.identified += 1
        return ANONYMOUS

    async def _execute(self, asked: GraphQLRequest, _viewer: Viewer, _http: HTTPInfo) -> Answer:
        self.begun.append(asked.query)
        if asked.query == MUCH:
            raise too_often(5000)
        if asked.query == WRONG:
            raise bad_request("It is wrong.")
        try:
            await self.go_on.wait()
        except asyncio.CancelledError:
            self.cancelled.append(asked.query)
            raise
        self.ended.append(asked.query)
        return Answer(body=ANSWER)

    def ask(self, query: str, *, client: str = "192.0.2.1", **headers: str) -> Asked:
        """Ask this; the answer is there when its task is done."""
        told = {"content-type": "application/json"} | headers
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/graphql",
            "query_string": b"",
            "headers": [(name.encode(), value.encode()) for name, value in told.items()],
            "client": (client, 1),
        }
        asked = Asked()
        body = msgspec.json.encode({"query": query})
        asked.incoming.put_nowait({"type": "http.request", "body": body, "more_body": False})
        asked.task = asyncio.create_task(self.endpoint(scope, asked.receive, asked.send))
        return asked

    async def begins(self, count: int) -> None:
        """Wait until so many operations have begun."""
        async with asyncio.timeout(5):
            while len(self.begun) < count:  # noqa: ASYNC110  # nobody is told
                await asyncio.sleep(0)
