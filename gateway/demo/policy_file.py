"""The demo's policy, as the file that a tenant would write."""

import json


def policy_text(*, time_zone: str, business: str, phone: str, home: int) -> str:
    """Return the file: Riley is non-billing at this home, and feeds are followed at once."""
    return f"""\
[tenant]
time_zone = {json.dumps(time_zone)}
business_name = {json.dumps(business)}
phone = {json.dumps(phone)}

[access.people]
"riley@example.com" = [{{ customer = {home}, level = "NON_BILLING" }}]

[feeds]
every_seconds = 2.0
"""
