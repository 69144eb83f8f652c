"""Nobody waits for a file, a socket or a lock inside the event loop; a short look is allowed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from blockbuster import blockbuster_ctx

_SHORT: Final = {
    "adapters/ledger/prompt_connection.py": {"_at_once"},
    "adapters/ledger/lookout.py": {"rows"},
}
"""What asks SQLite's file by a key, and waits for nobody, by its functions."""

_LIES: Final = {"adapters/ledger/lookout.py": {"_where"}}
"""What looks whether the file still lies there."""


@contextmanager
def nobody_waits(*floors: str) -> Iterator[None]:
    """Have whatever waits there inside the event loop be an error, for as long as the block lasts.

    `floors` are the packages that it is looked for in.
    """
    with blockbuster_ctx(list(floors)) as watched:
        for name, function in watched.functions.items():
            if name.startswith("sqlite3."):
                for file, of in _SHORT.items():
                    function.can_block_in(file, of)
            if name == "os.stat":
                for file, of in _LIES.items():
                    function.can_block_in(file, of)
        yield
