"""What all of the ledger's tables are registered in, and how they are numbered."""

from sqlalchemy import BigInteger, Integer, MetaData

METADATA = MetaData()

ID = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite numbers rows by itself in a column of this very type alone."""
