"""Every kind of viewer: what the office knows of each, and what the door is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from adapters.sandbox.homes import LANDMARKS
from resolvers.levels import AccessLevel
from resolvers.policy import Override
from tests.authz.crossed import GROCERS, LAKEVIEW, NEXT_DOOR, OAK_PARK, PAT, RIVER_FOREST
from tests.authz.oracle import BILLING, NON_BILLING, NONE, Overrides, Who

QUINN, FOREST_PARK = 1061, 2103
STAFF, VIEWER_ONLY = "staff@example.com", "viewer-only@example.com"
LINKED_INVOICE, LINKED_ESTIMATES = LANDMARKS["open-invoice"][1], (600101, 600102)

_SET: Final[Mapping[str, Overrides]] = {
    "riley@example.com": {(PAT, None): NON_BILLING},
    "jordan@example.com": {
        (GROCERS, None): NON_BILLING,
        (GROCERS, OAK_PARK): BILLING,
        (GROCERS, RIVER_FOREST): NONE,
        (GROCERS, FOREST_PARK): BILLING,
    },
    "quinn@example.com": {(QUINN, None): NONE},
    "neighbor@example.net": {(LAKEVIEW, NEXT_DOOR): BILLING},
}
"""What the office set for each email."""

_LEVELS = {
    NONE: AccessLevel.NONE,
    NON_BILLING: AccessLevel.NON_BILLING,
    BILLING: AccessLevel.BILLING,
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of viewer: who it is, and how the door gets to know.

    `email` and `staff` each have a token; both together are staff who look through the email's
    eyes. `link` has a link's token.
    """

    who: Who
    email: str | None = None
    staff: str | None = None
    link: str | None = None


def people() -> dict[str, tuple[Override, ...]]:
    """Return what the office set, as the policy file says it."""
    return {
        email: tuple(
            Override(customer=customer, location=location, level=_LEVELS[level])
            for (customer, location), level in levels.items()
        )
        for email, levels in _SET.items()
    }


def _person(email: str, *, staff: str | None = None, most: int = BILLING) -> Kind:
    return Kind(Who(email, _SET.get(email, {}), most=most), email=email, staff=staff)


KINDS: Final[Mapping[str, Kind]] = {
    "ANONYMOUS": Kind(Who()),
    "OWNER": _person("pat@example.com"),
    "OTHER_OWNER": _person("morgan@example.com"),
    "OWNER_WITHOUT_PLACES": _person("lee@example.com"),
    "NON_BILLING": _person("riley@example.com"),
    "MIXED_LEVELS": _person("jordan@example.com"),
    "PLACE_WITH_BILLING": _person("neighbor@example.net"),
    "TENANT": _person("sam@example.com"),
    "NO_ACCESS": _person("quinn@example.com"),
    "MERGED_AWAY": _person("dana@example.com"),
    "STRANGER": _person("casey@example.com"),
    "PAYMENT_LINK": Kind(Who(invoices=frozenset({str(LINKED_INVOICE)})), link="payment"),
    "ESTIMATE_LINK": Kind(Who(estimates=frozenset(map(str, LINKED_ESTIMATES))), link="estimate"),
    "STAFF": Kind(Who(everywhere=BILLING), staff=STAFF),
    "STAFF_WITHOUT_BILLING": Kind(Who(everywhere=NON_BILLING), staff=VIEWER_ONLY),
    "VIEW_AS": _person("pat@example.com", staff=STAFF),
    "VIEW_AS_WITHOUT_BILLING": _person("pat@example.com", staff=VIEWER_ONLY, most=NON_BILLING),
}
