"""What comes after a payment: what was left to pay, what went back, what was agreed to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_LEFT = "left_before"


def upgrade() -> None:
    """Add the column and the tables; nothing is known of what was paid before."""
    if op.get_bind().dialect.name == "postgresql":
        op.add_column("payment_splits", sa.Column(_LEFT, sa.BigInteger(), nullable=True))
    else:
        _splits_anew(sa.Column(_LEFT, sa.BigInteger(), nullable=True))
    _count_by("counted_until")
    op.create_table(
        "payment_sent_back",
        _number("attempt_id", primary_key=True),
        _number("amount"),
        _number("entered"),
        sa.CheckConstraint("amount > 0", name="ck_payment_sent_back_amount"),
        sa.CheckConstraint("entered >= 0", name="ck_payment_sent_back_entered"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name="fk_payment_sent_back_attempt_id"
        ),
    )
    op.create_table(
        "authorization_texts",
        sa.Column("version", sa.String(64), primary_key=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("first_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "card_tries",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("declined", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_card_tries_principal", "card_tries", ["principal", "at"])
    op.create_index("ix_card_tries_at", "card_tries", ["at"])


def downgrade() -> None:
    """Drop them, and with them what was agreed to."""
    for name in ("card_tries", "authorization_texts", "payment_sent_back"):
        op.drop_table(name)
    _count_by("id")
    if op.get_bind().dialect.name == "postgresql":
        op.drop_column("payment_splits", _LEFT)
    else:
        _splits_anew()


def _count_by(name: str) -> None:
    """Have what is subtracted be found by this: what was recorded is so for a while alone."""
    index, table = "ix_payment_attempts_counted", "payment_attempts"
    counted = sa.column("counted", sa.Boolean()).is_(True)
    op.drop_index(index, table)
    op.create_index(index, table, [name], sqlite_where=counted, postgresql_where=counted)


def _number(name: str, *, primary_key: bool = False) -> "sa.Column[int]":
    return sa.Column(
        name, sa.BigInteger(), primary_key=primary_key, nullable=False, autoincrement=False
    )


def _splits_anew(*more: "sa.Column[int]") -> None:
    """Make the table with these columns too: SQLite writes an added one behind the constraints."""
    kept = "attempt_id, invoice_id, number, amount, held"
    op.execute(f"CREATE TEMPORARY TABLE splits_before AS SELECT {kept} FROM payment_splits")  # noqa: S608  # no word of it is anybody's
    op.drop_table("payment_splits")
    op.create_table(
        "payment_splits",
        _number("attempt_id", primary_key=True),
        _number("invoice_id", primary_key=True),
        sa.Column("number", sa.Text(), nullable=False),
        _number("amount"),
        sa.Column("held", sa.Boolean(), nullable=False),
        *more,
        sa.CheckConstraint("amount > 0", name="ck_payment_splits_amount"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name="fk_payment_splits_attempt_id"
        ),
    )
    op.create_index("ix_payment_splits_invoice_id", "payment_splits", ["invoice_id"])
    op.create_index(
        "uq_payment_splits_held",
        "payment_splits",
        ["invoice_id"],
        unique=True,
        sqlite_where=sa.column("held", sa.Boolean()).is_(True),
    )
    op.execute(f"INSERT INTO payment_splits ({kept}) SELECT {kept} FROM splits_before")  # noqa: S608  # as above
    op.execute("DROP TABLE splits_before")
