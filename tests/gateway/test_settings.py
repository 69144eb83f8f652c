"""What the environment may say, and the sentence for what it may not."""

import pytest

from gateway.settings import LogLevel, SettingsError, read_database_url, read_settings

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
URLS = {
    "PORTAL_SERVICETITAN_API_URL": "https://st.example.com/",
    "PORTAL_SERVICETITAN_AUTH_URL": "http://127.0.0.1:8010",
}


def without(name: str) -> dict[str, str]:
    return {other: value for other, value in GOOD.items() if other != name}


def sentence(environ: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return str(caught.value)


def test_what_is_needed_is_enough_and_the_rest_has_defaults() -> None:
    settings = read_settings(GOOD)
    assert settings.api_url == "https://api-integration.servicetitan.io"
    assert settings.auth_url == "https://auth-integration.servicetitan.io"
    assert settings.servicetitan_tenant_id == 1234567
    assert settings.oidc_issuer == "https://login.example.com/"
    assert settings.oidc_token_types == ("at+jwt",)
    assert settings.oidc_max_lifetime == 3600
    assert settings.oidc_email_claim == "email"
    assert settings.oidc_email_verified_claim == "email_verified"
    assert settings.policy_file is None
    assert settings.log_level is LogLevel.INFO
    assert settings.public_url is None
    assert settings.cors_origins == ()


@pytest.mark.parametrize(
    ("environment", "api", "auth"),
    [
        ("production", "https://api.servicetitan.io", "https://auth.servicetitan.io"),
        ("Sandbox", "http://127.0.0.1:8010", "http://127.0.0.1:8010"),
    ],
)
def test_an_environment_names_its_two_hosts(environment: str, api: str, auth: str) -> None:
    settings = read_settings(GOOD | {"PORTAL_SERVICETITAN_ENVIRONMENT": environment})
    assert (settings.api_url, settings.auth_url) == (api, auth)


def test_addresses_stand_in_for_the_environment() -> None:
    settings = read_settings(without("PORTAL_SERVICETITAN_ENVIRONMENT") | URLS)
    connection = settings.connection()
    assert (connection.api_url, connection.auth_url) == (
        "https://st.example.com",
        "http://127.0.0.1:8010",
    )
    assert connection.client_secret == "sandbox-client-secret"
    assert connection.app_key == "sandbox-app-key"


@pytest.mark.parametrize(
    ("name", "value", "read"),
    [
        ("OIDC_MAX_LIFETIME", "90", 90),
        ("OIDC_MAX_LIFETIME", "15m", 900),
        ("OIDC_MAX_LIFETIME", "24h", 86_400),
        ("OIDC_TOKEN_TYPES", "at+jwt, JWT", ("at+jwt", "JWT")),
        ("CORS_ORIGINS", "https://a.example, http://localhost:3000/", None),
        ("CORS_ORIGINS", "https://A.example:443,http://localhost:3000", None),
        ("LOG_LEVEL", "WARNING", LogLevel.WARNING),
        ("PUBLIC_URL", "https://portal.example.com/", "https://portal.example.com"),
        ("LOG_LEVEL", "", LogLevel.INFO),
    ],
)
def test_spellings(name: str, value: str, read: object) -> None:
    settings = read_settings(GOOD | {f"PORTAL_{name}": value})
    expected = ("https://a.example", "http://localhost:3000") if read is None else read
    assert getattr(settings, name.lower()) == expected


EITHER = (
    "PORTAL_SERVICETITAN_ENVIRONMENT (production, integration or sandbox) must be set, "
    "or both PORTAL_SERVICETITAN_API_URL and PORTAL_SERVICETITAN_AUTH_URL in its place."
)
NAMED = "wrong: it must be production, integration or sandbox"
NUMBER = "wrong: it must be the number of your ServiceTitan tenant"
ORIGINS = (
    "PORTAL_CORS_ORIGINS is wrong: it must be the origins of your front ends, "
    "with commas between, for example https://portal.example.com."
)
SECRET = (
    "it must be at least 32 characters that nobody can guess, "
    "for example what `openssl rand -base64 48` prints."
)
ISSUER = (
    "PORTAL_OIDC_ISSUER is wrong: it must be your identity provider's issuer, "
    "an https address exactly as its tokens say it."
)
LIFETIME = (
    "PORTAL_OIDC_MAX_LIFETIME is wrong: it must be a span of at most a day, for example 3600 or 1h."
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"PORTAL_SECRET_KEY": ""}, f"PORTAL_SECRET_KEY is missing: {SECRET}"),
        ({"PORTAL_SECRET_KEY": "x" * 31}, f"PORTAL_SECRET_KEY is wrong: {SECRET}"),
        ({"PORTAL_SERVICETITAN_ENVIRONMENT": ""}, EITHER),
        (URLS, EITHER),
        (
            {"PORTAL_SERVICETITAN_ENVIRONMENT": "", "PORTAL_SERVICETITAN_API_URL": "https://a.b"},
            EITHER,
        ),
        (
            {"PORTAL_SERVICETITAN_ENVIRONMENT": "staging"},
            f"PORTAL_SERVICETITAN_ENVIRONMENT is {NAMED}.",
        ),
        (
            {"PORTAL_SERVICETITAN_TENANT_ID": "0"},
            f"PORTAL_SERVICETITAN_TENANT_ID is {NUMBER}.",
        ),
        ({"PORTAL_OIDC_ISSUER": "http://login.example.com"}, ISSUER),
        ({"PORTAL_OIDC_ISSUER": "https://user@login.example.com"}, ISSUER),
        ({"PORTAL_OIDC_ISSUER": "login.example.com"}, ISSUER),
        ({"PORTAL_OIDC_ISSUER": "https://login.example.com:port"}, ISSUER),
        ({"PORTAL_OIDC_MAX_LIFETIME": "0"}, LIFETIME),
        ({"PORTAL_OIDC_MAX_LIFETIME": "25h"}, LIFETIME),
        ({"PORTAL_OIDC_MAX_LIFETIME": "soon"}, LIFETIME),
        ({"PORTAL_CORS_ORIGINS": "*"}, ORIGINS),
        ({"PORTAL_CORS_ORIGINS": "https://a.example/portal"}, ORIGINS),
        (
            {"PORTAL_LOG_LEVEL": "loud"},
            "PORTAL_LOG_LEVEL is wrong: it must be debug, info, warning or error.",
        ),
        (
            {"PORTAL_LOGLEVEL": "info"},
            "PORTAL_LOGLEVEL is not a setting: did you mean PORTAL_LOG_LEVEL?",
        ),
        (
            {"portal_log_level": "info"},
            "portal_log_level is not a setting: did you mean PORTAL_LOG_LEVEL?",
        ),
        ({"PORTAL_XYZZY": "1"}, "PORTAL_XYZZY is not a setting: remove it."),
    ],
)
def test_one_sentence_names_what_is_wrong(changes: dict[str, str], said: str) -> None:
    assert sentence(GOOD | changes) == said


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert sentence({}) == (
        "PORTAL_SERVICETITAN_TENANT_ID is missing: "
        "it must be the number of your ServiceTitan tenant. Missing as well: "
        "PORTAL_SERVICETITAN_CLIENT_ID, PORTAL_SERVICETITAN_CLIENT_SECRET, "
        "PORTAL_SERVICETITAN_APP_KEY, PORTAL_OIDC_ISSUER, PORTAL_OIDC_AUDIENCE, PORTAL_SECRET_KEY."
    )


