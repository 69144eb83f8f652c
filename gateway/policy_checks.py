"""What a policy must keep to beside its types: each check names the key and says what is wrong."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from enum import Enum
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfoNotFoundError

import msgspec

from adapters.servicetitan.catalog import RESOURCES
from adapters.servicetitan.service_agreements import AgreementStatus
from resolvers.policy import Policy

MOST_GRACE_MINUTES = 1440
"""A day: for how long at most a visit that is over may count as one to come."""

MOST_SESSION_HOURS = 24
"""For how long at most a sign-in of staff may last: a role taken away works when it ends."""

FEWEST_CALLS_PER_SECOND = 2
"""With fewer, no pace holds to the limit in every second, wherever the second begins."""

MOST_MEGABYTES = 65_536
"""How much memory a process may be given for records: what is more is a slip of the keyboard."""

_GROWING = (
    "refreshing_seconds may not be less than fresh_seconds, nor failing_seconds less than either"
)

_STATUSES = [of.value for of in AgreementStatus if of is not AgreementStatus.UNKNOWN]


def check(policy: Policy) -> None:
    """Raise ValueError with the first thing that is wrong."""
    for of in _CHECKS:
        of(policy)


def _tenant(policy: Policy) -> None:
    if not re.fullmatch("[A-Z]{3}", policy.tenant.currency):
        raise ValueError("tenant.currency must be three capital letters, for example USD")
    try:
        policy.tenant.zone()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            'tenant.time_zone must be the name of a time zone, for example "America/Chicago"'
        ) from None


def _ages(policy: Policy) -> None:
    ages = {
        "access.directory_stale_after_minutes": policy.access.directory_stale_after_minutes,
        "access.most_customers_of_an_email": policy.access.most_customers_of_an_email,
        "cache.fresh_seconds": policy.cache.fresh_seconds,
        "cache.refreshing_seconds": policy.cache.refreshing_seconds,
        "cache.failing_seconds": policy.cache.failing_seconds,
        "feeds.every_seconds": policy.feeds.every_seconds,
    }
    for key, age in ages.items():
        if not 0 < age < float("inf"):
            raise ValueError(f"{key} must be more than 0")
    if not 0 <= policy.jobs.past_grace_minutes <= MOST_GRACE_MINUTES:
        raise ValueError(f"jobs.past_grace_minutes must be from 0 to {MOST_GRACE_MINUTES}")


def _cache(policy: Policy) -> None:
    cache = policy.cache
    if not 1 <= cache.memory_megabytes <= MOST_MEGABYTES:
        raise ValueError(f"cache.memory_megabytes must be from 1 to {MOST_MEGABYTES}")
    _in_order("cache", cache.fresh_seconds, cache.refreshing_seconds, cache.failing_seconds)
    kinds = [resource.name for resource in RESOURCES]
    for kind, told in cache.kinds.items():
        if kind not in kinds:
            raise ValueError(f'cache.kinds names "{kind}"; there are {", ".join(sorted(kinds))}')
        for key, age in msgspec.structs.asdict(told).items():
            if age is not None and age <= 0:
                raise ValueError(f"cache.kinds.{kind}.{key} must be more than 0")
        given = [age for age in msgspec.structs.astuple(told) if age is not None]
        if given != sorted(given):
            raise ValueError(f"cache.kinds.{kind}: {_GROWING}")


def _in_order(key: str, *ages: int) -> None:
    if list(ages) != sorted(ages):
        raise ValueError(f"{key}: {_GROWING}")


def _addresses(policy: Policy) -> None:
    addresses = {
        "tenant.logo_url": policy.tenant.logo_url,
        "tenant.sign_in_url": policy.tenant.sign_in_url,
        "tenant.sign_up_url": policy.tenant.sign_up_url,
        "financing.apply_url": policy.financing.apply_url,
        "upcoming.scheduler_url": policy.upcoming.scheduler_url,
    }
    for key, address in addresses.items():
        if address is not None and not _is_of_the_web(address):
            raise ValueError(
                f"{key} must be an address of the web, for example https://example.com/portal"
            )


def _is_of_the_web(address: str) -> bool:
    """Would a browser ask the web for this address as it stands?"""
    if not address.isprintable() or {*' "\\<>'} & {*address}:
        return False
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return False
    return parts.scheme in {"https", "http"} and bool(parts.hostname) and "@" not in parts.netloc


def _choices(policy: Policy) -> None:
    _distinct("screens.shown", policy.screens.shown)
    _distinct("agreements.statuses", policy.agreements.statuses)
    for status in policy.agreements.statuses:
        if status not in _STATUSES:
            raise ValueError(
                f'agreements.statuses names "{status}"; ServiceTitan has {", ".join(_STATUSES)}'
            )


def _distinct(key: str, named: Sequence[Enum | str]) -> None:
    for of in named:
        if named.count(of) > 1:
            raise ValueError(f"{key} names {of.value if isinstance(of, Enum) else of} twice")


def _payments(policy: Policy) -> None:
    told = policy.payments
    _distinct("payments.methods", told.methods)
    for key, amount in {"minimum": told.minimum, "max_amount": told.max_amount}.items():
        if amount is not None and not _is_payable(amount):
            raise ValueError(f"payments.{key} must be more than 0, with at most two decimals")
    if told.max_amount is not None and told.max_amount < told.minimum:
        raise ValueError("payments.max_amount may not be less than payments.minimum")
    if not told.bank_authorization.strip():
        raise ValueError("payments.bank_authorization must say what is agreed to")
    for kind, of in told.payment_types.items():
        if of <= 0:
            raise ValueError(f"payments.payment_types.{kind.value} must be an id of ServiceTitan's")
    for kind in told.methods if told.record_in_servicetitan else ():
        if kind not in told.payment_types:
            raise ValueError(
                f"payments.payment_types has no {kind.value}: record_in_servicetitan needs the id "
                "of a payment type for each of payments.methods"
            )


def _is_payable(amount: Decimal) -> bool:
    return amount.is_finite() and amount > 0 and amount == round(amount, 2)


def _financing(policy: Policy) -> None:
    factor = policy.financing.monthly_factor
    if factor is not None and not (factor.is_finite() and factor > 0):
        raise ValueError("financing.monthly_factor must be more than 0")


def _documents(policy: Policy) -> None:
    told = policy.documents
    if told.templates is None:
        for key, given in {"logo": told.logo, "business_units": told.business_units}.items():
            if given:
                raise ValueError(f"documents.{key} needs documents.templates, the folder it is in")
        return
    folder = Path(told.templates)
    if not folder.is_dir():
        raise ValueError(f'documents.templates names "{folder}", which is no folder')
    if told.logo is not None and not (folder / told.logo).is_file():
        raise ValueError(f'documents.logo names "{told.logo}", which is no file in {folder}')
    for unit in told.business_units.values():
        if not (folder / unit).is_dir():
            raise ValueError(f'documents.business_units names "{unit}", no folder in {folder}')


def _staff(policy: Policy) -> None:
    told = policy.staff
    for key, role in {"role": told.role, "billing_role": told.billing_role}.items():
        if not role.strip():
            raise ValueError(f"staff.{key} must name a role")
    if told.role == told.billing_role:
        raise ValueError(f'staff.billing_role is staff.role: nobody could be without "{told.role}"')
    if not 1 <= told.session_hours <= MOST_SESSION_HOURS:
        raise ValueError(f"staff.session_hours must be from 1 to {MOST_SESSION_HOURS}")


def _budget(policy: Policy) -> None:
    told = policy.budget
    if told.calls_per_second < FEWEST_CALLS_PER_SECOND:
        raise ValueError(f"budget.calls_per_second must be {FEWEST_CALLS_PER_SECOND} or more")
    if told.calls_per_operation < 1:
        raise ValueError("budget.calls_per_operation must be 1 or more")
    for key, part in {"use": told.use, "share_without_redis": told.share_without_redis}.items():
        if not 0 < part <= 1:
            raise ValueError(f"budget.{key} must be more than 0 and at most 1")
    if not 0 <= told.kept_share < 1:
        raise ValueError("budget.kept_share must be 0 or more and less than 1")


def _counts(policy: Policy) -> None:
    for block, part in {"subscriptions": policy.subscriptions, "limits": policy.limits}.items():
        for key, told in msgspec.structs.asdict(part).items():
            if told < 1:
                raise ValueError(f"{block}.{key} must be 1 or more")


def _proposals(policy: Policy) -> None:
    seller = policy.proposals.sold_by
    if seller is not None and seller <= 0:
        raise ValueError("proposals.sold_by must be ServiceTitan's id of a technician or employee")


_CHECKS: Sequence[Callable[[Policy], None]] = (
    _tenant,
    _ages,
    _cache,
    _addresses,
    _choices,
    _payments,
    _financing,
    _proposals,
    _documents,
    _budget,
    _counts,
    _staff,
)
