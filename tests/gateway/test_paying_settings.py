"""Who takes payments, as the environment says it, and what it may not say together."""

import pytest

from gateway.paying_settings import ProcessorName
from gateway.settings import SettingsError, read_settings
from tests.gateway.test_settings import GOOD, without

PROCESSOR = "PORTAL_PAYMENT_PROCESSOR"
SECRET, PUBLIC = "PORTAL_STRIPE_SECRET_KEY", "PORTAL_STRIPE_PUBLIC_KEY"
WEBHOOK = "PORTAL_STRIPE_WEBHOOK_SECRET"
TEST_KEYS = {
    SECRET: "sk_test_0123456789abcdef",
    PUBLIC: "pk_test_0123456789abcdef",
    WEBHOOK: "whsec_0123456789abcdef",
}
LIVE_KEYS = {
    SECRET: "rk_live_0123456789abcdef",
    PUBLIC: "pk_live_0123456789abcdef",
    WEBHOOK: "whsec_0123456789abcdef",
}
SECRET_WORDS = "Stripe's secret or restricted key, which begins sk_ or rk_"
WEBHOOK_WORDS = "the signing secret of your webhook endpoint at Stripe, which begins whsec_"
STRIPE = {PROCESSOR: "stripe"} | TEST_KEYS
AT_SANDBOX = {"PORTAL_SERVICETITAN_ENVIRONMENT": "sandbox"}
ELSEWHERE = without("PORTAL_SERVICETITAN_ENVIRONMENT") | {
    "PORTAL_SERVICETITAN_AUTH_URL": "https://auth.servicetitan.io"
}


def sentence(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return str(caught.value)


def test_nobody_takes_payments_unless_somebody_is_named() -> None:
    assert read_settings(GOOD).payment_processor is ProcessorName.NONE
    assert read_settings(GOOD | {PROCESSOR: "None"}).payment_processor is ProcessorName.NONE


@pytest.mark.parametrize("keys", [TEST_KEYS, LIVE_KEYS])
def test_stripe_is_named_with_its_keys_which_nobody_is_shown(keys: dict[str, str]) -> None:
    settings = read_settings(GOOD | {PROCESSOR: "Stripe"} | keys)
    assert settings.payment_processor is ProcessorName.STRIPE
    assert settings.stripe_public_key == keys[PUBLIC]
    assert settings.stripe_secret_key is not None
    assert settings.stripe_secret_key.get_secret_value() == keys[SECRET]
    assert keys[SECRET] not in repr(settings)
    assert keys[WEBHOOK] not in repr(settings)


def test_the_sandbox_takes_payments_for_the_sandbox() -> None:
    settings = read_settings(GOOD | AT_SANDBOX | {PROCESSOR: "sandbox"})
    assert settings.payment_processor is ProcessorName.SANDBOX


@pytest.mark.parametrize(
    "servicetitan",
    [
        GOOD,
        GOOD | {"PORTAL_SERVICETITAN_ENVIRONMENT": "production"},
        ELSEWHERE | {"PORTAL_SERVICETITAN_API_URL": "https://api.servicetitan.io"},
        ELSEWHERE | {"PORTAL_SERVICETITAN_API_URL": "https://API.ServiceTitan.io/"},
    ],
)
def test_the_sandbox_takes_no_payments_for_real_invoices(servicetitan: dict[str, str]) -> None:
    assert sentence(servicetitan | {PROCESSOR: "sandbox"}) == (
        "PORTAL_PAYMENT_PROCESSOR is sandbox, which takes nobody's money: "
        "it goes with ServiceTitan's sandbox alone."
    )


@pytest.mark.parametrize("name", [SECRET, PUBLIC, WEBHOOK])
def test_stripe_needs_all_three_keys(name: str) -> None:
    assert sentence(GOOD | STRIPE | {name: ""}) == (
        f"{name} is missing: PORTAL_PAYMENT_PROCESSOR is stripe, which needs all three keys."
    )


@pytest.mark.parametrize("name", [SECRET, PUBLIC, WEBHOOK])
def test_a_key_without_stripe_is_a_mistake(name: str) -> None:
    assert sentence(GOOD | {name: STRIPE[name]}) == (
        f"{name} is set, and PORTAL_PAYMENT_PROCESSOR is not stripe: set both, or neither."
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({PROCESSOR: "paypal"}, f"{PROCESSOR} is wrong: it must be sandbox, stripe or none."),
        (
            {SECRET: TEST_KEYS[PUBLIC]},
            f"{SECRET} is wrong: it must be {SECRET_WORDS}.",
        ),
        (
            {PUBLIC: TEST_KEYS[SECRET]},
            f"{PUBLIC} is wrong: it must be Stripe's publishable key, which begins pk_.",
        ),
        (
            {WEBHOOK: "0123456789abcdef0123"},
            f"{WEBHOOK} is wrong: it must be {WEBHOOK_WORDS}.",
        ),
    ],
)
def test_what_is_no_key_stops_the_start_unshown(changes: dict[str, str], said: str) -> None:
    assert sentence(GOOD | STRIPE | changes) == said


@pytest.mark.parametrize("name", [SECRET, PUBLIC])
def test_test_and_live_keys_are_not_mixed(name: str) -> None:
    assert sentence(GOOD | STRIPE | {name: LIVE_KEYS[name]}) == (
        "PORTAL_STRIPE_PUBLIC_KEY and PORTAL_STRIPE_SECRET_KEY are not of one kind: "
        "one is a test key, the other a live one."
    )


def test_real_money_is_not_taken_for_invoices_that_are_none() -> None:
    assert sentence(GOOD | AT_SANDBOX | {PROCESSOR: "stripe"} | LIVE_KEYS) == (
        "PORTAL_STRIPE_SECRET_KEY is a live key, and ServiceTitan is a sandbox: "
        "real money is not taken for invoices that are none."
    )
    assert read_settings(GOOD | AT_SANDBOX | STRIPE).stripe_public_key == TEST_KEYS[PUBLIC]