@pytest.mark.parametrize(
    "name",
    [
        "PORTAL_GATEWAY_SERVICE_HOST",
        "PORTAL_GATEWAY_SERVICE_PORT_HTTP",
        "PORTAL_GATEWAY_PORT",
        "PORTAL_GATEWAY_PORT_8000_TCP_ADDR",
    ],
)
def test_what_kubernetes_injects_is_passed_over(name: str) -> None:
    assert read_settings(GOOD | {name: "10.0.0.1"}) == read_settings(GOOD)


@pytest.mark.parametrize("name", sorted(GOOD))
def test_no_sentence_and_no_representation_tells_a_value(name: str) -> None:
    secret = "hunter2"
    assert secret not in sentence(GOOD | {"PORTAL_SECRET_KEY": secret, "PORTAL_LOG_LEVEL": secret})
    shown = repr(read_settings(GOOD))
    hidden = ("SECRET", "APP_KEY")
    assert (GOOD[name] in shown) is not any(part in name for part in hidden)


@pytest.mark.parametrize(
    ("told", "read"),
    [
        (None, "sqlite+aiosqlite:///./portal-gateway.db"),
        ("", "sqlite+aiosqlite:///./portal-gateway.db"),
        ("sqlite:////var/lib/portal.db", "sqlite+aiosqlite:////var/lib/portal.db"),
        ("sqlite+aiosqlite:///portal.db", "sqlite+aiosqlite:///portal.db"),
        ("postgres://me:sandbox@db:5433/portal", "postgresql+asyncpg://me:sandbox@db:5433/portal"),
        ("postgresql://db/portal", "postgresql+asyncpg://db/portal"),
        ("postgresql+asyncpg://db/portal", "postgresql+asyncpg://db/portal"),
    ],
)
def test_the_ledgers_database_with_its_driver(told: str | None, read: str) -> None:
    environ = {} if told is None else {"PORTAL_DATABASE_URL": told}
    settings = read_settings(GOOD | environ)
    assert settings.database_url.get_secret_value() == read
    assert read_database_url(environ) == read
    assert "sandbox@db" not in repr(settings)


