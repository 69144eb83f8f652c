"""Keys and header of ServiceTitan's events, as the environment says them."""

import pytest

from gateway.settings import SettingsError, read_settings

GOOD = {
    "PORTAL_SERVICETITAN_ENVIRONMENT": "integration",
    "PORTAL_SERVICETITAN_TENANT_ID": "1234567",
    "PORTAL_SERVICETITAN_CLIENT_ID": "client",
    "PORTAL_SERVICETITAN_CLIENT_SECRET": "sandbox-client-secret",
    "PORTAL_SERVICETITAN_APP_KEY": "sandbox-app-key",
    "PORTAL_OIDC_ISSUER": "https://login.example.com/",
    "PORTAL_OIDC_AUDIENCE": "portal",
    "PORTAL_SECRET_KEY": "sandbox-key-of-thirty-two-letters",
}
KEYS, HEADER = "PORTAL_WEBHOOK_KEYS", "PORTAL_WEBHOOK_SIGNATURE_HEADER"
ONE, OTHER = "1" * 32, "2" * 64


def test_without_a_key_there_is_none_and_the_header_has_a_name() -> None:
    settings = read_settings(GOOD)
    assert settings.webhook_keys == ()
    assert settings.webhook_signature_header == "x-servicetitan-signature"


@pytest.mark.parametrize(
    ("told", "read"),
    [(ONE, [ONE]), (f"{ONE},{OTHER}", [ONE, OTHER]), (f" {OTHER} , {ONE} ", [OTHER, ONE])],
)
def test_one_key_or_two_with_a_comma_between(told: str, read: list[str]) -> None:
    settings = read_settings(GOOD | {KEYS: told})
    assert [key.get_secret_value() for key in settings.webhook_keys] == read
    assert ONE not in repr(settings)
    assert ONE not in str(settings)


@pytest.mark.parametrize("told", ["short", ONE[1:], f"{ONE},{ONE}", f"{ONE},{OTHER},{'3' * 32}"])
def test_other_keys_stop_the_start_and_are_not_shown(told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_settings(GOOD | {KEYS: told})
    assert str(caught.value) == (
        "PORTAL_WEBHOOK_KEYS is wrong: it must be one or two keys with a comma between, each of "
        "the 32 to 64 characters by which ServiceTitan signs its events."
    )


def test_the_header_is_read_in_small_letters() -> None:
    told = read_settings(GOOD | {HEADER: "X-ST-Signature"})
    assert told.webhook_signature_header == "x-st-signature"


@pytest.mark.parametrize("told", ["x st", "x:", "é", "-x", "x\n", "x" * 65])
def test_what_is_no_header_stops_the_start(told: str) -> None:
    with pytest.raises(SettingsError, match="PORTAL_WEBHOOK_SIGNATURE_HEADER is wrong"):
        read_settings(GOOD | {HEADER: told})
