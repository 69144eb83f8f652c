"""What compiled plans tell: how many are kept, how often they answered, and why they did not."""

from gateway.metrics.families import Family, by, counter, gauge
from gateway.plans.plans import Plans


def planned(plans: Plans | None) -> list[Family]:
    """Return what is counted where queries are compiled; families without numbers elsewhere."""
    counts = None if plans is None else plans.counts
    return [
        gauge(
            "plans_kept", "Compiled plans that are kept.", None if plans is None else plans.plans
        ),
        gauge(
            "plan_fields_kept",
            "Fields of all plans that are kept, which is what takes their memory.",
            None if plans is None else plans.fields,
        ),
        counter("plans_made", "Plans that were compiled.", counts.made if counts else ()),
        counter("planned", "Operations that a plan answered.", counts.planned if counts else ()),
        counter(
            "unplanned",
            "Operations that graphql-core answered although queries are compiled, by the reason.",
            by("reason", {str(of): count for of, count in counts.reasons.items()})
            if counts
            else (),
        ),
        counter(
            "plan_surprises",
            "Plans that gave up while they ran, so that graphql-core ran the query again.",
            counts.surprised if counts else (),
        ),
    ]
