"""The ledger's tables of money: attempts to pay and what follows, kept accounts, acceptances."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
)

from adapters.ledger.acceptance_states import AcceptanceState, SignatureKind
from adapters.ledger.metadata import ID, METADATA
from adapters.ledger.payment_states import AttemptKind, AttemptState

_MOMENT = DateTime(timezone=True)

PAYMENT_ATTEMPTS = Table(
    "payment_attempts",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("confirmation", String(14), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("principal", Text, nullable=False),
    Column("idempotency_key", String(255), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("as_whom", Text, nullable=True),
    Column("request_id", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("customer_id", BigInteger, nullable=False),
    Column("payer", Text, nullable=True),
    Column("estimate_id", BigInteger, nullable=True),
    Column("currency", String(3), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("processor", String(32), nullable=False),
    Column("method_kind", String(32), nullable=False),
    Column("method_label", Text, nullable=False),
    Column("keep_method", Boolean, nullable=False),
    Column("authorization_version", Text, nullable=True),
    Column("authorized_by", Text, nullable=True),
    Column("processor_ref", String(255), nullable=True),
    Column("servicetitan_payment_id", BigInteger, nullable=True),
    Column("failure_code", String(64), nullable=True),
    Column("failure", Text, nullable=True),
    Column("action_kind", String(32), nullable=True),
    Column("tries", Integer, nullable=False),
    Column("next_at", _MOMENT, nullable=True),
    Column("locked_until", _MOMENT, nullable=True),
    Column("charged_at", _MOMENT, nullable=True),
    Column("counted", Boolean, nullable=False),
    Column("counted_until", _MOMENT, nullable=True),
    Column("created_at", _MOMENT, nullable=False),
    Column("updated_at", _MOMENT, nullable=False),
    CheckConstraint(
        column("state").in_([state.value for state in AttemptState]),
        name="ck_payment_attempts_state",
    ),
    CheckConstraint(
        column("kind").in_([kind.value for kind in AttemptKind]), name="ck_payment_attempts_kind"
    ),
    CheckConstraint("amount > 0", name="ck_payment_attempts_amount"),
    CheckConstraint("version > 0", name="ck_payment_attempts_version"),
    UniqueConstraint("confirmation", name="uq_payment_attempts_confirmation"),
    UniqueConstraint("principal", "idempotency_key", name="uq_payment_attempts_key"),
    UniqueConstraint("processor", "processor_ref", name="uq_payment_attempts_processor_ref"),
    Index("ix_payment_attempts_customer_id", "customer_id", "id"),
    Index("ix_payment_attempts_state", "state", "id"),
    Index(
        "ix_payment_attempts_next_at",
        "next_at",
        sqlite_where=column("next_at").is_not(None),
        postgresql_where=column("next_at").is_not(None),
    ),
    Index(
        "ix_payment_attempts_counted",
        "counted_until",
        sqlite_where=column("counted", Boolean).is_(True),
        postgresql_where=column("counted", Boolean).is_(True),
    ),
    sqlite_autoincrement=True,
)
"""Attempts to pay; amounts are in the currency's minor units.

`next_at` is when somebody has to look at it, null where nobody has to. `counted` says that its
amount is subtracted from what is owed, until `counted_until` where that is set.
"""

PAYMENT_SPLITS = Table(
    "payment_splits",
    METADATA,
    Column("attempt_id", BigInteger, primary_key=True, autoincrement=False),
    Column("invoice_id", BigInteger, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("held", Boolean, nullable=False),
    Column("left_before", BigInteger, nullable=True),
    CheckConstraint("amount > 0", name="ck_payment_splits_amount"),
    ForeignKeyConstraint(
        ["attempt_id"], ["payment_attempts.id"], name="fk_payment_splits_attempt_id"
    ),
    Index("ix_payment_splits_invoice_id", "invoice_id"),
    Index(
        "uq_payment_splits_held",
        "invoice_id",
        unique=True,
        sqlite_where=column("held", Boolean).is_(True),
        postgresql_where=column("held", Boolean).is_(True),
    ),
)
"""What of an attempt goes to which invoice; `held` while no other attempt may begin on it.

