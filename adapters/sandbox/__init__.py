"""A ServiceTitan for people who have none: one ASGI app, seeded homes, an identity provider."""
