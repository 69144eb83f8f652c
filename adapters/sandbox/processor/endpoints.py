"""The processor's doors for a merchant: orders, accounts, what a token is."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from hmac import compare_digest
from typing import Annotated, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sandbox.processor.accounts import Account, Accounts
from adapters.sandbox.processor.answers import given, method_told, order_told, refused
from adapters.sandbox.processor.keys import PROCESSOR_KEY
from adapters.sandbox.processor.orders import Conflict, Order, Orders, Wanted
from adapters.sandbox.processor.tokens import TOKENS, Sample

Kind = TypeVar("Kind")
Endpoint = Callable[[Request], Awaitable[Response]]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]


class NewOrder(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """The body of a new order; its marker is the `Idempotency-Key`."""

    amount: Decimal
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    description: str
    account: str | None = None
    keep: bool = False
    return_url: str | None = None


class Charged(msgspec.Struct, rename="camel", forbid_unknown_fields=True):
    """What an order is charged to: a token, or a method of the order's account."""

    token: _Text | None = None
    method: _Text | None = None
    authorization: str | None = None


class NewAccount(msgspec.Struct, forbid_unknown_fields=True):
    """Whose account is wanted."""

    customer: int
    name: str


class Kept(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be kept."""

    token: _Text


class Refused(Exception):  # noqa: N818  # an answer
    """A request that is not carried out."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer = refused(status, code, message)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a merchant's server asks, with the secret key."""

    orders: Orders
    accounts: Accounts
    public_url: str

    def routes(self) -> list[Route]:
        """Return its routes, below `/processor`."""
        order, account = "/v1/orders/{order}", "/v1/accounts/{account}/methods"
        return [
            Route("/v1/mode", _guarded(self.mode)),
            Route("/v1/tokens/{token}", _guarded(self.token)),
            Route("/v1/orders", _guarded(self.new_order), methods=["POST"]),
            Route(order, _guarded(self.order)),
            Route(f"{order}/charge", _guarded(self.charge), methods=["POST"]),
            Route(f"{order}/capture", _guarded(self.capture), methods=["POST"]),
            Route(f"{order}/cancel", _guarded(self.cancel), methods=["POST"]),
            Route(f"{order}/refund", _guarded(self.refund), methods=["POST"]),
            Route("/v1/accounts", _guarded(self.account), methods=["POST"]),
            Route(account, _guarded(self.methods)),
            Route(account, _guarded(self.keep), methods=["POST"]),
            Route(f"{account}/{{method}}", _guarded(self.forget), methods=["DELETE"]),
        ]

    async def mode(self, _request: Request) -> Response:
        """Answer that this is no processor that takes anybody's money."""
        return given({"mode": "sandbox"})

    async def token(self, request: Request) -> Response:
        """Answer what a token is."""
        return given(method_told(_method_of(request.path_params["token"])))

    async def new_order(self, request: Request) -> Response:
        """Make an order, once for each marker."""
        marker = request.headers.get("idempotency-key", "")
        if not marker:
            raise Refused(400, "marker_missing", "The Idempotency-Key is missing.")
        new = await _body(request, NewOrder)
        if not (new.amount.is_finite() and new.amount > 0):
            raise Refused(400, "amount", "The amount must be above 0.")
        if new.account is not None:
            self._account(new.account)
        wanted = Wanted(
            marker=marker,
            amount=new.amount,
            currency=new.currency,
            description=new.description,
            account=new.account,
            keep=new.keep,
            return_url=new.return_url,
        )
        return self._told(self.orders.make(wanted), 201)

    async def order(self, request: Request) -> Response:
        """Answer how an order stands."""
        return self._told(self._order(request))

    async def charge(self, request: Request) -> Response:
        """Charge an order, once; a bank account only with the authorization its payer gave."""
        order, by = self._order(request), await _body(request, Charged)
        method = self._source(order, by)
        if method.is_bank_account and not by.authorization:
            raise Refused(422, "authorization", "A bank account needs the payer's authorization.")
        self.orders.charge(order, method)
        return self._told(order)

    async def capture(self, request: Request) -> Response:
        """Take what was authorized."""
        order = self._order(request)
        self.orders.capture(order)
        return self._told(order)

    async def cancel(self, request: Request) -> Response:
        """Give an order up, where nothing was taken."""
        order = self._order(request)
        self.orders.cancel(order)
        return self._told(order)

    async def refund(self, request: Request) -> Response:
        """Send back what was taken."""
        order = self._order(request)
        self.orders.refund(order)
        return self._told(order)

    async def account(self, request: Request) -> Response:
        """Answer with a customer's account, made where there is none."""
        new = await _body(request, NewAccount)
        return given({"id": self.accounts.of(new.customer, new.name).id})

    async def methods(self, request: Request) -> Response:
        """Answer with what is kept for an account, the newest first."""
        account = self._account(request.path_params["account"])
        told = [method_told(method, kept) for kept, method in account.kept.items()]
        return given({"methods": told[::-1]})

    async def keep(self, request: Request) -> Response:
        """Keep a card: one that is charged without a further step."""
        account = self._account(request.path_params["account"])
        method = _method_of((await _body(request, Kept)).token)
        if method.kind != "CARD" or method.step is not None:
            raise Refused(422, "not_kept", "This is kept when something is paid with it.")
        if method.then.value == "DECLINED":
            raise Refused(422, "declined", "The card was declined.")
        return given(method_told(method, account.keep(method)))

    async def forget(self, request: Request) -> Response:
        """Keep a method no longer."""
        account = self._account(request.path_params["account"])
        if account.kept.pop(request.path_params["method"], None) is None:
            raise Refused(404, "not_found", "The account has no such method.")
        return Response(status_code=204)

    def _told(self, order: Order, status: int = 200) -> Response:
        return given(order_told(order, self.public_url), status)

    def _order(self, request: Request) -> Order:
        order = self.orders.get(request.path_params["order"])
        if order is None:
            raise Refused(404, "not_found", "There is no such order.")
        return order

    def _account(self, number: str) -> Account:
        account = self.accounts.get(number)
        if account is None:
            raise Refused(404, "not_found", "There is no such account.")
        return account

    def _source(self, order: Order, by: Charged) -> Sample:
        if (by.token is None) == (by.method is None):
            raise Refused(400, "source", "Name a token, or a method of the order's account.")
        if by.token is not None:
            return _method_of(by.token)
        kept = self._account(order.wanted.account or "").kept.get(str(by.method))
        if kept is None:
            raise Refused(404, "not_found", "The account has no such method.")
        return kept


def _method_of(token: str) -> Sample:
    method = TOKENS.get(token)
    if method is None:
        raise Refused(404, "token_unknown", "There is no such token.")
    if method.expired:
        raise Refused(410, "token_expired", "The token has expired.")
    return method


def _guarded(endpoint: Endpoint) -> Endpoint:
    """Let in who knows the secret key, and answer what is refused."""

    async def guarded(request: Request) -> Response:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not compare_digest(
            key.encode(), PROCESSOR_KEY.encode()
        ):
            return refused(401, "unauthorized", "The secret key is not the sandbox's.")
        try:
            return await endpoint(request)
        except Refused as refusal:
            return refusal.answer
        except Conflict as conflict:
            return refused(409, conflict.code, str(conflict))

    return guarded


async def _body(request: Request, kind: type[Kind]) -> Kind:
    try:
        return msgspec.json.decode(await request.body(), type=kind)
    except msgspec.MsgspecError as error:
        raise Refused(400, "body", str(error)) from None
