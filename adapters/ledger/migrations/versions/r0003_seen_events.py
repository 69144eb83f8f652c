"""Events that ServiceTitan sent, kept so that each has its effect once."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "seen_events",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("occurrence", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("names", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("received_at", _MOMENT, nullable=False),
        sa.Column("taken_until", _MOMENT, nullable=True),
        sa.Column("done_at", _MOMENT, nullable=True),
        sa.UniqueConstraint("occurrence", name="uq_seen_events_occurrence"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_seen_events_received_at", "seen_events", ["received_at"])
    pending = sa.column("done_at").is_(None)
    op.create_index(
        "ix_seen_events_pending",
        "seen_events",
        ["id"],
        sqlite_where=pending,
        postgresql_where=pending,
    )


def downgrade() -> None:
    """Drop the table, and with it what was seen."""
    op.drop_table("seen_events")
