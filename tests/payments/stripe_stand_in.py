"""A stand-in for Stripe: its published behaviour, as far as this house asks for it.

Orders move as PaymentIntents are documented to. A POST is answered again under its key, and
refused under it with other parameters. Parameters that Stripe's own library does not know of are
refused. It was written from the documentation; nothing of Stripe's is in it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from stripe import params as known

from tests.payments.stripe_things import Intent, Refusal, Samples, Thing, error, nested

SECRET_KEY = "sk_test_standin0000000000"
PUBLIC_KEY = "pk_test_standin0000000000"
Handler = Callable[["StripeStandIn", Thing, dict[str, str]], Thing]


@dataclass
class Fault:
    """What goes wrong with the next call to a path: before it is carried out, or after."""

    path: re.Pattern[str]
    after: bool
    status: int | None = None


@dataclass
class StripeStandIn:
    """One account at Stripe; `movements` is the money that moved, by marker."""

    intents: dict[str, Intent] = field(default_factory=dict)
    customers: dict[str, Thing] = field(default_factory=dict)
    samples: Samples = field(default_factory=Samples)
    setups: dict[str, Thing] = field(default_factory=dict)
    disputes: list[Thing] = field(default_factory=list)
    movements: list[tuple[str, str, int]] = field(default_factory=list)
    answers: dict[str, tuple[str, int, bytes]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    asked: list[tuple[str, str, Thing]] = field(default_factory=list)
    versions: set[str] = field(default_factory=set)
    searchable: bool = False
    refunds_end: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """Return it as an app."""
        return Starlette(routes=[Route("/{path:path}", self.serve, methods=["GET", "POST"])])

    async def serve(self, request: Request) -> Response:
        """Answer one call, or lose the answer."""
        path = request.url.path
        fault = next((each for each in self.faults if each.path.search(path)), None)
        if fault is not None:
            self.faults.remove(fault)
        if fault is not None and not fault.after:
            return _spoiled(fault)
        answer = await self._answer(request)
        return answer if fault is None else _spoiled(fault)

    async def _answer(self, request: Request) -> Response:
        self.versions.add(request.headers.get("stripe-version", ""))
        if request.headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return _told(401, error("Invalid API Key provided", "invalid_request_error"))
        text = (await request.body()).decode() if request.method == "POST" else request.url.query
        told, key = nested(text), request.headers.get("idempotency-key")
        self.asked.append((request.method, request.url.path, told))
        if request.method == "GET" or key is None:
            return _told(*self._carried_out(request, told))
        asked = sha256(f"{request.url.path} {text}".encode()).hexdigest()
        if key in self.answers:
            before, status, body = self.answers[key]
            if before != asked:
                words = "Keys for idempotent requests can only be used with the same parameters."
                return _told(400, error(words, "idempotency_error"))
            return Response(body, status, {"idempotent-replayed": "true"}, "application/json")
        status, made = self._carried_out(request, told)
        answer = _told(status, made)
        if status in (200, 402):
            self.answers[key] = asked, status, bytes(answer.body)
        return answer

    def _carried_out(self, request: Request, told: Thing) -> tuple[int, Thing]:
        method, path = request.method, request.url.path
        for verb, shape, handler, allowed in ROUTES:
            found = re.fullmatch(shape, path)
            if verb != method or found is None:
                continue
            unknown = set(told) - set(allowed) - {"expand"}
            if unknown:
                words = f"Received unknown parameter: {min(unknown)}"
                return 400, error(words, "invalid_request_error", code="parameter_unknown")
            try:
                return 200, handler(self, told, found.groupdict())
            except Refusal as refused:
                return refused.status, refused.body
        return 404, error("Unrecognized request URL", "invalid_request_error")

    # ---- what the tests do in the place of banks, payers and the office

    def lose(self, path: str, *, after: bool, status: int | None = None) -> None:
        """Have the next call to this path lose its answer, or get a bare status."""
        self.faults.append(Fault(re.compile(path), after, status))

    def settle(self, ref: str) -> None:
        """Let a bank debit go one step on."""
        self._move(ref, lambda intent: intent.settle())

    def act(self, ref: str, *, completes: bool) -> None:
        """Do, or refuse, what the payer was asked for; as Stripe's form does with the secret."""
        self._move(ref, lambda intent: intent.act(completes=completes))

    def pay_in_browser(self, client_secret: str, method: str) -> bool:
        """Try to pay an intent with its secret and another method: as anybody who has it can."""
        intent = next(each for each in self.intents.values() if each.secret == client_secret)
        try:
            intent.confirm(self.samples.get(method), {"mandate_data": {}})
        except Refusal:
            return False
        finally:
            self._note(intent)
        return intent.status == "succeeded"

    def refund(self, ref: str, amount: int | None = None) -> None:
        """Refund from the dashboard, all of it or so much."""
        refund_made(self, {"payment_intent": ref, "amount": amount}, {})

    def dispute(self, ref: str, status: str = "lost") -> None:
        """Have the bank ask the money back."""
        intent = self.intents[ref]
        if not intent.disputed:
            intent.disputed = True
            self.movements.append((intent.marker, "RETURN", intent.amount))
        self.disputes = [one for one in self.disputes if one["payment_intent"] != ref]
        self.disputes.append({"object": "dispute", "payment_intent": ref, "status": status})

    def _move(self, ref: str, move: Callable[[Intent], None]) -> None:
        intent = self.intents[ref]
        move(intent)
        self._note(intent)

    def _note(self, intent: Intent) -> None:
        """Note the money that an intent took."""
        if intent.status == "succeeded" and not intent.noted:
            intent.noted = True
            self.movements.append((intent.marker, "CHARGE", intent.amount))


