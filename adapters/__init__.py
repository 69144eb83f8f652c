"""The garden side: ServiceTitan, cache, ledger, directory, documents, and a sandbox of them."""
