"""What the stand-in for Stripe holds: payment methods and PaymentIntents, and how they move."""

import re
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

Thing = dict[str, Any]


class Refusal(Exception):  # noqa: N818  # an answer
    """An answer that is no success."""

    def __init__(self, status: int, body: Thing) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def error(words: str, kind: str = "invalid_request_error", **more: object) -> Thing:
    """Return a body that tells of an error."""
    return {"error": {"type": kind, "message": words, **more}}


def unexpected(intent: "Intent") -> Refusal:
    """Refuse what does not go with the state."""
    words = f"This PaymentIntent's status is {intent.status}."
    code = "payment_intent_unexpected_state"
    return Refusal(400, error(words, code=code, payment_intent=intent.told({})))


@dataclass
class Sample:
    """A payment method, and how its bank behaves."""

    id: str
    type: str = "card"
    brand: str = "visa"
    last4: str = "4242"
    wallet: str | None = None
    declines: str | None = None
    step: bool = False
    settles: str | None = None
    customer: str | None = None
    used: bool = False

    def told(self) -> Thing:
        """Return it as Stripe tells it."""
        told: Thing = {"object": "payment_method", "id": self.id, "type": self.type}
        told["customer"] = self.customer
        if self.type == "card":
            told["card"] = {
                "brand": self.brand,
                "last4": self.last4,
                "exp_month": 12,
                "exp_year": 2099,
                "wallet": None if self.wallet is None else {"type": self.wallet},
            }
        elif self.type == "us_bank_account":
            told["us_bank_account"] = {"bank_name": "STRIPE TEST BANK", "last4": self.last4}
        return told

    def decline(self) -> None:
        """Raise what a bank's no is answered with."""
        if self.declines is not None and not self.step:
            more = {"code": "card_declined", "decline_code": self.declines}
            raise Refusal(402, error("Your card was declined.", "card_error", **more))


SAMPLES: dict[str, Thing] = {
    "card": {},
    "mastercard": {"brand": "mastercard", "last4": "4444"},
    "declined": {"last4": "0002", "declines": "generic_decline"},
    "short": {"last4": "9995", "declines": "insufficient_funds"},
    "step": {"last4": "3220", "step": True},
    "step_declined": {"last4": "3063", "step": True, "declines": "generic_decline"},
    "bank": {"type": "us_bank_account", "last4": "6789", "settles": "succeeded"},
    "bank_fails": {"type": "us_bank_account", "last4": "1113", "settles": "failed"},
    "bank_returned": {"type": "us_bank_account", "last4": "1114", "settles": "returned"},
    "apple": {"wallet": "apple_pay"},
    "google": {"wallet": "google_pay"},
    "link": {"type": "link"},
}


@dataclass
class Samples:
    """Payment methods by their names; each is somebody's own, as a browser makes it."""

    made: dict[str, Sample] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)

    def name(self, kind: str) -> str:
        """Return a name that nothing has yet."""
        return f"{kind}_{next(self.numbers):024d}"

    def new(self, sample: str, prefix: str = "pm") -> str:
        """Make one, as the payer's browser does, and return its name."""
        name = self.name(prefix)
        self.made[name] = Sample(id=name.replace("ctoken", "pm"), **SAMPLES[sample])
        self.made[self.made[name].id] = self.made[name]
        return name

    def get(self, name: str) -> Sample:
        """Return one by its name."""
        if name not in self.made:
            words = f"No such PaymentMethod: '{name}'"
            more = {"code": "resource_missing", "param": "payment_method"}
            raise Refusal(404, error(words, **more))
        return self.made[name]

    def charged(self, name: str) -> Sample:
        """Return one to be charged; what was used without being kept is gone."""
        sample = self.get(name)
        if sample.used:
            words = "It may not be used again."
            raise Refusal(400, error(words, param="payment_method"))
        return sample

    def all(self) -> list[Sample]:
        """Return every one."""
        return list({each.id: each for each in self.made.values()}.values())


OPEN_FOR_CANCEL = (
    *("requires_payment_method", "requires_confirmation", "requires_action", "requires_capture"),
)


