"""Who may come in and how, put together from settings: customers, and staff where there are any."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
from starlette.routing import Route

from adapters.ledger.ledger import Ledger
from gateway.choices import Choices
from gateway.console.built import Built
from gateway.http.auth import Audit, SignInEndpoints
from gateway.http.client_address import ClientAddresses
from gateway.http.console import CONSOLE, ConsoleEndpoints
from gateway.http.staff_pages import StaffPages
from gateway.identity.bearer import Bearer
from gateway.identity.cookie_door import CookieDoor
from gateway.identity.cookies import Cookies
from gateway.identity.door import Door, Verifier
from gateway.identity.emails import EmailClaims
from gateway.identity.id_tokens import IdTokens
from gateway.identity.keys import Keys
from gateway.identity.oidc_client import Client, OidcClient
from gateway.identity.same_origin import own_origin
from gateway.identity.sessions import Sessions
from gateway.identity.sign_in import PURPOSE, SignIn
from gateway.identity.staff import StaffRules
from gateway.settings import Settings
from gateway.workers import Closable
from resolvers.seals import Seal

SESSION = "/auth/session"
"""Where a sign-in leads that names no other path, and where no console was built."""


@dataclass(frozen=True, slots=True)
class Entrance:
    """The door, the endpoints beside it, and what is behind them.

    `keys` are of every issuer, the customers' first: read them at the start. `parts` are closed in
    the end. `bearers` verify the tokens of customers and of staff, by these names.
    """

    door: Door
    routes: Sequence[Route]
    keys: Sequence[Keys]
    parts: Sequence[Closable]
    bearers: Mapping[str, Bearer]

    def trouble(self) -> str | None:
        """Why can customers not be verified (for /health/ready)? Staff wait for no one else."""
        return self.keys[0].trouble()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the staff's side stands on; `transport` carries the calls to identity providers.

    `console` is what was built of theirs, None where nothing was.
    """

    choices: Choices
    ledger: Ledger
    now: Callable[[], datetime]
    audit: Audit
    transport: httpx.AsyncBaseTransport | None = None
    console: Built | None = None


def open_entrance(settings: Settings, around: Surroundings, *more: Verifier) -> Entrance:
    """Return the entrance that these settings ask for; `more` verify tokens of other issuers."""
    keys = Keys(settings.oidc_issuer, transport=around.transport)
    customers = _customers(settings, keys)
    if settings.staff_oidc_issuer is None:
        bearers = {"customers": customers}
        return Entrance(Door([customers, *more]), (), (keys,), (keys,), bearers)
    rules = StaffRules(settings.staff_oidc_role_claim, lambda: around.choices.current().staff)
    same = settings.staff_oidc_issuer == settings.oidc_issuer
    theirs = keys if same else Keys(settings.staff_oidc_issuer, transport=around.transport)
    bearers = {"customers": customers, "staff": _staff(settings, theirs, rules)}
    verifiers = [*bearers.values(), *more]
    all_keys = (keys,) if same else (keys, theirs)
    if settings.staff_oidc_client_id is None or settings.public_url is None:
        return Entrance(Door(verifiers), (), all_keys, all_keys, bearers)
    asked = _client(settings, settings.staff_oidc_client_id, settings.public_url)
    client = OidcClient(asked, theirs, around.transport)
    cookies = _cookie_door(settings.public_url, around)
    pages = StaffPages(lambda: around.choices.current().tenant)
    endpoints = SignInEndpoints(
        _sign_in(settings, client, theirs, rules, around),
        cookies,
        pages,
        around.audit,
        settings.public_url,
        SESSION if around.console is None else CONSOLE,
        ClientAddresses(settings.trusted_proxies).of,
    )
    console = ConsoleEndpoints(around.console, cookies, pages, settings.public_url)
    routes = (*endpoints.routes(), *console.routes())
    door = Door(verifiers, cookies)
    return Entrance(door, routes, all_keys, (*all_keys, client), bearers)


def _customers(settings: Settings, keys: Keys) -> Bearer:
    return Bearer(
        issuer=settings.oidc_issuer,
        audience=settings.oidc_audience,
        token_types=settings.oidc_token_types,
        max_lifetime=settings.oidc_max_lifetime,
        email_claim=settings.oidc_email_claim,
        email_verified_claim=settings.oidc_email_verified_claim,
        keys=keys,
    )


def _staff(settings: Settings, keys: Keys, rules: StaffRules) -> Bearer:
    return Bearer(
        issuer=str(settings.staff_oidc_issuer),
        audience=settings.staff_audience,
        token_types=settings.staff_oidc_token_types,
        max_lifetime=settings.staff_oidc_max_lifetime,
        email_claim=settings.staff_oidc_email_claim,
        email_verified_claim=settings.staff_oidc_email_verified_claim,
        keys=keys,
        whose=rules.viewer,
    )


def _client(settings: Settings, client_id: str, public_url: str) -> Client:
    secret = settings.staff_oidc_client_secret
    return Client(
        issuer=str(settings.staff_oidc_issuer),
        client_id=client_id,
        client_secret=None if secret is None else secret.get_secret_value(),
        redirect_uri=f"{public_url}/auth/callback",
    )


def _sign_in(
    settings: Settings, client: OidcClient, keys: Keys, rules: StaffRules, around: Surroundings
) -> SignIn:
    return SignIn(
        client=client,
        id_tokens=IdTokens(client.issuer, str(settings.staff_oidc_client_id), keys),
        emails=EmailClaims(
            settings.staff_oidc_email_claim, settings.staff_oidc_email_verified_claim
        ),
        rules=rules,
        seal=Seal(settings.secret_key.get_secret_value().encode(), PURPOSE),
        now=around.now,
    )


def _cookie_door(public_url: str, around: Surroundings) -> CookieDoor:
    def lasts() -> timedelta:
        return timedelta(hours=around.choices.current().staff.session_hours)

    return CookieDoor(
        Sessions(around.ledger, around.now, lasts),
        Cookies(https=public_url.startswith("https:")),
        own_origin(public_url),
    )
