"""The portal's own choices, as the tenant's policy file states them."""

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from zoneinfo import ZoneInfo

import msgspec

from adapters.cache.ages import Ages
from adapters.payments.kinds import MethodKind
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


class WhenRefused(Enum):
    """What becomes of a payment that was charged, and that ServiceTitan refuses to record."""

    HAND_OFF = "hand_off"
    REFUND = "refund"


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
    """Who may see what, by the records their email stands on.

    An email on more than `most_customers_of_an_email` opens nothing, and neither do placeholders,
    unless it is a trusted one (R12).
    """

    customer_email: AccessLevel = AccessLevel.BILLING
    location_email: AccessLevel = AccessLevel.NON_BILLING
    people: Mapping[str, tuple[Override, ...]] = {}
    directory_stale_after_minutes: int = 60
    placeholder_emails: tuple[str, ...] = ("noemail@gmail.com", "noemail@noemail.com")
    most_customers_of_an_email: int = 25
    trusted_emails: tuple[str, ...] = ()


class Invoices(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the Invoices screen leaves out (Q6)."""

    hide_of_open_jobs: bool = False


class Proposals(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which estimates are shown (R38, Q8), and what of them can be done here (R41-R44).

    `sold_by` is ServiceTitan's id of the technician or employee that accepted estimates are sold
    by: without one the office sells by hand what was accepted. `wait_for_bank_deposit` says that a
    deposit by bank is paid once it has settled, and not when it is submitted (R42).
    """

    show_accepted: bool = True
    allow_accept: bool = True
    allow_decline: bool = False
    sold_by: int | None = None
    wait_for_bank_deposit: bool = True


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


_BANK_AUTHORIZATION = (
    "I authorize {business} to debit the bank account I have given, once, for the amount shown, "
    "and to send back what was debited in error. The debit may reach my bank on the day I submit "
    "this payment. I can revoke this authorization by calling {business} before then."
)


class Payments(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the portal offers of payment, and where what was paid goes (R29, R30, R32, R35, R80).

    `minimum` is the least that may be paid of a larger balance, `max_amount` the most in one
    payment, None for no bound. `bank_authorization` is what a payer agrees to before a bank is
    asked; `{business}` in it is the tenant's name. `record_in_servicetitan` needs the tenant's
    `payment_types`: ServiceTitan's id of a payment type for each kind of method.
    """

    allow_partial: bool = False
    methods: tuple[MethodKind, ...] = (MethodKind.CARD, MethodKind.BANK_ACCOUNT)
    minimum: Decimal = Decimal("1.00")
    max_amount: Decimal | None = None
    bank_authorization: str = _BANK_AUTHORIZATION
    save_methods: bool = True
    save_bank_accounts: bool = False
    record_in_servicetitan: bool = False
    payment_types: Mapping[MethodKind, int] = {}
    when_refused: WhenRefused = WhenRefused.HAND_OFF


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


class CacheKind(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of record has other than the rest, of the ages in `Cache`."""

    fresh_seconds: int | None = None
    refreshing_seconds: int | None = None
    failing_seconds: int | None = None


_DAY = 86_400
_REFERENCE = CacheKind(fresh_seconds=_DAY, refreshing_seconds=_DAY, failing_seconds=2 * _DAY)
_NEVER_STALE = CacheKind(refreshing_seconds=0, failing_seconds=0)
_KINDS: Mapping[str, CacheKind] = {
    "business_units": _REFERENCE,
    "job_types": _REFERENCE,
    "membership_types": _REFERENCE,
    "payments": _NEVER_STALE,
}


class Cache(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How old a remembered record may be, in seconds, and how much is remembered.

    Until `fresh_seconds` it is answered, until `refreshing_seconds` answered while it is read
    again, and until `failing_seconds` answered where ServiceTitan fails. Names of things are
    believed for a day, and what was paid is never answered stale, unless `kinds` says otherwise.
    """

    fresh_seconds: int = 60
    refreshing_seconds: int = 300
    failing_seconds: int = 900
    memory_megabytes: int = 256
    kinds: Mapping[str, CacheKind] = {}

    def ages(self, kind: str) -> Ages:
        """Return the ages of this kind of record; one that is shorter than the one before is it."""
        told = self.kinds.get(kind, CacheKind())
        usual = _KINDS.get(kind, CacheKind())
        fresh = _first(told.fresh_seconds, usual.fresh_seconds, self.fresh_seconds)
        refreshing = _first(
            told.refreshing_seconds, usual.refreshing_seconds, self.refreshing_seconds
        )
        failing = _first(told.failing_seconds, usual.failing_seconds, self.failing_seconds)
        return Ages(fresh, max(fresh, refreshing), max(fresh, refreshing, failing))


def _first(*told: int | None) -> int:
    return next(seconds for seconds in told if seconds is not None)


class Feeds(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How often the export feeds are followed, in seconds."""

    every_seconds: float = 300.0


class Subscriptions(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many live connections one worker holds, what each may do, and for how long.

    A WebSocket is one, and so is a stream of events. `connections` are of all viewers together; a
    tenth of them at most may be of nobody who has signed in. `idle_seconds` counts while nothing
    is asked or running.
    """

    connections: int = 5000
    connections_per_viewer: int = 10
    operations_per_connection: int = 20
    idle_seconds: int = 120
    lifetime_seconds: int = 3600


class StaffSignIn(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which roles of their identity provider make somebody staff, and how long a sign-in lasts."""

    role: str = "staff"
    billing_role: str = "billing"
    session_hours: int = 8


class Budget(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much of ServiceTitan's limit is used, and for whom a share of it is kept.

    `use`, `kept_share` and `share_without_redis` are parts of one. `calls_per_operation` is how
    many calls one GraphQL operation may cost.
    """

    calls_per_second: int = 60
    use: float = 0.8
    kept_share: float = 0.2
    share_without_redis: float = 0.5
    calls_per_operation: int = 200


class Limits(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much may be asked of the gateway in a minute, and at once, in operations and in points.

    A point is a call to ServiceTitan, or a hundred rows, as reckoned before an operation runs. The
    first two are each customer's; `address_…` are of all who come from one address by a link, or
    as nobody. What was used comes back steadily. `at_once` is how many operations one viewer
    may have open at a worker, `address_at_once` those without credentials from one address.
    """

    operations_per_minute: int = 60
    cost_per_minute: int = 600
    address_operations_per_minute: int = 120
    address_cost_per_minute: int = 600
    staff_operations_per_minute: int = 600
    staff_cost_per_minute: int = 6000
    cost_per_operation: int = 1000
    at_once: int = 30
    address_at_once: int = 100


class WhichDocuments(Enum):
    """Which documents customers and links may have run: any, any but counted, or known ones."""

    OPEN = "open"
    MEASURE = "measure"
    ENFORCE = "enforce"


class TrustedDocuments(_Part, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What PORTAL_TRUSTED_DOCUMENTS is for; staff may always ask what they like."""

    mode: WhichDocuments = WhichDocuments.OPEN

    @property
    def is_enforced(self) -> bool:
        """May nothing else be run?"""
        return self.mode is WhichDocuments.ENFORCE


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
    budget: Budget = Budget()
    limits: Limits = Limits()
    trusted_documents: TrustedDocuments = TrustedDocuments()
    subscriptions: Subscriptions = Subscriptions()
    staff: StaffSignIn = StaffSignIn()
