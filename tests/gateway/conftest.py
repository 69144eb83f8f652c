"""A pretend identity provider on the wire, tokens of its making, and a bare endpoint to ask."""

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

import httpx
import pytest
import respx
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.routing import Route

from adapters.ledger.ledger import Ledger
from gateway.http.connections import Identify
from gateway.http.exchange import Answer, GraphQLRequest, HTTPInfo
from gateway.http.graphql import GraphQLEndpoint
from gateway.http.middleware import street_side
from gateway.identity.bearer import Bearer
from gateway.identity.keys import Keys
from resolvers.viewer import ANONYMOUS, Viewer
from tests.gateway.once import endpoint
from tests.gateway.verifiers import AUDIENCE, ISSUER, bearer_of, staff_rules
from tests.gateway.webhook_street import Street

JWKS_URI = "https://login.example.com/keys"

_SIGNING = RSAKey.generate_key(2048)
_OTHER = RSAKey.generate_key(2048)
_ELLIPTIC = ECKey.generate_key("P-256")


@dataclass
class Clock:
    """Both clocks of the gateway, standing still until they are moved."""

    now: float = field(default_factory=time.time)

    def __call__(self) -> float:
        """Tell the time, in seconds."""
        return self.now


@dataclass
class Provider:
    """An identity provider: what it signs with, what it publishes, and how it is asked."""

    router: respx.MockRouter
    clock: Clock
    issuer: str = ISSUER
    audience: str = AUDIENCE
    signing: ClassVar[RSAKey] = _SIGNING
    stranger: ClassVar[RSAKey] = _OTHER
    elliptic: ClassVar[ECKey] = _ELLIPTIC

    def publish(self, *keys: dict[str, Any]) -> respx.Route:
        """Serve discovery, and these keys (the signing one when none are given)."""
        self.router.get(f"{ISSUER}/.well-known/openid-configuration").respond(
            json={"issuer": ISSUER, "jwks_uri": JWKS_URI}
        )
        documents = list(keys) or [self.document("k1")]
        return self.router.get(JWKS_URI).respond(json={"keys": documents})

    def document(self, kid: str, **members: object) -> dict[str, Any]:
        """Return the signing key as it is published, with members changed or added."""
        return {**self.signing.as_dict(private=False), "kid": kid, "use": "sig", **members}

    def claims(self, **changes: object) -> dict[str, Any]:
        """Return good claims, changed; a change to None leaves the claim out."""
        now = int(self.clock())
        good = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "person-1",
            "iat": now,
            "exp": now + 900,
            "email": "  Pat@Example.COM ",
            "email_verified": True,
            "roles": ["staff", "billing"],
        }
        return {name: value for name, value in (good | changes).items() if value is not None}

    def token(
        self,
        claims: dict[str, Any] | None = None,
        key: RSAKey | ECKey | None = None,
        **header: object,
    ) -> str:
        """Return a signed token; header members are changed, or left out by None."""
        good = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
        members = {name: value for name, value in (good | header).items() if value is not None}
        return jwt.encode(
            members,
            self.claims() if claims is None else claims,
            key or self.signing,
            algorithms=[str(members["alg"])],
            default_type=None,
        )


class Graph:
    """A graph that remembers what it was asked and answers what it is told."""

    def __init__(self) -> None:
        self.asked: list[tuple[GraphQLRequest, Viewer, HTTPInfo]] = []
        self.answer: Answer | Exception = Answer(body=b'{"data":{}}')

    async def execute(self, request: GraphQLRequest, viewer: Viewer, info: HTTPInfo) -> Answer:
        """Remember the request, and answer."""
        self.asked.append((request, viewer, info))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    async def nobody(self, headers: Headers, method: str) -> Viewer:
        """Identify nobody."""
        assert headers
        assert method in {"GET", "POST"}
        return ANONYMOUS

    def endpoint(self, identify: Identify | None = None) -> GraphQLEndpoint:
        """Return the endpoint over this graph."""
        return endpoint(self.execute, identify or self.nobody)

    def client(
        self,
        identify: Identify | None = None,
        *,
        public_url: str | None = None,
        cors_origins: tuple[str, ...] = (),
    ) -> httpx.AsyncClient:
        """Return a client of the endpoint as it stands behind its middleware."""
        app = Starlette(
            routes=[Route("/graphql", self.endpoint(identify))],
            middleware=street_side(public_url=public_url, cors_origins=cors_origins),
        )
        return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal.test")

    def refusal(self, response: httpx.Response) -> tuple[int, str, str]:
        """Return the status, the code and the message of an answer that is one error."""
        (only,) = response.json()["errors"]
        assert response.json().keys() == {"errors"}
        assert only["extensions"].keys() == {"code"}
        return response.status_code, only["extensions"]["code"], only["message"]


@pytest.fixture
def graph() -> Graph:
    return Graph()


@pytest.fixture
async def client(graph: Graph) -> AsyncIterator[httpx.AsyncClient]:
    async with graph.client() as client:
        yield client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def provider(clock: Clock) -> Iterator[Provider]:
    with respx.mock(assert_all_called=False) as router:
        yield Provider(router, clock)


@pytest.fixture
async def keys(provider: Provider, clock: Clock) -> AsyncIterator[Keys]:
    keys = Keys(provider.issuer, now=clock)
    yield keys
    await keys.aclose()


@pytest.fixture(params=["customers", "staff"])
def bearer(request: pytest.FixtureRequest, keys: Keys, clock: Clock) -> Bearer:
    """Return each issuer's verifier: whatever is forged, both of them refuse it alike."""
    if request.param == "customers":
        return bearer_of(keys, clock)
    return bearer_of(keys, clock, whose=staff_rules().viewer)


@pytest.fixture
async def ledger() -> AsyncIterator[Ledger]:
    ledger = Ledger("sqlite+aiosqlite://")
    await ledger.open()
    yield ledger
    await ledger.aclose()


@pytest.fixture
def street(ledger: Ledger) -> Street:
    return Street(ledger)
