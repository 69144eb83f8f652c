"""What the gateway tells of itself in numbers, for Prometheus to fetch."""
