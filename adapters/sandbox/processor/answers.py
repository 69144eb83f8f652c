"""How the processor answers: orders and methods as JSON, and its refusals."""

from collections.abc import Mapping

from starlette.responses import JSONResponse, Response

from adapters.sandbox.processor.orders import Order
from adapters.sandbox.processor.tokens import Sample

_KINDS = {"CARD": "AUTHENTICATE", "BANK": "VERIFY_BANK_ACCOUNT", "REDIRECT": "REDIRECT"}


def order_told(order: Order, public_url: str) -> dict[str, object]:
    """Return an order as it is told to the merchant."""
    wanted = order.wanted
    return {
        "id": order.id,
        "state": order.state.value,
        "amount": str(wanted.amount),
        "currency": wanted.currency,
        "marker": wanted.marker,
        "taken": str(order.taken),
        "method": None if order.method is None else method_told(order.method),
        "action": _action(order, public_url),
        "decline": order.decline,
        "words": order.words,
    }


def _action(order: Order, public_url: str) -> dict[str, object] | None:
    if order.state.value != "REQUIRES_ACTION" or order.method is None:
        return None
    return {
        "kind": _KINDS[str(order.method.step)],
        "secret": order.secret,
        "url": f"{public_url}/processor/actions/{order.secret}",
    }


def method_told(method: Sample, kept_as: str | None = None) -> dict[str, object]:
    """Return a method as it is told to the merchant."""
    month, year = method.expiry or (None, None)
    return {
        "id": kept_as,
        "kind": method.kind,
        "label": method.label,
        "last4": method.last4,
        "expiryMonth": month,
        "expiryYear": year,
    }


def given(told: Mapping[str, object], status: int = 200) -> Response:
    """Answer with this."""
    return JSONResponse(dict(told), status, headers={"cache-control": "no-store"})


def refused(status: int, code: str, message: str) -> Response:
    """Refuse, with a code for programs and a sentence for people."""
    return given({"error": {"code": code, "message": message}}, status)
