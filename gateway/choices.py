"""The portal's choices while the gateway runs: read again when asked to, kept when that fails."""

from collections.abc import Callable
from pathlib import Path
from threading import Lock

import structlog

from gateway.policy import PolicyError, read_policy
from resolvers.policy import Policy

_log = structlog.get_logger("policy")


class Choices:
    """The policy in force, and the file it is read from again."""

    def __init__(self, policy: Policy, path: Path | None = None) -> None:
        _ = policy.tenant.zone()  # as in take
        self._policy = policy
        self._path = path
        self._reading = Lock()
        self._told: list[Callable[[], None]] = []

    def tell(self, whom: Callable[[], None]) -> None:
        """Have this called whenever other choices were taken, or kept after they were read again.

        Whatever thread did it calls.
        """
        self._told.append(whom)

    def current(self) -> Policy:
        """Return the policy in force; an operation asks once, so that it sees one policy."""
        return self._policy

    def take(self, policy: Policy) -> None:
        """Go by these choices from now on; the log tells which blocks are others."""
        _ = policy.tenant.zone()  # its file is read here, and not by an operation
        before, self._policy = self._policy, policy
        self._tell()
        blocks = Policy.__struct_fields__
        changed = [of for of in blocks if getattr(policy, of) != getattr(before, of)]
        _log.info("policy taken", changed=changed)

    def read_again(self) -> None:
        """Take the file as it is now; a broken one changes nothing, and the log tells the key.

        It waits for the file: the event loop has it done by a thread.
        """
        with self._reading:
            if self._path is None:
                _log.warning("policy kept", problem="PORTAL_POLICY_FILE names no file to read.")
                self._tell()
                return
            try:
                policy = read_policy(self._path)
            except PolicyError as error:
                _log.error("policy kept", problem=str(error))
                self._tell()
                return
            self.take(policy)

    def _tell(self) -> None:
        for whom in self._told:
            whom()
