"""A database of its own, where PostgreSQL answers."""

from tests.databases import postgresql

__all__ = ["postgresql"]
