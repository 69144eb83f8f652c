"""Where a sign-in may lead back to: a path of ours, and nowhere else."""

import re

_LONGEST = 512
# One slash, no second one beside it, and nowhere a backslash, which a browser reads as one.
_LOCAL = re.compile(r"/(?!/)[\x21-\x5b\x5d-\x7e]*")
_AUTH, _SESSION = "/auth/", "/auth/session"


def local_path(asked: str | None, home: str) -> str:
    """Return the path that was asked for; `home` where it is none of ours, or leads in a circle."""
    if asked is None or len(asked) > _LONGEST or _LOCAL.fullmatch(asked) is None:
        return home
    path = asked.partition("?")[0].partition("#")[0]
    return home if path.startswith(_AUTH) and path != _SESSION else asked
