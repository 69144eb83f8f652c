"""What the office does from the shell: each command small, its work beside it."""
