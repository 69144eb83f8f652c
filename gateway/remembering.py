"""What the gateway remembers of ServiceTitan's rows, and where."""

from collections.abc import Callable

from adapters.cache.ages import Ages
from adapters.cache.gathering import Upstream
from adapters.cache.opening import memory_records, redis_records
from adapters.cache.records import Records
from gateway.choices import Choices
from gateway.settings import Settings


def records_of(settings: Settings, choices: Choices, upstream: Upstream) -> Records:
    """Remember in this process, in front of Redis where there is one for all workers."""
    remembering = choices.current().cache
    if settings.redis_url is None:
        return memory_records(upstream, _ages(choices), megabytes=remembering.memory_megabytes)
    return redis_records(
        upstream,
        str(settings.servicetitan_tenant_id),
        _ages(choices),
        settings.redis_url.get_secret_value(),
        megabytes=remembering.memory_megabytes,
    )


def _ages(choices: Choices) -> Callable[[str], Ages]:
    """Ask the policy in force for every fill: what is remembered already keeps its ages."""

    def ages(kind: str) -> Ages:
        return choices.current().cache.ages(kind)

    return ages