@pytest.mark.parametrize(
    "told",
    [
        "redis://cache",
        "redis://cache:6379/0",
        "rediss://portal:sandbox@cache.example:6380/15",
        "redis://:sandbox@[::1]:6379",
    ],
)
def test_a_redis_is_named_by_its_address_and_not_shown(told: str) -> None:
    settings = read_settings(GOOD | {"PORTAL_REDIS_URL": told})
    assert settings.redis_url is not None
    assert settings.redis_url.get_secret_value() == told
    assert "cache" not in repr(settings)
    assert "::1" not in repr(settings)


def test_without_a_redis_there_is_none() -> None:
    assert read_settings(GOOD).redis_url is None
    assert read_settings(GOOD | {"PORTAL_REDIS_URL": ""}).redis_url is None


@pytest.mark.parametrize(
    "told",
    [
        "cache:6379",
        "http://cache",
        "unix:///run/redis.sock",
        "redis://",
        "redis://cache:port",
        "redis://cache/zero",
        "redis://cache?socket_timeout=60",
        "redis://cache/0#1",
    ],
)
def test_what_is_no_redis_is_refused(told: str) -> None:
    assert sentence(GOOD | {"PORTAL_REDIS_URL": told}) == (
        "PORTAL_REDIS_URL is wrong: it must be the address of a Redis server, for example "
        "redis://cache:6379/0, or rediss://… for one that is spoken to by TLS."
    )


@pytest.mark.parametrize(
    "told",
    [
        "portal.db",
        "mysql://db/portal",
        "postgresql+psycopg://db/portal",
        "postgresql://db:port/portal",
        "https://db/portal",
    ],
)
def test_another_database_is_refused(told: str) -> None:
    said = (
        "PORTAL_DATABASE_URL is wrong: it must be the address of an SQLite or PostgreSQL database, "
        "for example sqlite+aiosqlite:////var/lib/portal/gateway.db or "
        "postgresql+asyncpg://host/portal."
    )
    assert sentence(GOOD | {"PORTAL_DATABASE_URL": told}) == said
    with pytest.raises(SettingsError, match="PORTAL_DATABASE_URL is wrong") as caught:
        read_database_url({"PORTAL_DATABASE_URL": told})
    assert str(caught.value) == said


def test_the_database_alone_is_read_beside_no_unknown_setting() -> None:
    with pytest.raises(SettingsError, match="PORTAL_DATABASE_URI is not a setting"):
        read_database_url({"PORTAL_DATABASE_URI": "sqlite:///portal.db"})


STAFF = {
    "PORTAL_STAFF_OIDC_ISSUER": "https://staff.example.com/",
    "PORTAL_STAFF_OIDC_AUDIENCE": "console",
    "PORTAL_STAFF_OIDC_CLIENT_ID": "portal-console",
    "PORTAL_STAFF_OIDC_CLIENT_SECRET": "sandbox-staff-secret",
    "PORTAL_PUBLIC_URL": "https://gateway.example.com",
}


def staff(**changes: str | None) -> dict[str, str]:
    given: dict[str, str | None] = {**STAFF}
    given |= {f"PORTAL_{name}": value for name, value in changes.items()}
    return GOOD | {name: value for name, value in given.items() if value is not None}


def test_without_a_staff_issuer_there_are_no_staff() -> None:
    settings = read_settings(GOOD)
    assert settings.staff_oidc_issuer is None
    assert settings.staff_oidc_client_id is None
    assert settings.staff_oidc_client_secret is None


