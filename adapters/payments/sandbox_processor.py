"""The sandbox's payment processor, spoken to over HTTP as a real one is."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final, TypeVar

import httpx
import msgspec

from adapters.payments.errors import ProcessorRefused
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import Charge, ChargeOrder, Method, PublicClient, Source
from adapters.payments.sandbox_rows import (
    AccountRow,
    ErrorRow,
    MethodRow,
    MethodRows,
    ModeRow,
    OrderRow,
)
from adapters.payments.wire import TOTAL_SECONDS, ProcessorWire, lost, unavailable

SANDBOX_KEY: Final = "sandbox-processor-key-not-for-production"
"""Opens the sandbox alone, whose other half has it too."""

_REFUSED = frozenset(
    (
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.CONFLICT,
        HTTPStatus.GONE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )
)
_OUT_OF_ORDER = frozenset(
    (
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.SERVICE_UNAVAILABLE,
    )
)
_NOT_THIS = frozenset(("not_kept", "token_unknown", "token_expired", "not_found", "authorization"))
_OK = frozenset((HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.NO_CONTENT))

_NAME: Final = re.compile(r"[a-z0-9_]{1,100}")

Row = TypeVar("Row")


class SandboxProcessor:
    """A PaymentProcessor. `address` is where the sandbox has it, without a last slash."""

    def __init__(
        self,
        address: str,
        transport: httpx.AsyncBaseTransport | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self._address = f"{address}/v1"
        self._wire = ProcessorWire(transport, total_seconds)

    @property
    def client(self) -> PublicClient:
        """There is no form to be opened: its tokens are written down."""
        return PublicClient("sandbox", None)

    @property
    def kinds(self) -> frozenset[MethodKind]:
        """All there are."""
        return frozenset(MethodKind)

    async def mode(self) -> str:
        """Return `sandbox`: it takes nobody's money. Raises ProcessorError."""
        return (await self._get("/mode", ModeRow)).mode

    async def inspect(self, source: Source) -> Method:
        """Say what a token or a kept method is."""
        if source.token is not None:
            return (await self._get(f"/tokens/{_named(source.token)}", MethodRow)).told()
        kept = await self.methods(source.account or "")
        found = next((method for method in kept if method.ref == source.method), None)
        if found is None:
            raise _not_this()
        return found

    async def prepare(self, order: ChargeOrder) -> Charge:
        """Make the order."""
        body = {
            "amount": str(order.amount),
            "currency": order.currency,
            "description": order.description,
            "account": order.source.account,
            "keep": order.keep,
            "returnUrl": order.return_url,
        }
        row = await self._post("/orders", OrderRow, body, {"Idempotency-Key": order.marker})
        return row.told()

    async def charge(self, ref: str, order: ChargeOrder) -> Charge:
        """Have it taken."""
        body = {
            "token": order.source.token,
            "method": order.source.method,
            "authorization": order.authorization,
        }
        return (await self._post(f"{_order(ref)}/charge", OrderRow, body)).told()

    async def capture(self, ref: str, marker: str) -> Charge:
        """Have taken what was authorized; there is one order to a marker."""
        del marker
        return (await self._post(f"{_order(ref)}/capture", OrderRow)).told()

    async def look(self, ref: str) -> Charge:
        """Ask how it stands."""
        return (await self._get(_order(ref), OrderRow)).told()

    async def cancel(self, ref: str) -> Charge:
        """Give it up."""
        return (await self._post(f"{_order(ref)}/cancel", OrderRow)).told()

    async def refund(self, ref: str, turn: int = 1) -> Charge:
        """Send it back; there a refusal is not remembered."""
        del turn
        return (await self._post(f"{_order(ref)}/refund", OrderRow)).told()

    async def account(self, customer: int, name: str) -> str:
        """Return the customer's account."""
        told = await self._post("/accounts", AccountRow, {"customer": customer, "name": name})
        return told.id

    async def methods(self, account: str) -> Sequence[Method]:
        """Return what is kept, the newest first."""
        rows = await self._get(f"{_account(account)}/methods", MethodRows)
        return [row.told() for row in rows.methods]

    async def keep(self, account: str, token: str) -> Method:
        """Keep a card."""
        row = await self._post(f"{_account(account)}/methods", MethodRow, {"token": token})
        return row.told()

    async def forget(self, account: str, method: str) -> None:
        """Keep it no longer."""
        path = f"{_account(account)}/methods/{_named(method)}"
        await self._asked("DELETE", path, None, {})

    async def aclose(self) -> None:
        """Close every connection."""
        await self._wire.aclose()

    async def _get(self, path: str, kind: type[Row]) -> Row:
        return _read("GET", await self._asked("GET", path, None, {}), kind)

    async def _post(
        self,
        path: str,
        kind: type[Row],
        body: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Row:
        return _read("POST", await self._asked("POST", path, body, headers or {}), kind)

    async def _asked(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        headers: Mapping[str, str],
    ) -> bytes:
        reply = await self._wire.exchange(
            method,
            f"{self._address}{path}",
            {"Authorization": f"Bearer {SANDBOX_KEY}", "Content-Type": "application/json"}
            | dict(headers),
            None if body is None else msgspec.json.encode(body),
        )
        if reply.status in _OK:
            return reply.body
        if reply.status in _OUT_OF_ORDER:
            raise unavailable()
        if reply.status in _REFUSED:
            raise _refusal(reply.body)
        raise lost(method)


def _read(method: str, body: bytes, kind: type[Row]) -> Row:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise lost(method) from None


def _order(ref: str) -> str:
    return f"/orders/{_named(ref)}"


def _account(account: str) -> str:
    return f"/accounts/{_named(account)}"


def _named(text: str) -> str:
    """Return a name that stands in an address; one that could be none is refused unasked."""
    if not _NAME.fullmatch(text):
        raise _not_this()
    return text


def _refusal(body: bytes) -> ProcessorRefused:
    try:
        error = msgspec.json.decode(body, type=ErrorRow).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ProcessorRefused("The payment processor refused this.")
    if error.code in _NOT_THIS:
        return ProcessorRefused(error.message, DeclineCode.METHOD_NOT_ACCEPTED)
    return ProcessorRefused(error.message)


def _not_this() -> ProcessorRefused:
    return ProcessorRefused("This method cannot be used to pay.", DeclineCode.METHOD_NOT_ACCEPTED)
