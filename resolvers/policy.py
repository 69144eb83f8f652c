"""The portal's own choices, as the tenant's policy file states them."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import msgspec

from resolvers.levels import AccessLevel


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block of the policy file: a key that is not known stops the reading."""


class Tenant(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the API does not tell of the business itself."""

    time_zone: str = "America/Chicago"
    currency: str = "USD"
    business_name: str = "Our company"
    phone: str | None = None

    def zone(self) -> ZoneInfo:
        """Return the zone in which days begin; raises ZoneInfoNotFoundError for an unknown name."""
        return ZoneInfo(self.time_zone)


class Override(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A level the office set for one person, at one customer or at one location of theirs (R4)."""

    customer: int
    level: AccessLevel
    location: int | None = None


class Access(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who may see what, by the records their email stands on."""

    customer_email: AccessLevel = AccessLevel.BILLING
    location_email: AccessLevel = AccessLevel.NON_BILLING
    people: Mapping[str, tuple[Override, ...]] = {}
    directory_stale_after_minutes: int = 60


class Jobs(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How jobs are read."""

    by_location: bool = False


class Cache(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """For how long a row is answered from memory, in seconds."""

    fresh_seconds: int = 60


class Feeds(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often the export feeds are followed, in seconds."""

    every_seconds: float = 300.0


class Policy(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every choice of the policy file; an absent block has its defaults."""

    tenant: Tenant = Tenant()
    access: Access = Access()
    jobs: Jobs = Jobs()
    cache: Cache = Cache()
    feeds: Feeds = Feeds()
