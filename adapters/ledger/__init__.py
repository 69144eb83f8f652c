"""What must not be lost, in SQLite or PostgreSQL: for now, the visits that the office imports."""
