"""Stripe: an order is a PaymentIntent, made without being confirmed; to charge is to confirm it.

A PaymentIntent that failed may be paid after all, by whoever has its secret. So a decline is told
only once it was cancelled: what is DECLINED here can never be charged any more.

Cards are captured by hand, since Stripe alone knows which of them ask for one more step: one that
does not is captured as soon as it is authorized, one that does when `capture` is asked for.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

import httpx
from stripe.params import (
    PaymentIntentConfirmParams,
    PaymentIntentCreateParams,
)
from stripe.params import (
    PaymentIntentConfirmParamsMandateDataCustomerAcceptance as Acceptance,
)
from stripe.params import (
    PaymentIntentConfirmParamsMandateDataCustomerAcceptanceOnline as Online,
)

from adapters.payments.errors import ProcessorRefused
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import (
    Charge,
    ChargeOrder,
    ChargeState,
    Method,
    Origin,
    PublicClient,
)
from adapters.payments.stripe_accounts import StripeAccounts, not_accepted
from adapters.payments.stripe_amounts import to_units
from adapters.payments.stripe_errors import CardDeclined, UnexpectedState
from adapters.payments.stripe_line import StripeLine
from adapters.payments.stripe_methods import BANK, CARD
from adapters.payments.stripe_rows import (
    MARKER,
    DisputeRows,
    IntentRow,
    ListRow,
    RefundRow,
)
from adapters.payments.stripe_sources import is_name, name_source
from adapters.payments.wire import TOTAL_SECONDS, lost

_KINDS: Final = frozenset(
    (MethodKind.CARD, MethodKind.BANK_ACCOUNT, MethodKind.APPLE_PAY, MethodKind.GOOGLE_PAY)
)
_EXPANDED: Final = ["latest_charge", "payment_method"]
_AUTHORIZED: Final = ChargeState.AUTHORIZED


class StripeProcessor(StripeAccounts):
    """A PaymentProcessor; kept methods are the base's.

    Every order carries its marker in its metadata, and is made under it as its idempotency key.
    """

    def __init__(
        self,
        secret_key: str,
        public_key: str,
        tenant: int,
        transport: httpx.AsyncBaseTransport | None = None,
        total_seconds: float = TOTAL_SECONDS,
    ) -> None:
        line = StripeLine(secret_key, transport, total_seconds)
        super().__init__(line, tenant)
        self._client = PublicClient("stripe", public_key)
        self._mode = "live" if "_live_" in secret_key else "test"

    @property
    def client(self) -> PublicClient:
        """What Stripe's form in a browser is opened with."""
        return self._client

    @property
    def kinds(self) -> frozenset[MethodKind]:
        """Cards, in their wallets too, and accounts at banks of the United States."""
        return _KINDS

    async def mode(self) -> str:
        """Return `live` or `test`, once the key has opened a list of payments."""
        asking = self._line.v1.payment_intents.list_async({"limit": 1})
        await self._line.read(asking, ListRow)
        return self._mode

    async def prepare(self, order: ChargeOrder) -> Charge:
        """Make a PaymentIntent of the method's one type, and confirm nothing."""
        params = _order_params(order, await self.inspect(order.source))
        making = self._line.v1.payment_intents.create_async(
            params, {"idempotency_key": order.marker}
        )
        made = await self._line.write_once(making, IntentRow)
        return await (self.look(made.row.id) if made.is_replayed else self._told(made.row))

    async def charge(self, ref: str, order: ChargeOrder) -> Charge:
        """Confirm it, once."""
        confirming = self._line.v1.payment_intents.confirm_async(
            _intent(ref), _confirmation(order), {"idempotency_key": f"{order.marker}-charge"}
        )
        try:
            confirmed = await self._line.write_once(confirming, IntentRow)
        except UnexpectedState:
            return await self.look(ref)
        except CardDeclined as declined:
            return await self._given_up(ref, declined.code, str(declined))
        except ProcessorRefused as refused:
            given_up = await self.cancel(ref)
            if given_up.state in (ChargeState.CANCELED, ChargeState.DECLINED):
                raise refused from None
            return given_up
        if confirmed.is_replayed:
            return await self.look(ref)
        told = await self._told(confirmed.row)
        return told if told.state is not _AUTHORIZED else await self.capture(ref, order.marker)

    async def capture(self, ref: str, marker: str) -> Charge:
        """Capture it, once."""
        capturing = self._line.v1.payment_intents.capture_async(
            _intent(ref), {"expand": _EXPANDED}, {"idempotency_key": f"{marker}-capture"}
        )
        try:
            captured = await self._line.write_once(capturing, IntentRow)
        except ProcessorRefused:
            return await self.look(ref)
        return await (self.look(ref) if captured.is_replayed else self._told(captured.row))

    async def look(self, ref: str) -> Charge:
        """Return how it stands; one that failed is given up before that is told."""
        return await self._told(await self._retrieved(ref))

    async def cancel(self, ref: str) -> Charge:
        """Cancel it where that can be done; whatever is answered, nobody can pay it afterwards."""
        cancelling = self._line.v1.payment_intents.cancel_async(_intent(ref), {"expand": _EXPANDED})
        try:
            row = await self._line.write(cancelling, IntentRow)
        except UnexpectedState:
            row = await self._retrieved(ref)
        if row.can_be_paid:
            raise lost("POST")
        return await self._settled(row)

    async def refund(self, ref: str, turn: int = 1) -> Charge:
        """Send all of it back; where some went back before, what is left.

        Stripe answers under a key what it answered first, a refusal too: each turn has its own.
        """
        key = f"{ref}-refund" if turn <= 1 else f"{ref}-refund-{turn}"
        refunding = self._line.v1.refunds.create_async(
            {"payment_intent": _intent(ref)}, {"idempotency_key": key}
        )
        try:
            refunded = await self._line.write(refunding, RefundRow)
        except UnexpectedState:
            refunded = None
        now = await self.look(ref)
        if now.state in (ChargeState.REFUNDED, ChargeState.RETURNED):
            return now
        if refunded is None or refunded.has_failed:
            raise ProcessorRefused("This payment cannot be sent back.")
        raise lost("POST")

    async def aclose(self) -> None:
        """Close every connection."""
        await self._line.aclose()

    async def _retrieved(self, ref: str) -> IntentRow:
        reading = self._line.v1.payment_intents.retrieve_async(_intent(ref), {"expand": _EXPANDED})
        return await self._line.read(reading, IntentRow)

    async def _told(self, row: IntentRow) -> Charge:
        charge = await self._settled(row)
        if charge.state is ChargeState.DECLINED and row.can_be_paid:
            return await self._given_up(row.id, charge.decline, charge.words)
        return charge

    async def _settled(self, row: IntentRow) -> Charge:
        """Return how it stands, with what became of its disputes."""
        try:
            charge = row.told()
        except KeyError:
            raise lost("POST") from None
        if row.is_disputed and await self._is_returned(row):
            return replace(charge, state=ChargeState.RETURNED, taken=Decimal(0))
        return charge

    async def _is_returned(self, row: IntentRow) -> bool:
        listing = self._line.v1.disputes.list_async({"payment_intent": row.id, "limit": 100})
        return row.is_returned((await self._line.read(listing, DisputeRows)).data)

    async def _given_up(self, ref: str, decline: DeclineCode | None, words: str | None) -> Charge:
        """Give up what was declined, and tell why it was, unless it was paid all the same."""
        now = await self.cancel(ref)
        if now.state not in (ChargeState.CANCELED, ChargeState.DECLINED):
            return now
        return replace(now, state=ChargeState.DECLINED, decline=decline, words=words)


