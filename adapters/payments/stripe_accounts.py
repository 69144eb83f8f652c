"""Customers of Stripe's, and the methods kept for them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from hashlib import sha256
from typing import Final

from stripe.params import SetupIntentCreateParams

from adapters.payments.errors import ProcessorError, ProcessorRefused
from adapters.payments.kinds import DeclineCode, MethodKind
from adapters.payments.processor import Method, Source
from adapters.payments.stripe_line import StripeLine
from adapters.payments.stripe_methods import (
    CARD,
    CustomerRow,
    CustomerRows,
    MethodRow,
    MethodRows,
    TokenRow,
)
from adapters.payments.stripe_rows import SetupRow
from adapters.payments.stripe_sources import is_name, name_source

_TENANT: Final = "servicetitan_tenant"
_CUSTOMER: Final = "servicetitan_customer"
_MOST: Final = 100


class StripeAccounts:
    """The kept methods of one tenant's customers; see PaymentProcessor for what each verb means."""

    def __init__(self, line: StripeLine, tenant: int) -> None:
        self._line = line
        self._tenant = tenant

    async def inspect(self, source: Source) -> Method:
        """Say what a token or a kept method is.

        One that is kept for somebody is nothing that anybody else may charge.
        """
        row = await self._row_of(source)
        told = row.told(kept=source.token is None)
        if told is None or row.customer not in (None, source.account):
            raise not_accepted()
        return told

    async def account(self, customer: int, name: str) -> str:
        """Return the customer's account, made where there is none.

        A search does not see what was made a moment ago; the key keeps that from being made twice.
        """
        mine = {_TENANT: str(self._tenant), _CUSTOMER: str(customer)}
        query = " AND ".join(f"metadata['{key}']:'{value}'" for key, value in mine.items())
        search = self._line.v1.customers.search_async({"query": query, "limit": 1})
        found = await self._line.read(search, CustomerRows)
        if found.data:
            return found.data[0].id
        digest = sha256(name.encode()).hexdigest()[:16]
        making = self._line.v1.customers.create_async(
            {"name": name, "metadata": mine},
            {"idempotency_key": f"account-{self._tenant}-{customer}-{digest}"},
        )
        return (await self._line.write(making, CustomerRow)).id

    async def methods(self, account: str) -> Sequence[Method]:
        """Return what is kept, the primary one first, then the newest."""
        _named("cus", account)
        customers = self._line.v1.customers
        listing = customers.payment_methods.list_async(account, {"limit": _MOST})
        customer, rows = await asyncio.gather(
            self._line.read(customers.retrieve_async(account), CustomerRow),
            self._line.read(listing, MethodRows),
        )
        told = [method for row in rows.data if (method := row.told(kept=True)) is not None]
        return sorted(told, key=lambda method: method.ref != customer.primary)

    async def keep(self, account: str, token: str) -> Method:
        """Keep a card, once its bank agreed to that; one that asks for a further step is not kept.

        A bank account needs its owner's authorization: it is kept when something is paid with it.
        """
        _named("cus", account)
        source = Source(token=token, account=account)
        known = await self._row_of(source)
        told = known.told(kept=known.customer == account)
        if told is None or known.customer not in (None, account):
            raise not_accepted()
        if told.ref is not None:
            return told
        if told.kind is not MethodKind.CARD:
            raise ProcessorRefused(
                "This is kept when something is paid with it.", DeclineCode.METHOD_NOT_ACCEPTED
            )
        return await self._set_up(account, source)

    async def _set_up(self, account: str, source: Source) -> Method:
        """Have the bank agree; asked again for the same token, Stripe answers the same."""
        params: SetupIntentCreateParams = {
            "confirm": True,
            "customer": account,
            "usage": "on_session",
            "allowed_payment_method_types": [CARD],
            "use_stripe_sdk": True,
            "expand": ["payment_method"],
        }
        name_source(params, source)
        key = f"keep-{sha256(f'{account} {source.token}'.encode()).hexdigest()}"
        making = self._line.v1.setup_intents.create_async(params, {"idempotency_key": key})
        setup = await self._line.write(making, SetupRow)
        method = setup.payment_method
        kept = method.told(kept=True) if isinstance(method, MethodRow) else None
        if setup.status == "succeeded" and kept is not None:
            return kept
        with suppress(ProcessorError):  # what is left lying charges nobody
            giving_up = self._line.v1.setup_intents.cancel_async(setup.id)
            await self._line.write(giving_up, SetupRow)
        raise ProcessorRefused(
            "The bank asks for a further step: have it kept when you pay with it.",
            DeclineCode.METHOD_NOT_ACCEPTED,
        )

    async def forget(self, account: str, method: str) -> None:
        """Keep it no longer."""
        await self._kept(account, method)
        detaching = self._line.v1.payment_methods.detach_async(method)
        await self._line.write(detaching, MethodRow)

    async def _row_of(self, source: Source) -> MethodRow:
        token = source.token
        if token is None:
            return await self._kept(source.account or "", source.method or "")
        if is_name("pm", token):
            return await self._line.read(
                self._line.v1.payment_methods.retrieve_async(token), MethodRow
            )
        if not is_name("ctoken", token):
            raise not_accepted()
        reading = self._line.v1.confirmation_tokens.retrieve_async(token)
        preview = (await self._line.read(reading, TokenRow)).payment_method_preview
        if preview is None:
            raise not_accepted()
        return preview

    async def _kept(self, account: str, method: str) -> MethodRow:
        _named("cus", account)
        _named("pm", method)
        kept = self._line.v1.customers.payment_methods
        row = await self._line.read(kept.retrieve_async(account, method), MethodRow)
        if row.customer != account:
            raise not_accepted()
        return row


def not_accepted() -> ProcessorRefused:
    """Return the refusal of what cannot be charged here."""
    return ProcessorRefused("This method cannot be used to pay.", DeclineCode.METHOD_NOT_ACCEPTED)


def _named(kind: str, text: str) -> None:
    """Refuse what is no name of this kind before Stripe is asked about it."""
    if not is_name(kind, text):
        raise not_accepted()
