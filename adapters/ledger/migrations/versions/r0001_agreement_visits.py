"""Visits of service agreements, as the office imports them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATUSES = (
    "Unscheduled",
    "Scheduled",
    "InProgress",
    "Completed",
    "Canceled",
    "Dismissed",
    "Deleted",
)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "agreement_visits",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(sa.column("status").in_(_STATUSES), name="ck_agreement_visits_status"),
        sa.UniqueConstraint(
            "agreement_id", "location_id", "name", "due_on", name="uq_agreement_visits_visit"
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_agreement_visits_location_id", "agreement_visits", ["location_id"])


def downgrade() -> None:
    """Drop the table, and what was imported with it."""
    op.drop_table("agreement_visits")