def intent_made(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    customer = told.get("customer")
    if customer is not None and customer not in stripe.customers:
        raise Refusal(400, error("No such customer", param="customer", code="resource_missing"))
    intent = Intent(
        id=stripe.samples.name("pi"),
        amount=int(told["amount"]),
        currency=str(told["currency"]),
        metadata=dict(told.get("metadata", {})),
        types=list(told["allowed_payment_method_types"]),
        customer=customer,
        keeps=told.get("setup_future_usage") == "on_session",
        by_hand=_by_hand(told),
    )
    stripe.intents[intent.id] = intent
    return intent.told(told)


def intent_told(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    return _intent(stripe, path).told(told)


def intents_told(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    return {"object": "list", "data": [each.told(told) for each in stripe.intents.values()][:1]}


def intent_confirmed(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    intent = _intent(stripe, path)
    named = told.get("payment_method") or told.get("confirmation_token")
    try:
        intent.confirm(stripe.samples.charged(str(named)), told)
    finally:
        stripe._note(intent)  # noqa: SLF001  # one thing in two rooms of this file
    return intent.told(told)


def intent_captured(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    intent = _intent(stripe, path)
    intent.capture()
    stripe._note(intent)  # noqa: SLF001  # as above
    return intent.told(told)


def intent_canceled(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    intent = _intent(stripe, path)
    intent.cancel()
    return intent.told(told)


def method_told(stripe: StripeStandIn, _told: Thing, path: dict[str, str]) -> Thing:
    return stripe.samples.get(path["id"]).told()


def method_detached(stripe: StripeStandIn, _told: Thing, path: dict[str, str]) -> Thing:
    sample = stripe.samples.get(path["id"])
    sample.customer, sample.used = None, True
    return sample.told()


def token_told(stripe: StripeStandIn, _told: Thing, path: dict[str, str]) -> Thing:
    preview = stripe.samples.get(path["id"]).told()
    del preview["id"]
    return {"object": "confirmation_token", "id": path["id"], "payment_method_preview": preview}


def customer_made(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    made = {
        "object": "customer",
        "id": stripe.samples.name("cus"),
        "name": told["name"],
        "metadata": told["metadata"],
        "invoice_settings": {"default_payment_method": None},
    }
    stripe.customers[str(made["id"])] = made
    return made


def customers_found(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    """Search by metadata; what was made just now is not found before `searchable`."""
    wanted = dict(re.findall(r"metadata\['(\w+)'\]:'(\w+)'", str(told["query"])))
    found = [
        each
        for each in stripe.customers.values()
        if stripe.searchable and wanted.items() <= each["metadata"].items()
    ]
    return {"object": "search_result", "data": found}


def customer_told(stripe: StripeStandIn, _told: Thing, path: dict[str, str]) -> Thing:
    if path["id"] not in stripe.customers:
        raise Refusal(404, error("No such customer", param="id", code="resource_missing"))
    return stripe.customers[path["id"]]


def kept_told(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    customer_told(stripe, told, path)
    kept = [one.told() for one in stripe.samples.all() if one.customer == path["id"]]
    return {"object": "list", "data": kept[::-1]}


def kept_one_told(stripe: StripeStandIn, told: Thing, path: dict[str, str]) -> Thing:
    customer_told(stripe, told, path)
    sample = stripe.samples.get(path["method"])
    if sample.customer != path["id"]:
        raise Refusal(404, error("No such payment_method", param="payment_method"))
    return sample.told()


def setup_made(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    customer_told(stripe, told, {"id": str(told["customer"])})
    named = told.get("payment_method") or told.get("confirmation_token")
    sample = stripe.samples.charged(str(named))
    made: Thing = {"object": "setup_intent", "id": stripe.samples.name("seti")}
    stripe.setups[str(made["id"])] = made
    sample.decline()
    if sample.step:
        return made | {"status": "requires_action", "payment_method": sample.told()}
    sample.customer = str(told["customer"])
    return made | {"status": "succeeded", "payment_method": sample.told()}


def setup_canceled(stripe: StripeStandIn, _told: Thing, path: dict[str, str]) -> Thing:
    return stripe.setups[path["id"]] | {"status": "canceled", "payment_method": None}


def refund_made(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    intent = _intent(stripe, {"id": str(told["payment_intent"])})
    if intent.refunded:
        raise Refusal(400, error("It was refunded already.", code="charge_already_refunded"))
    if intent.status != "succeeded":
        raise Refusal(400, error("This PaymentIntent has no successful charge to refund."))
    status = stripe.refunds_end.pop() if stripe.refunds_end else "succeeded"
    if status == "succeeded":
        stripe.movements.append((intent.marker, "REFUND", intent.send_back(told.get("amount"))))
    return {"object": "refund", "id": stripe.samples.name("re"), "status": status}


def disputes_told(stripe: StripeStandIn, told: Thing, _path: dict[str, str]) -> Thing:
    found = [one for one in stripe.disputes if one["payment_intent"] == told["payment_intent"]]
    return {"object": "list", "data": found}


def _by_hand(told: Thing) -> bool:
    """Is a card of it authorized first, and captured by hand?"""
    card = told.get("payment_method_options", {}).get("card", {})
    return bool(card.get("capture_method") == "manual")


def _intent(stripe: StripeStandIn, path: dict[str, str]) -> Intent:
    if path["id"] not in stripe.intents:
        raise Refusal(404, error("No such payment_intent", param="intent", code="resource_missing"))
    return stripe.intents[path["id"]]


ID = r"(?P<id>\w+)"
ROUTES: list[tuple[str, str, Handler, Any]] = [
    (verb, f"/v1/{shape}", handler, getattr(known, kind).__annotations__)
    for verb, shape, handler, kind in (
        ("POST", "payment_intents", intent_made, "PaymentIntentCreateParams"),
        ("GET", "payment_intents", intents_told, "PaymentIntentListParams"),
        ("GET", f"payment_intents/{ID}", intent_told, "PaymentIntentRetrieveParams"),
        ("POST", f"payment_intents/{ID}/confirm", intent_confirmed, "PaymentIntentConfirmParams"),
        ("POST", f"payment_intents/{ID}/capture", intent_captured, "PaymentIntentCaptureParams"),
        ("POST", f"payment_intents/{ID}/cancel", intent_canceled, "PaymentIntentCancelParams"),
        ("GET", f"payment_methods/{ID}", method_told, "PaymentMethodRetrieveParams"),
        ("POST", f"payment_methods/{ID}/detach", method_detached, "PaymentMethodDetachParams"),
        ("GET", f"confirmation_tokens/{ID}", token_told, "ConfirmationTokenRetrieveParams"),
        ("POST", "customers", customer_made, "CustomerCreateParams"),
        ("GET", "customers/search", customers_found, "CustomerSearchParams"),
        ("GET", f"customers/{ID}", customer_told, "CustomerRetrieveParams"),
        ("GET", f"customers/{ID}/payment_methods", kept_told, "CustomerPaymentMethodListParams"),
        (
            "GET",
            rf"customers/{ID}/payment_methods/(?P<method>\w+)",
            kept_one_told,
            "CustomerPaymentMethodRetrieveParams",
        ),
        ("POST", "setup_intents", setup_made, "SetupIntentCreateParams"),
        ("POST", f"setup_intents/{ID}/cancel", setup_canceled, "SetupIntentCancelParams"),
        ("POST", "refunds", refund_made, "RefundCreateParams"),
        ("GET", "disputes", disputes_told, "DisputeListParams"),
    )
]


def _spoiled(fault: Fault) -> Response:
    if fault.status is None:
        raise httpx.ReadError("")
    return _told(fault.status, error("Something went wrong", "api_error"))


def _told(status: int, body: Thing) -> JSONResponse:
    return JSONResponse(body, status, headers={"request-id": "req_standin"})
