"""What the audit trail calls customers from now on; what stands in it stays as it is."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table; nobody has a pseudonym yet."""
    op.create_table(
        "pseudonyms",
        sa.Column("email", sa.Text(), primary_key=True),
        sa.Column("pseudonym", sa.String(32), nullable=False, unique=True),
    )


def downgrade() -> None:
    """Drop it, and with it who is meant by any of them."""
    op.drop_table("pseudonyms")
