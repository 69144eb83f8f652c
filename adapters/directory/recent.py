"""The standings that were asked for last, as many as may be kept."""

from collections import OrderedDict

from adapters.directory.standing import Standing


def weight_of(standing: Standing) -> int:
    """How much is kept with this standing, in records?"""
    places = sum(map(len, standing.places.values()))
    records = (standing.customers, standing.locations, standing.owners, standing.levels)
    return 1 + places + sum(map(len, records))


class Recent:
    """Standings by email; what was not asked for longest goes first.

    `most` is how many records they may hold together, a standing itself being one: a property
    manager's thousands of places are kept at the cost of many who have one home.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._standings: OrderedDict[str, Standing] = OrderedDict()

    def __len__(self) -> int:
        return len(self._standings)

    def __contains__(self, email: str) -> bool:
        """Is anything kept of this email, at whatever revision?"""
        return email in self._standings

    @property
    def held(self) -> int:
        """How many records are kept, standings among them?"""
        return self._held

    def get(self, email: str, revision: int) -> Standing | None:
        """Return what stood at this revision of rights, None where that is not kept."""
        standing = self._standings.get(email)
        if standing is None or standing.revision != revision:
            return None
        self._standings.move_to_end(email)
        return standing

    def keep(self, email: str, standing: Standing) -> None:
        """Keep this instead of what was kept for the email; what is too much by itself is not."""
        self._drop(email)
        if weight_of(standing) > self._most:
            return
        self._standings[email] = standing
        self._held += weight_of(standing)
        while self._held > self._most:
            self._drop(next(iter(self._standings)))

    def renew(self, email: str, before: Standing, standing: Standing) -> None:
        """Keep this, which has the same records, where the one before is still what is kept."""
        if self._standings.get(email) is before:
            self._standings[email] = standing

    def _drop(self, email: str) -> None:
        standing = self._standings.pop(email, None)
        if standing is not None:
            self._held -= weight_of(standing)
