"""What the environment says of who takes payments: nobody, the sandbox, or Stripe."""

import re
from enum import StrEnum
from typing import Annotated, Final, Protocol
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings

_PROCESSOR: Final = "PORTAL_PAYMENT_PROCESSOR"
_SECRET: Final = re.compile(r"[sr]k_(test|live)_[A-Za-z0-9_]{8,250}")
_PUBLIC: Final = re.compile(r"pk_(test|live)_[A-Za-z0-9_]{8,250}")
_WEBHOOK: Final = re.compile(r"whsec_[A-Za-z0-9+/=_]{16,250}")


class ProcessorName(StrEnum):
    """Who takes payments."""

    NONE = "none"
    SANDBOX = "sandbox"
    STRIPE = "stripe"


def _secret_key(told: SecretStr) -> SecretStr:
    return _matching(_SECRET, told)


def _webhook_secret(told: SecretStr) -> SecretStr:
    return _matching(_WEBHOOK, told)


def _public_key(told: str) -> str:
    if not _PUBLIC.fullmatch(told):
        raise ValueError("no publishable key")
    return told


def _matching(shape: re.Pattern[str], told: SecretStr) -> SecretStr:
    if not shape.fullmatch(told.get_secret_value()):
        raise ValueError("no secret of Stripe's")
    return told


class PayingSettings(BaseSettings):
    """The processor, and what opens it. Without one there is nothing to pay with."""

    payment_processor: Annotated[
        ProcessorName, BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text)
    ] = Field(default=ProcessorName.NONE, description="sandbox, stripe or none")
    stripe_secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = Field(
        default=None, description="Stripe's secret or restricted key, which begins sk_ or rk_"
    )
    stripe_public_key: Annotated[str, AfterValidator(_public_key)] | None = Field(
        default=None, description="Stripe's publishable key, which begins pk_"
    )
    stripe_webhook_secret: Annotated[SecretStr, AfterValidator(_webhook_secret)] | None = Field(
        default=None,
        description="the signing secret of your webhook endpoint at Stripe, which begins whsec_",
    )


class Told(Protocol):
    """What of all settings those of paying must go together with."""

    payment_processor: ProcessorName
    stripe_secret_key: SecretStr | None
    stripe_public_key: str | None
    stripe_webhook_secret: SecretStr | None

    @property
    def api_url(self) -> str:
        """Where ServiceTitan's API is."""


def paying_problem(settings: Told) -> str | None:
    """Return a sentence for what does not go together, None where all does."""
    keys = {
        "PORTAL_STRIPE_SECRET_KEY": settings.stripe_secret_key,
        "PORTAL_STRIPE_PUBLIC_KEY": settings.stripe_public_key,
        "PORTAL_STRIPE_WEBHOOK_SECRET": settings.stripe_webhook_secret,
    }
    if settings.payment_processor is ProcessorName.STRIPE:
        missing = [name for name, key in keys.items() if key is None]
        if missing:
            return f"{missing[0]} is missing: {_PROCESSOR} is stripe, which needs all three keys."
        return _mixed(settings)
    for name, key in keys.items():
        if key is not None:
            return f"{name} is set, and {_PROCESSOR} is not stripe: set both, or neither."
    if settings.payment_processor is ProcessorName.SANDBOX and _is_servicetitan(settings.api_url):
        return (
            f"{_PROCESSOR} is sandbox, which takes nobody's money: "
            "it goes with ServiceTitan's sandbox alone."
        )
    return None


def is_live(key: str) -> bool:
    """Is this a key of Stripe's that moves real money?"""
    return key.split("_")[1] == "live"


def _mixed(settings: Told) -> str | None:
    """Are the two keys of one kind, and is real money paid for real invoices alone?"""
    secret, public = settings.stripe_secret_key, settings.stripe_public_key
    if secret is None or public is None:
        return None
    live = is_live(secret.get_secret_value())
    if live != is_live(public):
        return (
            "PORTAL_STRIPE_PUBLIC_KEY and PORTAL_STRIPE_SECRET_KEY are not of one kind: "
            "one is a test key, the other a live one."
        )
    if live and not _is_servicetitan(settings.api_url):
        return (
            "PORTAL_STRIPE_SECRET_KEY is a live key, and ServiceTitan is a sandbox: "
            "real money is not taken for invoices that are none."
        )
    return None


def _is_servicetitan(api_url: str) -> bool:
    host = urlsplit(api_url).hostname or ""
    return host == "servicetitan.io" or host.endswith(".servicetitan.io")
