"""Why the ledger did not answer: an error that a client can ask again after."""

from adapters.servicetitan.errors import UpstreamUnavailable


class LedgerUnavailable(UpstreamUnavailable):
    """The ledger's database is not there, not ready, or too slow; ask again later."""
