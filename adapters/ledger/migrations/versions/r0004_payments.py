"""Money: attempts to pay and their steps, kept accounts, acceptances of estimates."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_STATES = (
    "RECEIVED",
    "CHECKED",
    "REFUSED",
    "CHARGING",
    "ACTION_REQUIRED",
    "UNKNOWN",
    "DECLINED",
    "EXPIRED",
    "PROCESSING",
    "CHARGED",
    "RECORDING",
    "RECORD_PENDING",
    "HANDED_OFF",
    "RECORDED",
    "REFUND_PENDING",
    "REFUNDED",
    "RETURNED",
)
_ACCEPTANCE_STATES = (
    "RECEIVED",
    "AWAITING_DEPOSIT",
    "SELLING",
    "SELL_PENDING",
    "SOLD",
    "HANDED_OFF",
    "REFUSED",
)


def upgrade() -> None:
    """Make the tables, and let nobody change a step."""
    _count_payments()
    _attempts()
    _splits()
    _steps()
    _accounts()
    _acceptances()


def downgrade() -> None:
    """Drop the tables, and with them every payment that was made."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name in (
        "acceptances",
        "payer_accounts",
        "payment_steps",
        "payment_splits",
        "payment_attempts",
    ):
        op.drop_table(name)
    if postgresql:
        op.execute("DROP FUNCTION payment_steps_are_append_only()")
        op.drop_column("rights", "payments_revision")
    else:
        _rights_anew()


