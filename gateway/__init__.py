"""The street side: HTTP, identity, limits, assembly."""
