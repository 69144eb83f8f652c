"""What the environment says of the staff's identity provider: all of it is left out, or enough."""

from typing import Protocol

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings

from gateway.setting_kinds import Address, Span, Words

_ISSUER = "PORTAL_STAFF_OIDC_ISSUER"


class StaffSettings(BaseSettings):
    """The staff's side of the settings; without an issuer there are no staff.

    With an issuer, its access tokens are accepted; with a client id as well, staff sign in here.
    """

    staff_oidc_issuer: Address | None = Field(
        default=None,
        description=(
            "the issuer of your staff's identity provider, "
            "an https address exactly as its tokens say it"
        ),
    )
    staff_oidc_audience: str | None = Field(
        default=None,
        min_length=1,
        description="the audience that access tokens of your staff for this gateway carry",
    )
    staff_oidc_client_id: str | None = Field(
        default=None,
        min_length=1,
        description="the client id under which your staff's identity provider knows this gateway",
    )
    staff_oidc_client_secret: SecretStr | None = Field(
        default=None, min_length=1, description="the client secret that belongs to the client id"
    )
    staff_oidc_role_claim: str = Field(
        default="roles", min_length=1, description="the name of the claim that holds the roles"
    )
    staff_oidc_email_claim: str = Field(
        default="email", min_length=1, description="the name of the claim that holds the email"
    )
    staff_oidc_email_verified_claim: str = Field(
        default="email_verified",
        min_length=1,
        description="the name of the claim that says that the email is verified",
    )
    staff_oidc_token_types: Words = Field(
        default=("at+jwt",),
        min_length=1,
        description="the token types to accept, with commas between, for example at+jwt",
    )
    staff_oidc_max_lifetime: Span = Field(
        default=3600, gt=0, le=86_400, description="a span of at most a day, for example 3600 or 1h"
    )


class Told(Protocol):
    """What of all settings the staff's must go together with."""

    oidc_issuer: str
    oidc_audience: str
    public_url: str | None
    staff_oidc_issuer: str | None
    staff_oidc_audience: str | None
    staff_oidc_client_id: str | None
    staff_oidc_client_secret: SecretStr | None


def staff_audience(settings: Told) -> str:
    """Return the audience of the staff's access tokens: the customers' where no other is said."""
    return settings.staff_oidc_audience or settings.oidc_audience


def staff_problem(settings: Told) -> str | None:
    """Return a sentence for what does not go together, None where all does."""
    if settings.staff_oidc_issuer is None:
        return _without_issuer(settings)
    return _half(settings) or _confusable(settings)


def _without_issuer(settings: Told) -> str | None:
    named = {
        "AUDIENCE": settings.staff_oidc_audience,
        "CLIENT_ID": settings.staff_oidc_client_id,
        "CLIENT_SECRET": settings.staff_oidc_client_secret,
    }
    for name, value in named.items():
        if value is not None:
            return f"PORTAL_STAFF_OIDC_{name} is set without {_ISSUER}: set both, or neither."
    return None


def _half(settings: Told) -> str | None:
    client, secret = settings.staff_oidc_client_id, settings.staff_oidc_client_secret
    if secret is not None and client is None:
        return (
            "PORTAL_STAFF_OIDC_CLIENT_SECRET is set without PORTAL_STAFF_OIDC_CLIENT_ID: "
            "set both, or neither."
        )
    if client is not None and settings.public_url is None:
        return (
            "PORTAL_PUBLIC_URL is missing: staff come back to it after they sign in "
            "(PORTAL_STAFF_OIDC_CLIENT_ID is set)."
        )
    return None


def _confusable(settings: Told) -> str | None:
    """Could a customer's token be taken for one of the staff's?"""
    same_issuer = settings.staff_oidc_issuer == settings.oidc_issuer
    if same_issuer and staff_audience(settings) == settings.oidc_audience:
        return (
            f"{_ISSUER} is PORTAL_OIDC_ISSUER: PORTAL_STAFF_OIDC_AUDIENCE must be another than "
            "PORTAL_OIDC_AUDIENCE, or customers and staff cannot be told apart."
        )
    return None
