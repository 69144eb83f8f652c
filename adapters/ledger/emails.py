"""How emails are compared, wherever they were written."""


def folded(email: str) -> str:
    """Return the email as it is compared: trimmed and case-folded, otherwise exact (R11)."""
    return email.strip().casefold()