def test_staff_have_an_issuer_and_defaults() -> None:
    settings = read_settings(staff(STAFF_OIDC_AUDIENCE=None))
    assert settings.staff_oidc_issuer == "https://staff.example.com/"
    assert settings.staff_audience == "portal"
    assert settings.staff_oidc_role_claim == "roles"
    assert settings.staff_oidc_email_claim == "email"
    assert settings.staff_oidc_email_verified_claim == "email_verified"
    assert settings.staff_oidc_token_types == ("at+jwt",)
    assert settings.staff_oidc_max_lifetime == 3600


def test_what_is_said_of_staff_is_theirs_alone() -> None:
    told = staff(
        STAFF_OIDC_ROLE_CLAIM="https://example.com/roles",
        STAFF_OIDC_TOKEN_TYPES="JWT",
        STAFF_OIDC_MAX_LIFETIME="2h",
    )
    settings = read_settings(told)
    assert settings.staff_audience == "console"
    assert settings.staff_oidc_role_claim == "https://example.com/roles"
    assert (settings.staff_oidc_token_types, settings.oidc_token_types) == (("JWT",), ("at+jwt",))
    assert (settings.staff_oidc_max_lifetime, settings.oidc_max_lifetime) == (7200, 3600)
    assert "sandbox-staff-secret" not in repr(settings)


@pytest.mark.parametrize(
    "changes",
    [
        {"STAFF_OIDC_CLIENT_ID": None, "STAFF_OIDC_CLIENT_SECRET": None, "PUBLIC_URL": None},
        {"STAFF_OIDC_CLIENT_SECRET": None},
        {"STAFF_OIDC_ISSUER": "https://login.example.com/"},
    ],
    ids=repr,
)
def test_staff_may_come_with_tokens_alone_without_a_secret_or_from_one_issuer(
    changes: dict[str, str | None],
) -> None:
    assert read_settings(staff(**changes)).staff_oidc_issuer is not None


ONE_ISSUER = (
    "PORTAL_STAFF_OIDC_ISSUER is PORTAL_OIDC_ISSUER: PORTAL_STAFF_OIDC_AUDIENCE must be another "
    "than PORTAL_OIDC_AUDIENCE, or customers and staff cannot be told apart."
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"STAFF_OIDC_ISSUER": None},
            (
                "PORTAL_STAFF_OIDC_AUDIENCE is set without PORTAL_STAFF_OIDC_ISSUER: "
                "set both, or neither."
            ),
        ),
        (
            {"STAFF_OIDC_ISSUER": None, "STAFF_OIDC_AUDIENCE": None},
            (
                "PORTAL_STAFF_OIDC_CLIENT_ID is set without PORTAL_STAFF_OIDC_ISSUER: "
                "set both, or neither."
            ),
        ),
        (
            {"STAFF_OIDC_CLIENT_ID": None},
            (
                "PORTAL_STAFF_OIDC_CLIENT_SECRET is set without PORTAL_STAFF_OIDC_CLIENT_ID: "
                "set both, or neither."
            ),
        ),
        (
            {"PUBLIC_URL": None},
            (
                "PORTAL_PUBLIC_URL is missing: staff come back to it after they sign in "
                "(PORTAL_STAFF_OIDC_CLIENT_ID is set)."
            ),
        ),
        (
            {"STAFF_OIDC_ISSUER": "https://login.example.com/", "STAFF_OIDC_AUDIENCE": None},
            ONE_ISSUER,
        ),
        (
            {"STAFF_OIDC_ISSUER": "https://login.example.com/", "STAFF_OIDC_AUDIENCE": "portal"},
            ONE_ISSUER,
        ),
        (
            {"STAFF_OIDC_ISSUER": "http://staff.example.com"},
            (
                "PORTAL_STAFF_OIDC_ISSUER is wrong: it must be the issuer of your staff's identity "
                "provider, an https address exactly as its tokens say it."
            ),
        ),
        (
            {"STAFF_OIDC_MAX_LIFETIME": "25h"},
            (
                "PORTAL_STAFF_OIDC_MAX_LIFETIME is wrong: it must be a span of at most a day, "
                "for example 3600 or 1h."
            ),
        ),
    ],
    ids=repr,
)
def test_half_a_staff_stops_the_start(changes: dict[str, str | None], said: str) -> None:
    assert sentence(staff(**changes)) == said
