"""What the portal shows: Strawberry declarations, without I/O and without rules."""
