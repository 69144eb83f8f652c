"""The ledger's tables as they are now; `migrations` brings any older database here."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
)

from adapters.ledger.metadata import ID, METADATA
from adapters.ledger.payment_tables import (
    ACCEPTANCES,
    AUTHORIZATION_TEXTS,
    CARD_TRIES,
    PAYER_ACCOUNTS,
    PAYMENT_ATTEMPTS,
    PAYMENT_SENT_BACK,
    PAYMENT_SPLITS,
    PAYMENT_STEPS,
)
from adapters.ledger.planned_visits import PlannedStatus

__all__ = [
    "ACCEPTANCES",
    "ACCESS_LEVELS",
    "AGREEMENT_VISITS",
    "AUDIT",
    "AUTHORIZATION_TEXTS",
    "CARD_TRIES",
    "DIRECTORY_CONTACTS",
    "DIRECTORY_CUSTOMERS",
    "DIRECTORY_LOCATIONS",
    "DIRECTORY_UNSEEN",
    "DIRECT_LINKS",
    "FEED_MARKS",
    "LEASES",
    "METADATA",
    "PAYER_ACCOUNTS",
    "PAYMENT_ATTEMPTS",
    "PAYMENT_SENT_BACK",
    "PAYMENT_SPLITS",
    "PAYMENT_STEPS",
    "PSEUDONYMS",
    "RIGHTS",
    "SEEN_EVENTS",
    "STAFF_SESSIONS",
]

AGREEMENT_VISITS = Table(
    "agreement_visits",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("agreement_id", BigInteger, nullable=False),
    Column("location_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("status", String(16), nullable=False),
    Column("job_id", BigInteger, nullable=True),
    Column("imported_at", DateTime(timezone=True), nullable=False),
    CheckConstraint(
        column("status").in_([status.value for status in PlannedStatus]),
        name="ck_agreement_visits_status",
    ),
    UniqueConstraint(
        "agreement_id", "location_id", "name", "due_on", name="uq_agreement_visits_visit"
    ),
    Index("ix_agreement_visits_location_id", "location_id"),
    sqlite_autoincrement=True,  # an id names a visit for ever: none is given twice
)
"""`imported_at` is when an import last changed the row."""

RIGHTS = Table(
    "rights",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("directory_read_at", DateTime(timezone=True), nullable=True),
    Column("payments_revision", BigInteger, nullable=False),
    CheckConstraint("id = 1", name="ck_rights_one_row"),
)
"""One row: `revision` is raised with every change of who may see what, in its transaction.

`directory_read_at` is when every feed of the directory was last read to its end.
`payments_revision` is raised with every change of what is being paid, or is charged and not yet in
ServiceTitan's books.
"""

LEASES = Table(
    "leases",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("until", DateTime(timezone=True), nullable=False),
)
"""Work that one process of the fleet does at a time, and until when it has it."""

FEED_MARKS = Table(
    "feed_marks",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("continue_from", Text, nullable=True),
    Column("read_at", DateTime(timezone=True), nullable=True),
)
"""Where each export feed is read on; the mark moves with what its page changed."""

DIRECTORY_CUSTOMERS = Table(
    "directory_customers",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
    Column("type", String(16), nullable=False),
    Column("active", Boolean, nullable=False),
    Column("merged_to_id", BigInteger, nullable=True),
)

DIRECTORY_LOCATIONS = Table(
    "directory_locations",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("merged_to_id", BigInteger, nullable=True),
    Index("ix_directory_locations_customer_id", "customer_id"),
)

DIRECTORY_CONTACTS = Table(
    "directory_contacts",
    METADATA,
    Column("kind", String(8), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("owner_id", BigInteger, nullable=False),
    Column("email", Text, nullable=False),
    CheckConstraint(
        column("kind").in_(["customer", "location"]), name="ck_directory_contacts_kind"
    ),
    Index("ix_directory_contacts_email", "email"),
    Index("ix_directory_contacts_owner", "kind", "owner_id"),
)
"""Live emails alone, folded; `owner_id` is a customer's or a location's, as `kind` says."""

DIRECTORY_UNSEEN = Table(
    "directory_unseen",
    METADATA,
    Column("feed", String(64), primary_key=True),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
)
"""Rows that a feed, being read from its beginning again, has not told of yet.

What is left of them at its end is gone from ServiceTitan, and goes from the directory.
"""

ACCESS_LEVELS = Table(
    "access_levels",
    METADATA,
    Column("email", Text, primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("location_id", BigInteger, primary_key=True, autoincrement=False),
    Column("level", String(16), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
    Column("changed_by", Text, nullable=False),
    CheckConstraint(
        column("level").in_(["BILLING", "NON_BILLING", "NONE"]), name="ck_access_levels_level"
    ),
    Index("ix_access_levels_customer_id", "customer_id"),
)
"""What the office set for one email: at a customer, or (location_id not 0) at one place of it."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("as_whom", Text, nullable=True),
    Column("action", String(64), nullable=False),
    Column("subject", Text, nullable=False),
    Column("version", Text, nullable=True),
    Column("details", Text, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_audit_subject", "subject"),
    sqlite_autoincrement=True,
)
"""Who did what, as whom, to what, which version of it, when: rows are added and never changed.

`details` is JSON; `digest` seals a row and all before it.
"""

PSEUDONYMS = Table(
    "pseudonyms",
    METADATA,
    Column("email", Text, primary_key=True),
    Column("pseudonym", String(32), nullable=False, unique=True),
)
"""What `audit` calls a customer; a row that is deleted leaves nobody behind the pseudonym."""

DIRECT_LINKS = Table(
    "direct_links",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("kind", String(16), nullable=False),
    Column("secret_hash", String(64), nullable=False, unique=True),
    Column("record_ids", Text, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True), nullable=True),
    Column("last_used_at", DateTime(timezone=True), nullable=True),
    CheckConstraint(
        column("kind").in_(["PAYMENT_LINK", "ESTIMATE_LINK"]), name="ck_direct_links_kind"
    ),
    sqlite_autoincrement=True,
)
"""Direct links; of a secret only its SHA-256 is here. `record_ids` is a JSON list."""

STAFF_SESSIONS = Table(
    "staff_sessions",
    METADATA,
    Column("id_hash", String(64), primary_key=True),
    Column("sign_in_hash", String(64), nullable=False, unique=True),
    Column("staff_key", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("may_bill", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Index("ix_staff_sessions_expires_at", "expires_at"),
)
"""Staff who are signed in to the console; of a session's id only its SHA-256 is here."""

SEEN_EVENTS = Table(
    "seen_events",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("occurrence", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("names", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
    Column("taken_until", DateTime(timezone=True), nullable=True),
    Column("done_at", DateTime(timezone=True), nullable=True),
    UniqueConstraint("occurrence", name="uq_seen_events_occurrence"),
    Index("ix_seen_events_received_at", "received_at"),
    Index(
        "ix_seen_events_pending",
        "id",
        sqlite_where=column("done_at").is_(None),
        postgresql_where=column("done_at").is_(None),
    ),
    sqlite_autoincrement=True,
)
"""Events that ServiceTitan sent: `done_at` is null until what they name was forgotten.

`occurrence` and `digest` are SHA-256 of the event's own id and of what it says; `names` is a JSON
list of what changed, by resource, key and value, and holds nothing else of it.
"""
