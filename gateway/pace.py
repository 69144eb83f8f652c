"""Which pace the calls to ServiceTitan keep, as the settings and the policy say."""

from adapters.servicetitan.pacing import Allowance, Pace, ProcessPace
from adapters.servicetitan.pacing_shared import SharedPace
from gateway.choices import Choices
from gateway.settings import Settings


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
