"""R30: a bank payment needs the payer's authorization, in the words of now, under a name."""

import pytest

from adapters.payments.kinds import MethodKind
from resolvers.bank_authorization import Agreed, authorization_of, is_authorized
from resolvers.policy import Payments, Policy, Tenant

POLICY = Policy(
    tenant=Tenant(business_name="Oak Heating"),
    payments=Payments(bank_authorization=" I authorize {business} to debit my account. "),
)
NOW = authorization_of(POLICY)
BANKS = [MethodKind.BANK_ACCOUNT, MethodKind.PAY_BY_BANK]


def test_the_text_names_the_business_and_has_a_version() -> None:
    assert NOW.text == "I authorize Oak Heating to debit my account."
    assert NOW.version == authorization_of(POLICY).version
    other = Policy(tenant=Tenant(business_name="Elm Heating"), payments=POLICY.payments)
    assert authorization_of(other).version != NOW.version


@pytest.mark.parametrize("kind", [kind for kind in MethodKind if kind not in BANKS])
def test_nothing_else_needs_it(kind: MethodKind) -> None:
    assert is_authorized(POLICY, kind, None) is True


@pytest.mark.parametrize("kind", BANKS)
@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        (None, False),
        (Agreed("", "Pat"), False),
        (Agreed("0" * 16, "Pat"), False),
        (Agreed(NOW.version, ""), False),
        (Agreed(NOW.version, " \t"), False),
        (Agreed(NOW.version, "Pat\nSullivan"), False),
        (Agreed(NOW.version, "x" * 201), False),
        (Agreed(NOW.version, " Pat Sullivan "), True),
        (Agreed(NOW.version, "Zoë Müller-Łęcka"), True),
    ],
)
def test_a_bank_needs_it_in_todays_words(
    kind: MethodKind, agreed: Agreed | None, expected: bool
) -> None:
    assert bool(is_authorized(POLICY, kind, agreed)) is expected
