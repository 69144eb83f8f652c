"""The demo's policy, as the file that a tenant would write."""

import json
from typing import Final

CARD_TYPE: Final = 62
BANK_TYPE: Final = 63
"""ServiceTitan's payment types, as the sandbox's payments have them."""


def policy_text(*, time_zone: str, business: str, phone: str, home: int, seller: int) -> str:
    """Return the file: Riley is non-billing at this home, and feeds are followed at once.

    What is accepted is sold as this technician's, and estimates can be declined. Invoices can be
    paid in part, by everything there is a test token for, and are recorded in the sandbox's books.
    """
    return f"""\
[tenant]
time_zone = {json.dumps(time_zone)}
business_name = {json.dumps(business)}
phone = {json.dumps(phone)}

[access.people]
"riley@example.com" = [{{ customer = {home}, level = "NON_BILLING" }}]

[proposals]
sold_by = {seller}
allow_decline = true

[payments]
allow_partial = true
methods = ["CARD", "BANK_ACCOUNT", "PAY_BY_BANK", "APPLE_PAY", "GOOGLE_PAY"]
save_bank_accounts = true
record_in_servicetitan = true

[payments.payment_types]
CARD = {CARD_TYPE}
APPLE_PAY = {CARD_TYPE}
GOOGLE_PAY = {CARD_TYPE}
BANK_ACCOUNT = {BANK_TYPE}
PAY_BY_BANK = {BANK_TYPE}

[feeds]
every_seconds = 2.0
"""
