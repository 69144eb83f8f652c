"""The toll put together from settings: counted in this process, or in Redis for all workers."""

from typing import Final

import structlog

from gateway.choices import Choices
from gateway.counts import StreetCounts
from gateway.guard.buckets import Buckets, ProcessBuckets
from gateway.guard.buckets_shared import SharedBuckets
from gateway.guard.budgets import Budgets
from gateway.guard.kept_documents import KeptDocuments, ProcessDocuments, SharedDocuments
from gateway.guard.persisted import Persisted
from gateway.guard.toll import Toll
from gateway.guard.trusted import Checking, Checks, ManifestError, Trusted
from gateway.settings import Settings

_NONE: Final = (
    'trusted_documents.mode is "enforce", and PORTAL_TRUSTED_DOCUMENTS names no documents: '
    "customers could ask nothing."
)

_log = structlog.get_logger("guard")


def toll_of(settings: Settings, choices: Choices, checks: Checks, counts: StreetCounts) -> Toll:
    """Return the toll of this gateway, by the policy in force; raises ManifestError."""
    trusted = trusted_of(settings, choices, checks.listed)
    buckets: Buckets = ProcessBuckets()
    kept: KeptDocuments = ProcessDocuments()
    if settings.redis_url is not None:
        url, name = settings.redis_url.get_secret_value(), str(settings.servicetitan_tenant_id)
        buckets, kept = SharedBuckets(url, name), SharedDocuments(url, name)
    budgets = Budgets(buckets, lambda: choices.current().limits)
    mode = choices.current
    persisted = Persisted(
        trusted, kept, checks.asked, lambda: mode().trusted_documents.mode, counts.documents
    )
    return Toll(budgets, persisted)


def trusted_of(settings: Settings, choices: Choices, checking: Checking) -> Trusted:
    """Return the trusted documents; raises ManifestError where none are, and only they may be run.

    They are read again whenever choices are.
    """
    trusted = Trusted(settings.trusted_documents, checking)
    choices.tell(trusted.read_again)
    if settings.trusted_documents is None:
        if _enforces(choices):
            raise ManifestError(_NONE)
        choices.tell(lambda: _warn_of_none(choices))
    return trusted


def _enforces(choices: Choices) -> bool:
    return choices.current().trusted_documents.is_enforced


def _warn_of_none(choices: Choices) -> None:
    if _enforces(choices):
        _log.error("no trusted documents", problem=_NONE)
