"""What the documentation says of the sandbox's tokens and of Stripe's version is so."""

import re
from pathlib import Path

from adapters.payments.stripe_line import API_VERSION
from adapters.sandbox.processor.tokens import TOKENS

TEXT = Path("docs/payments.md").read_text("utf-8")


def test_every_test_token_is_documented_and_no_other() -> None:
    assert set(re.findall(r"`(sandbox_\w+)`", TEXT)) == set(TOKENS)


def test_the_documented_version_is_the_one_that_is_spoken() -> None:
    assert f"`{API_VERSION}`" in TEXT