def _order_params(order: ChargeOrder, method: Method) -> PaymentIntentCreateParams:
    try:
        units = to_units(order.amount, order.currency)
    except ValueError:
        raise ProcessorRefused("This amount cannot be charged.") from None
    bank = method.kind is MethodKind.BANK_ACCOUNT
    if bank and (order.currency != "USD" or order.authorization is None):
        raise not_accepted()
    params: PaymentIntentCreateParams = {
        "amount": units,
        "currency": order.currency.lower(),
        "description": order.description,
        "metadata": {MARKER: order.marker},
        "allowed_payment_method_types": [BANK if bank else CARD],
    }
    if not bank:
        params["payment_method_options"] = {"card": {"capture_method": "manual"}}
    account = order.source.account
    if account is not None:
        params["customer"] = account
        if order.keep:
            params["setup_future_usage"] = "on_session"
    return params


def _confirmation(order: ChargeOrder) -> PaymentIntentConfirmParams:
    params: PaymentIntentConfirmParams = {
        "use_stripe_sdk": True,
        "expand": _EXPANDED,
    }
    name_source(params, order.source)
    if order.return_url is not None:
        params["return_url"] = order.return_url
    if order.authorization is not None:
        params["mandate_data"] = {"customer_acceptance": _acceptance(order.origin)}
    return params


def _acceptance(origin: Origin | None) -> Acceptance:
    """Return how the payer agreed to a debit; what they agreed to is kept in the ledger."""
    if origin is None:
        return {"type": "offline"}
    online: Online = {"ip_address": origin.address, "user_agent": origin.agent}
    return {"type": "online", "online": online}


def _intent(ref: str) -> str:
    """Return the reference, where it is the name of a PaymentIntent at all."""
    if not is_name("pi", ref):
        raise ProcessorRefused("There is no such payment.")
    return ref
