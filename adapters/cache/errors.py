"""What the cache itself may fail with."""


class CacheUnavailable(Exception):  # noqa: N818  # a state of Redis's, told to who changes things
    """The other workers could not be told what to forget: the change must be told again."""