@dataclass
class Intent:
    """A PaymentIntent."""

    id: str
    amount: int
    currency: str
    metadata: dict[str, str]
    types: list[str]
    customer: str | None
    keeps: bool
    by_hand: bool = False
    status: str = "requires_payment_method"
    sample: Sample | None = None
    last_error: Thing | None = None
    failure: str | None = None
    charges: int = 0
    captures: int = 0
    refunded: bool = False
    sent_back: int = 0
    disputed: bool = False
    noted: bool = False

    @property
    def marker(self) -> str:
        """What the house knows it by."""
        return self.metadata["marker"]

    @property
    def secret(self) -> str:
        """What a payer's browser goes on with."""
        return f"{self.id}_secret_standin"

    def confirm(self, sample: Sample, told: Thing) -> None:
        """Try to take the money."""
        if self.status not in ("requires_payment_method", "requires_confirmation"):
            raise unexpected(self)
        if sample.customer is not None and sample.customer != self.customer:
            raise Refusal(400, error("It belongs to a Customer.", param="payment_method"))
        if sample.type not in self.types:
            raise Refusal(400, error("This type is not allowed.", param="payment_method"))
        if sample.type == "us_bank_account" and "mandate_data" not in told:
            raise Refusal(400, error("A mandate is required.", param="mandate_data"))
        self.last_error = self.failure = None
        self.sample = sample
        if sample.step:
            self.status = "requires_action"
        else:
            self._attempt()

    def act(self, *, completes: bool) -> None:
        """Go on after the payer's step."""
        if completes and self.sample is not None and self.sample.declines is None:
            self._attempt()
            return
        self.status, self.sample = "requires_payment_method", None
        self.last_error = {"code": "payment_intent_authentication_failure", "type": "card_error"}

    def settle(self) -> None:
        """Let a debit go one step on."""
        settles = None if self.sample is None else self.sample.settles
        if self.status != "processing":
            return
        if settles == "failed":
            self._fail("insufficient_funds")
        else:
            self.status = "succeeded"

    def capture(self) -> None:
        """Take what was authorized."""
        if self.status != "requires_capture":
            raise unexpected(self)
        self.status, self.captures = "succeeded", self.captures + 1

    def cancel(self) -> None:
        """Give it up; whatever is changed clears the last error, and a hold is let go."""
        if self.status not in OPEN_FOR_CANCEL:
            raise unexpected(self)
        self.refunded = self.status == "requires_capture"
        self.status, self.last_error = "canceled", None

    def send_back(self, amount: object) -> int:
        """Send back so much, or what is left; return how much it was."""
        back = self.amount - self.sent_back if amount is None else int(str(amount))
        self.sent_back += back
        self.refunded = self.sent_back == self.amount
        return back

    def _attempt(self) -> None:
        sample = self.sample
        assert sample is not None
        try:
            sample.decline()
        except Refusal as refused:
            self._fail(sample.declines)
            refused.body["error"]["payment_intent"] = self.told({})
            raise
        self.charges += 1
        taken = "requires_capture" if self.by_hand else "succeeded"
        self.status = "processing" if sample.type == "us_bank_account" else taken
        sample.used = not self.keeps
        if self.keeps:
            sample.customer = self.customer

    def _fail(self, why: str | None) -> None:
        self.charges += 1
        self.failure, self.status, self.sample = why, "requires_payment_method", None
        self.last_error = {"code": "card_declined", "decline_code": why, "type": "card_error"}

    def told(self, asked: Thing) -> Thing:
        """Return it as Stripe tells it: what is not expanded is a name."""
        expanded = asked.get("expand", [])
        method = None if self.sample is None else self.sample.told()
        charge = self._charge()
        return {
            "object": "payment_intent",
            "id": self.id,
            "status": self.status,
            "amount": self.amount,
            "amount_capturable": self.amount if self.status == "requires_capture" else 0,
            "amount_received": self.amount if self.status == "succeeded" else 0,
            "currency": self.currency,
            "client_secret": self.secret,
            "metadata": self.metadata,
            "last_payment_error": self.last_error,
            "latest_charge": _either(charge, expanded=("latest_charge" in expanded)),
            "payment_method": _either(method, expanded=("payment_method" in expanded)),
            "next_action": self._next(),
        }

    def _charge(self) -> Thing | None:
        if not self.charges:
            return None
        is_held = self.status == "requires_capture" or self.refunded
        usual = "succeeded" if is_held else "failed"
        made = {"succeeded": "succeeded", "processing": "pending"}.get(self.status, usual)
        kind = None if self.sample is None else {"type": self.sample.type}
        return {
            "object": "charge",
            "id": self.id.replace("pi", "ch"),
            "status": made,
            "captured": self.status == "succeeded",
            "amount_refunded": self.sent_back,
            "refunded": self.refunded,
            "disputed": self.disputed,
            "failure_code": self.failure,
            "payment_method_details": kind,
        }

    def _next(self) -> Thing | None:
        if self.status != "requires_action":
            return None
        return {"type": "use_stripe_sdk", "use_stripe_sdk": {}}


def _either(told: Thing | None, *, expanded: bool) -> Thing | str | None:
    return told if told is None or expanded else str(told["id"])


def nested(text: str) -> Thing:
    """Read `a[b]=c` and `a[0]=b` as the form that Stripe takes."""
    told: Thing = {}
    for name, value in parse_qsl(text, keep_blank_values=True):
        first, *more = re.findall(r"[^\[\]]+", name)
        at, last = told, first
        for part in more:
            at, last = at.setdefault(last, {}), part
        at[last] = {"true": True, "false": False}.get(value, value)
    return {
        name: list(value.values()) if isinstance(value, dict) and "0" in value else value
        for name, value in told.items()
    }