`left_before` is what was left to pay on it when the attempt was begun, null where nobody knows.
"""

PAYMENT_STEPS = Table(
    "payment_steps",
    METADATA,
    Column("attempt_id", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("state", String(16), nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("told", Text, nullable=False),
    CheckConstraint(
        column("state").in_([state.value for state in AttemptState]), name="ck_payment_steps_state"
    ),
    ForeignKeyConstraint(
        ["attempt_id"], ["payment_attempts.id"], name="fk_payment_steps_attempt_id"
    ),
)
"""Every move of an attempt: rows are added and never changed."""

PAYMENT_SENT_BACK = Table(
    "payment_sent_back",
    METADATA,
    Column("attempt_id", BigInteger, primary_key=True, autoincrement=False),
    Column("amount", BigInteger, nullable=False),
    Column("entered", BigInteger, nullable=False),
    CheckConstraint("amount > 0", name="ck_payment_sent_back_amount"),
    CheckConstraint("entered >= 0", name="ck_payment_sent_back_entered"),
    ForeignKeyConstraint(
        ["attempt_id"], ["payment_attempts.id"], name="fk_payment_sent_back_attempt_id"
    ),
)
"""How much of an attempt's charge went back to its payer, and how much of that the office says it
has entered in ServiceTitan."""

AUTHORIZATION_TEXTS = Table(
    "authorization_texts",
    METADATA,
    Column("version", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("first_at", _MOMENT, nullable=False),
)
"""What payers by bank agreed to, by its version: kept, since a bank may ask for it (R30)."""

CARD_TRIES = Table(
    "card_tries",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("principal", Text, nullable=False),
    Column("at", _MOMENT, nullable=False),
    Column("declined", Boolean, nullable=False),
    Index("ix_card_tries_principal", "principal", "at"),
    Index("ix_card_tries_at", "at"),
)
"""Cards that somebody had tried without paying by them: the last hours' alone (PA-28)."""

PAYER_ACCOUNTS = Table(
    "payer_accounts",
    METADATA,
    Column("processor", String(32), primary_key=True),
    Column("customer_id", BigInteger, primary_key=True, autoincrement=False),
    Column("account", String(255), nullable=False),
    Column("primary_method", String(255), nullable=True),
    UniqueConstraint("processor", "account", name="uq_payer_accounts_account"),
)
"""Under which name a processor keeps a customer's methods, and which of them is offered first."""

ACCEPTANCES = Table(
    "acceptances",
    METADATA,
    Column("id", ID, primary_key=True, autoincrement=True),
    Column("confirmation", String(14), nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("principal", Text, nullable=False),
    Column("idempotency_key", String(255), nullable=False),
    Column("request_hash", String(64), nullable=False),
    Column("actor", Text, nullable=False),
    Column("as_whom", Text, nullable=True),
    Column("request_id", String(64), nullable=False),
    Column("estimate_id", BigInteger, nullable=False),
    Column("customer_id", BigInteger, nullable=True),
    Column("location_id", BigInteger, nullable=True),
    Column("proposal_number", Text, nullable=True),
    Column("estimate_version", String(128), nullable=False),
    Column("signer", Text, nullable=False),
    Column("signature_kind", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("shown", LargeBinary, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("address_class", String(64), nullable=True),
    Column("agent_class", String(64), nullable=True),
    Column("deposit_attempt_id", BigInteger, nullable=True),
    Column("failure_code", String(64), nullable=True),
    Column("failure", Text, nullable=True),
    Column("tries", Integer, nullable=False),
    Column("next_at", _MOMENT, nullable=True),
    Column("locked_until", _MOMENT, nullable=True),
    Column("accepted_at", _MOMENT, nullable=False),
    Column("updated_at", _MOMENT, nullable=False),
    CheckConstraint(
        column("state").in_([state.value for state in AcceptanceState]), name="ck_acceptances_state"
    ),
    CheckConstraint(
        column("signature_kind").in_([kind.value for kind in SignatureKind]),
        name="ck_acceptances_signature_kind",
    ),
    CheckConstraint("version > 0", name="ck_acceptances_version"),
    ForeignKeyConstraint(
        ["deposit_attempt_id"], ["payment_attempts.id"], name="fk_acceptances_deposit_attempt_id"
    ),
    UniqueConstraint("confirmation", name="uq_acceptances_confirmation"),
    UniqueConstraint("principal", "idempotency_key", name="uq_acceptances_key"),
    UniqueConstraint("deposit_attempt_id", name="uq_acceptances_deposit_attempt_id"),
    Index(
        "uq_acceptances_estimate_id",
        "estimate_id",
        unique=True,
        sqlite_where=column("state", String) != AcceptanceState.REFUSED.value,
        postgresql_where=column("state", String) != AcceptanceState.REFUSED.value,
    ),
    Index("ix_acceptances_state", "state", "id"),
    Index(
        "ix_acceptances_next_at",
        "next_at",
        sqlite_where=column("next_at").is_not(None),
        postgresql_where=column("next_at").is_not(None),
    ),
    sqlite_autoincrement=True,
)
"""Estimates that a customer signed: who, how, when, and a copy of what was shown to them.

`total` is in the currency's minor units.
"""
