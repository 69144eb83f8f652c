"""What ServiceTitan tells of changes, by event and by feed, applied to what is remembered."""
