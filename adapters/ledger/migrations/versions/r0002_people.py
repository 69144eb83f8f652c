"""Who is looking: the directory, access levels, direct links, staff sessions, the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
_TABLES = (
    "staff_sessions",
    "direct_links",
    "audit",
    "access_levels",
    "directory_unseen",
    "directory_contacts",
    "directory_locations",
    "directory_customers",
    "feed_marks",
    "leases",
    "rights",
)


def upgrade() -> None:
    """Make the tables, and let nobody change the audit trail."""
    _fleet()
    _directory()
    _levels_and_links()
    _audit()


def downgrade() -> None:
    """Drop the tables, and what was kept in them."""
    for name in _TABLES:
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_is_append_only()")


def _number(name: str, *, primary_key: bool = False, nullable: bool = False) -> "sa.Column[int]":
    return sa.Column(
        name, sa.BigInteger(), primary_key=primary_key, nullable=nullable, autoincrement=False
    )


def _fleet() -> None:
    rights = op.create_table(
        "rights",
        sa.Column("id", sa.Integer(), primary_key=True),
        _number("revision", nullable=False),
        sa.Column("directory_read_at", _MOMENT, nullable=True),
        sa.CheckConstraint("id = 1", name="ck_rights_one_row"),
    )
    op.bulk_insert(rights, [{"id": 1, "revision": 1, "directory_read_at": None}])
    op.create_table(
        "leases",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("holder", sa.String(64), nullable=False),
        sa.Column("until", _MOMENT, nullable=False),
    )
    op.create_table(
        "feed_marks",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("continue_from", sa.Text(), nullable=True),
        sa.Column("read_at", _MOMENT, nullable=True),
    )


def _directory() -> None:
    op.create_table(
        "directory_customers",
        _number("id", primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("type", sa.String(16), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _number("merged_to_id", nullable=True),
    )
    op.create_table(
        "directory_locations",
        _number("id", primary_key=True),
        _number("customer_id", nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        _number("merged_to_id", nullable=True),
    )
    op.create_index("ix_directory_locations_customer_id", "directory_locations", ["customer_id"])
    op.create_table(
        "directory_contacts",
        sa.Column("kind", sa.String(8), primary_key=True),
        _number("id", primary_key=True),
        _number("owner_id", nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.CheckConstraint(
            sa.column("kind").in_(["customer", "location"]), name="ck_directory_contacts_kind"
        ),
    )
    op.create_index("ix_directory_contacts_email", "directory_contacts", ["email"])
    op.create_index("ix_directory_contacts_owner", "directory_contacts", ["kind", "owner_id"])
    op.create_table(
        "directory_unseen",
        sa.Column("feed", sa.String(64), primary_key=True),
        _number("id", primary_key=True),
    )


def _levels_and_links() -> None:
    op.create_table(
        "access_levels",
        sa.Column("email", sa.Text(), primary_key=True),
        _number("customer_id", primary_key=True),
        _number("location_id", primary_key=True),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("changed_at", _MOMENT, nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.CheckConstraint(
            sa.column("level").in_(["BILLING", "NON_BILLING", "NONE"]),
            name="ck_access_levels_level",
        ),
    )
    op.create_index("ix_access_levels_customer_id", "access_levels", ["customer_id"])
    op.create_table(
        "direct_links",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("secret_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("record_ids", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.Column("revoked_at", _MOMENT, nullable=True),
        sa.Column("last_used_at", _MOMENT, nullable=True),
        sa.CheckConstraint(
            sa.column("kind").in_(["PAYMENT_LINK", "ESTIMATE_LINK"]), name="ck_direct_links_kind"
        ),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "staff_sessions",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        sa.Column("sign_in_hash", sa.String(64), nullable=False, unique=True),
        sa.Column("staff_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("may_bill", sa.Boolean(), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.Column("expires_at", _MOMENT, nullable=False),
    )
    op.create_index("ix_staff_sessions_expires_at", "staff_sessions", ["expires_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", _ID, primary_key=True, autoincrement=True),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("as_whom", sa.Text(), nullable=True),
        sa.Column("action", sa.String(64), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=True),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])
    postgresql = op.get_bind().dialect.name == "postgresql"
    for step in _APPEND_ONLY_POSTGRESQL if postgresql else _APPEND_ONLY_SQLITE:
        op.execute(step)


_REFUSAL = "the audit trail is append-only"
# REPLACE deletes a row without a trigger of its own.
_REPLACE = "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)"
_APPEND_ONLY_SQLITE = tuple(
    f"CREATE TRIGGER audit_no_{act} BEFORE {event} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    for act, event in (
        ("update", "UPDATE ON audit"),
        ("delete", "DELETE ON audit"),
        ("replace", _REPLACE),
    )
)
_APPEND_ONLY_POSTGRESQL = (
    (
        "CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
    ),
    (
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_is_append_only()"
    ),
)
