"""The portal itself: what anybody may know of it, signed in or not."""

import strawberry

from resolvers.offered_methods import offered
from resolvers.policy import Policy
from schema.edges import field, tells
from schema.info import Info
from schema.scalars import URL
from schema.words import MethodKind, Screen

Choices = strawberry.Parent[Policy]


def _url(told: str | None) -> URL | None:
    return None if told is None else URL(told)


@strawberry.type(description="The business behind the portal, and what its portal offers.")
class Portal:
    """Shows the tenant's policy, as far as it is meant for customers."""

    @tells("The name customers know the business by.")
    def business_name(policy: Choices) -> str:
        return policy.tenant.business_name

    @tells("The number customers may call.")
    def phone(policy: Choices) -> str | None:
        return policy.tenant.phone

    @tells("The address customers may write to.")
    def email(policy: Choices) -> str | None:
        return policy.tenant.email

    @tells("The business's logo.")
    def logo_url(policy: Choices) -> URL | None:
        return _url(policy.tenant.logo_url)

    @tells('The time zone in which its days begin and end, such as "America/Chicago".')
    def time_zone(policy: Choices) -> str:
        return policy.tenant.time_zone

    @tells('The currency of every amount, ISO 4217, such as "USD".')
    def currency(policy: Choices) -> str:
        return policy.tenant.currency

    @tells("Where customers sign in.")
    def sign_in_url(policy: Choices) -> URL | None:
        return _url(policy.tenant.sign_in_url)

    @tells("Where customers register.")
    def sign_up_url(policy: Choices) -> URL | None:
        return _url(policy.tenant.sign_up_url)

    @tells("The screens the portal has, in their order.")
    def screens(policy: Choices) -> list[Screen]:
        return [*policy.screens.shown]

    @tells("Whether appointments show their day alone, and never a time.")
    def shows_date_only(policy: Choices) -> bool:
        return policy.jobs.show_date_only

    @tells("Whether less than the balance of an invoice may be paid.")
    def partial_payments_allowed(policy: Choices) -> bool:
        return policy.payments.allow_partial

    @tells("By what customers may pay; by nothing where nothing is paid online.")
    def payment_methods(policy: Choices, info: Info) -> list[MethodKind]:
        return [*offered(policy.payments, info.context.doors.till.processor)]


def _portal(info: Info) -> object:
    return info.context.policy


@strawberry.type
class PortalQuery:
    """The portal itself."""

    portal = field(
        _portal,
        Portal,
        "The business behind the portal and what its portal offers. Answers anyone.",
    )
