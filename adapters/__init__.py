"""The garden side: ServiceTitan, the cache, the directory, and a sandbox of them all."""