def _number(name: str, *, primary_key: bool = False, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(
        name, sa.BigInteger(), primary_key=primary_key, nullable=nullable, autoincrement=False
    )


def _text(name: str, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text(), nullable=nullable)


def _word(name: str, letters: int, *, nullable: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.String(letters), nullable=nullable)


def _count_payments() -> None:
    """Add the revision of payments.

    SQLite writes an added column behind the constraints and wants a default for it: there the one
    row moves to a table that is made anew. Workers of a PostgreSQL keep theirs meanwhile.
    """
    if op.get_bind().dialect.name == "postgresql":
        op.add_column(
            "rights",
            sa.Column("payments_revision", sa.BigInteger(), nullable=False, server_default="1"),
        )
        op.alter_column("rights", "payments_revision", server_default=None)
    else:
        _rights_anew(_number("payments_revision"))


def _rights_anew(*more: "sa.Column[int]") -> None:
    asked = sa.text("SELECT revision, directory_read_at FROM rights").columns(
        revision=sa.BigInteger(), directory_read_at=_MOMENT
    )
    row = op.get_bind().execute(asked).one()
    op.drop_table("rights")
    rights = op.create_table(
        "rights",
        sa.Column("id", sa.Integer(), primary_key=True),
        _number("revision"),
        sa.Column("directory_read_at", _MOMENT, nullable=True),
        *more,
        sa.CheckConstraint("id = 1", name="ck_rights_one_row"),
    )
    told = {"id": 1, "revision": row.revision, "directory_read_at": row.directory_read_at}
    op.bulk_insert(rights, [told | {column.name: 1 for column in more}])


def _who() -> "list[sa.Column[str]]":
    return [
        _text("principal"),
        _word("idempotency_key", 255),
        _word("request_hash", 64),
        _text("actor"),
        _text("as_whom", nullable=True),
        _word("request_id", 64),
    ]


def _attempts() -> None:
    op.create_table(
        "payment_attempts",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        _word("confirmation", 14),
        _word("state", 16),
        sa.Column("version", sa.Integer(), nullable=False),
        *_who(),
        _word("kind", 16),
        _number("customer_id"),
        _text("payer", nullable=True),
        _number("estimate_id", nullable=True),
        _word("currency", 3),
        _number("amount"),
        _word("processor", 32),
        _word("method_kind", 32),
        _text("method_label"),
        sa.Column("keep_method", sa.Boolean(), nullable=False),
        _text("authorization_version", nullable=True),
        _text("authorized_by", nullable=True),
        _word("processor_ref", 255, nullable=True),
        _number("servicetitan_payment_id", nullable=True),
        _word("failure_code", 64, nullable=True),
        _text("failure", nullable=True),
        _word("action_kind", 32, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("locked_until", _MOMENT, nullable=True),
        sa.Column("charged_at", _MOMENT, nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("counted_until", _MOMENT, nullable=True),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(sa.column("state").in_(_STATES), name="ck_payment_attempts_state"),
        sa.CheckConstraint(
            sa.column("kind").in_(["INVOICES", "DEPOSIT"]), name="ck_payment_attempts_kind"
        ),
        sa.CheckConstraint("amount > 0", name="ck_payment_attempts_amount"),
        sa.CheckConstraint("version > 0", name="ck_payment_attempts_version"),
        sa.UniqueConstraint("confirmation", name="uq_payment_attempts_confirmation"),
        sa.UniqueConstraint("principal", "idempotency_key", name="uq_payment_attempts_key"),
        sa.UniqueConstraint("processor", "processor_ref", name="uq_payment_attempts_processor_ref"),
        sqlite_autoincrement=True,
    )
    table = "payment_attempts"
    op.create_index("ix_payment_attempts_customer_id", table, ["customer_id", "id"])
    op.create_index("ix_payment_attempts_state", table, ["state", "id"])
    _index_where("ix_payment_attempts_next_at", table, "next_at", _waits())
    _index_where("ix_payment_attempts_counted", table, "id", _is_true("counted"))


def _waits() -> "sa.ColumnElement[bool]":
    return sa.column("next_at").is_not(None)


def _is_true(name: str) -> "sa.ColumnElement[bool]":
    return sa.column(name, sa.Boolean()).is_(True)


def _index_where(
    name: str, table: str, of: str, where: "sa.ColumnElement[bool]", *, unique: bool = False
) -> None:
    op.create_index(name, table, [of], unique=unique, sqlite_where=where, postgresql_where=where)


def _splits() -> None:
    op.create_table(
        "payment_splits",
        _number("attempt_id", primary_key=True),
        _number("invoice_id", primary_key=True),
        _text("number"),
        _number("amount"),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_payment_splits_amount"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name="fk_payment_splits_attempt_id"
        ),
    )
    table = "payment_splits"
    op.create_index("ix_payment_splits_invoice_id", table, ["invoice_id"])
    _index_where("uq_payment_splits_held", table, "invoice_id", _is_true("held"), unique=True)


def _steps() -> None:
    op.create_table(
        "payment_steps",
        _number("attempt_id", primary_key=True),
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        _word("state", 16),
        sa.Column("at", _MOMENT, nullable=False),
        _text("told"),
        sa.CheckConstraint(sa.column("state").in_(_STATES), name="ck_payment_steps_state"),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["payment_attempts.id"], name="fk_payment_steps_attempt_id"
        ),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for step in _APPEND_ONLY_POSTGRESQL if postgresql else _APPEND_ONLY_SQLITE:
        op.execute(step)


_REFUSAL = "the steps of a payment are append-only"
_KNOWN = "SELECT 1 FROM payment_steps WHERE attempt_id = NEW.attempt_id AND version = NEW.version"
_APPEND_ONLY_SQLITE = tuple(
    f"CREATE TRIGGER payment_steps_no_{act} BEFORE {event} "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act, event in (
        ("update", "UPDATE ON payment_steps"),
        ("delete", "DELETE ON payment_steps"),
        # REPLACE deletes a row without a trigger of its own.
        ("replace", f"INSERT ON payment_steps WHEN EXISTS ({_KNOWN})"),
    )
)
_APPEND_ONLY_POSTGRESQL = (
    (
        "CREATE FUNCTION payment_steps_are_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER payment_steps_no_change BEFORE UPDATE OR DELETE OR TRUNCATE "
        "ON payment_steps FOR EACH STATEMENT EXECUTE FUNCTION payment_steps_are_append_only()"
    ),
)


def _accounts() -> None:
    op.create_table(
        "payer_accounts",
        sa.Column("processor", sa.String(32), primary_key=True),
        _number("customer_id", primary_key=True),
        _word("account", 255),
        _word("primary_method", 255, nullable=True),
        sa.UniqueConstraint("processor", "account", name="uq_payer_accounts_account"),
    )


def _acceptances() -> None:
    op.create_table(
        "acceptances",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        _word("confirmation", 14),
        _word("state", 16),
        sa.Column("version", sa.Integer(), nullable=False),
        *_who(),
        _number("estimate_id"),
        _number("customer_id", nullable=True),
        _number("location_id", nullable=True),
        _text("proposal_number", nullable=True),
        _word("estimate_version", 128),
        _text("signer"),
        _word("signature_kind", 16),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        _word("currency", 3),
        _number("total"),
        _word("address_class", 64, nullable=True),
        _word("agent_class", 64, nullable=True),
        _number("deposit_attempt_id", nullable=True),
        _word("failure_code", 64, nullable=True),
        _text("failure", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _MOMENT, nullable=True),
        sa.Column("locked_until", _MOMENT, nullable=True),
        sa.Column("accepted_at", _MOMENT, nullable=False),
        sa.Column("updated_at", _MOMENT, nullable=False),
        sa.CheckConstraint(sa.column("state").in_(_ACCEPTANCE_STATES), name="ck_acceptances_state"),
        sa.CheckConstraint(
            sa.column("signature_kind").in_(["TYPED", "DRAWN"]),
            name="ck_acceptances_signature_kind",
        ),
        sa.CheckConstraint("version > 0", name="ck_acceptances_version"),
        sa.ForeignKeyConstraint(
            ["deposit_attempt_id"],
            ["payment_attempts.id"],
            name="fk_acceptances_deposit_attempt_id",
        ),
        sa.UniqueConstraint("confirmation", name="uq_acceptances_confirmation"),
        sa.UniqueConstraint("principal", "idempotency_key", name="uq_acceptances_key"),
        sa.UniqueConstraint("deposit_attempt_id", name="uq_acceptances_deposit_attempt_id"),
        sqlite_autoincrement=True,
    )
    table, stands = "acceptances", sa.column("state", sa.String()) != "REFUSED"
    op.create_index("ix_acceptances_state", table, ["state", "id"])
    _index_where("ix_acceptances_next_at", table, "next_at", _waits())
    _index_where("uq_acceptances_estimate_id", table, "estimate_id", stands, unique=True)
