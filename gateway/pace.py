"""Which pace the calls to ServiceTitan keep, and who keeps places in the line for it."""

import msgspec

from adapters.servicetitan.pacing import Allowance, Pace, ProcessPace
from adapters.servicetitan.pacing_shared import SharedPace
from adapters.servicetitan.places import KeptPlaces, ProcessPlaces
from adapters.servicetitan.places_shared import SharedPlaces
from gateway.choices import Choices
from gateway.settings import Settings
from resolvers.policy import Policy


def pace_of(settings: Settings, choices: Choices) -> Pace:
    """Make the pace that all workers share by Redis, or this process's own where there is none.

    The budget of the policy is asked for every call, so another one counts from the next.
    """

    def allowance() -> Allowance:
        budget = choices.current().budget
        return Allowance.of(budget.calls_per_second, budget.use, budget.kept_share)

    if settings.redis_url is None:
        return ProcessPace(allowance)
    return SharedPace(
        settings.redis_url.get_secret_value(),
        str(settings.servicetitan_tenant_id),
        allowance,
        lambda: choices.current().budget.share_without_redis,
    )


def places_of(settings: Settings) -> KeptPlaces:
    """Keep the places of whoever is told to come again, for all workers where there is a Redis."""
    if settings.redis_url is None:
        return ProcessPlaces()
    return SharedPlaces(settings.redis_url.get_secret_value(), str(settings.servicetitan_tenant_id))


def as_one_of(workers: int, policy: Policy) -> Policy:
    """Give this policy as one of so many workers goes by it.

    While Redis does not answer, they share `share_without_redis` without asking each other.
    """
    share = policy.budget.share_without_redis / workers
    budget = msgspec.structs.replace(policy.budget, share_without_redis=share)
    return msgspec.structs.replace(policy, budget=budget)
