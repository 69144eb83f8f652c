"""The portal's own choices, as the tenant's policy file states them."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

import msgspec

from resolvers.levels import AccessLevel


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A block of the policy file: a key that is not known stops the reading."""


class Screen(Enum):
    """The portal's screens, each of which a tenant may leave out."""

    MY_TASKS = "MY_TASKS"
    INVOICES = "INVOICES"
    PROPOSALS = "PROPOSALS"
    JOBS = "JOBS"
    EQUIPMENT = "EQUIPMENT"
    SERVICE_AGREEMENTS = "SERVICE_AGREEMENTS"
    MEMBERSHIPS = "MEMBERSHIPS"


class PaymentMethodKind(Enum):
    """By what a customer may pay online."""

    CARD = "CARD"
    BANK_ACCOUNT = "BANK_ACCOUNT"
    PAY_BY_BANK = "PAY_BY_BANK"
    APPLE_PAY = "APPLE_PAY"
    GOOGLE_PAY = "GOOGLE_PAY"


class BookingKind(Enum):
    """How a customer gets an unscheduled visit booked (R55, Q20): never by a write of ours."""

    CALL = "CALL"
    SCHEDULER_LINK = "SCHEDULER_LINK"


class Tenant(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the API does not tell of the business itself."""

    time_zone: str = "America/Chicago"
    currency: str = "USD"
    business_name: str = "Our company"
    phone: str | None = None
    email: str | None = None
    logo_url: str | None = None
    sign_in_url: str | None = None
    sign_up_url: str | None = None

    def zone(self) -> ZoneInfo:
        """Return the zone in which days begin; raises ZoneInfoNotFoundError for an unknown name."""
        return ZoneInfo(self.time_zone)


class Screens(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which screens the portal offers, in their order."""

    shown: tuple[Screen, ...] = tuple(Screen)


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


class Invoices(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the Invoices screen leaves out (Q6)."""

    hide_of_open_jobs: bool = False


class Proposals(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which estimates are shown (R38, Q8): accepted ones too, unless the tenant hides them."""

    show_accepted: bool = True


class Financing(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tenant's financing integration, shown beside each open estimate (R40).

    `monthly_factor` times the total is the "as low as" of a month.
    """

    enabled: bool = False
    label: str = "Financing available"
    apply_url: str | None = None
    monthly_factor: Decimal | None = None


class Jobs(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How jobs and their visits are read and shown (R19, R53, R59, Q13)."""

    by_location: bool = False
    show_date_only: bool = False
    past_grace_minutes: int = 0


class Upcoming(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The Unscheduled section, and how a visit gets booked (R55, R56, Q15, Q20)."""

    show_unscheduled: bool = True
    include_membership_visits: bool = False
    booking: BookingKind = BookingKind.CALL
    scheduler_url: str | None = None


class Agreements(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Service agreements shown by status (R70), and whether they need Billing access (Q2)."""

    statuses: tuple[str, ...] = ("Activated",)
    gate_by_billing: bool = True


class Payments(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the portal offers of payment (R29, R80)."""

    allow_partial: bool = False
    methods: tuple[PaymentMethodKind, ...] = (
        PaymentMethodKind.CARD,
        PaymentMethodKind.BANK_ACCOUNT,
    )


class Documents(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Documents as PDF (R39): built-in templates, or the tenant's own by business unit.

    `templates` is a folder; `business_units` names, for a business unit's id, the folder in it that
    holds this unit's; `logo` is an image in it. What is not there is taken from the next: the
    unit's folder, the folder itself, the built-in ones.
    """

    estimates: bool = True
    templates: str | None = None
    business_units: Mapping[int, str] = {}
    logo: str | None = None


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
    screens: Screens = Screens()
    invoices: Invoices = Invoices()
    proposals: Proposals = Proposals()
    financing: Financing = Financing()
    jobs: Jobs = Jobs()
    upcoming: Upcoming = Upcoming()
    agreements: Agreements = Agreements()
    payments: Payments = Payments()
    documents: Documents = Documents()
    cache: Cache = Cache()
    feeds: Feeds = Feeds()
