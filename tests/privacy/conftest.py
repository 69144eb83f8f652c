"""What commands need: a database that others open too."""

from tests.databases import postgresql, shared_url

__all__ = ["postgresql", "shared_url"]
