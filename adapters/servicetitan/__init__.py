"""ServiceTitan's v2 API: its models, how each is asked for, and the client that asks."""
