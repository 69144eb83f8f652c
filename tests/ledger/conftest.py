"""A ledger in each kind of database."""

from tests.databases import ledger, postgresql, shared_url, url

__all__ = ["ledger", "postgresql", "shared_url", "url"]
