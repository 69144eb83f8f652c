"""Queries of a Strawberry schema, compiled to plans that answer level by level from raw models."""
