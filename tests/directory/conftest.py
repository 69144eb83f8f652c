"""A ledger in each kind of database."""

from tests.databases import ledger, postgresql, url

__all__ = ["ledger", "postgresql", "url"]
