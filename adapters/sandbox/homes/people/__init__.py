"""People who can sign in, each with a home of their own to be seen by."""
