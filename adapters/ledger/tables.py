"""The ledger's tables as they are now; `migrations` brings any older database here."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
)

from adapters.ledger.planned_visits import PlannedStatus

METADATA = MetaData()

AGREEMENT_VISITS = Table(
    "agreement_visits",
    METADATA,
    Column(
        "id", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True
    ),
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
