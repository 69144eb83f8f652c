"""The only reader of the environment: `PORTAL_…` variables into one frozen value."""

import os
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError
from pydantic import model_validator as validated
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from adapters.servicetitan.connection import Connection
from gateway.crowd_settings import CrowdSettings
from gateway.paying_settings import PayingSettings, paying_problem
from gateway.setting_kinds import (
    Address,
    Base,
    Database,
    HeaderName,
    Lower,
    Redis,
    SigningKeys,
    Span,
    Switch,
    Words,
)
from gateway.setting_names import PREFIX, refuse_unknown
from gateway.setting_spellings import database, listed, origin
from gateway.staff_settings import StaffSettings, staff_audience, staff_problem
from gateway.watching_settings import WatchingSettings


class SettingsError(Exception):
    """A setting that is missing, wrong or unknown; the message is one sentence that names it."""


class ServiceTitanEnvironment(StrEnum):
    """Whose hosts are called (facts.md, a)."""

    PRODUCTION = "production"
    INTEGRATION = "integration"
    SANDBOX = "sandbox"


class LogLevel(StrEnum):
    """From which level on a line is written."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


_API_URLS = {
    ServiceTitanEnvironment.PRODUCTION: "https://api.servicetitan.io",
    ServiceTitanEnvironment.INTEGRATION: "https://api-integration.servicetitan.io",
    ServiceTitanEnvironment.SANDBOX: "http://127.0.0.1:8010",
}
_AUTH_URLS = {
    ServiceTitanEnvironment.PRODUCTION: "https://auth.servicetitan.io",
    ServiceTitanEnvironment.INTEGRATION: "https://auth-integration.servicetitan.io",
    ServiceTitanEnvironment.SANDBOX: "http://127.0.0.1:8010",
}


class Settings(StaffSettings, WatchingSettings, PayingSettings, CrowdSettings):
    """What the environment says, each setting with what its value must be.

    Built from plain values it reads no environment; `read_settings` does.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    servicetitan_environment: Annotated[ServiceTitanEnvironment | None, Lower] = Field(
        default=None, description="production, integration or sandbox"
    )
    servicetitan_api_url: Base | None = Field(
        default=None, description="the https address of ServiceTitan's API"
    )
    servicetitan_auth_url: Base | None = Field(
        default=None,
        description="the https address of ServiceTitan's token host, without /connect/token",
    )
    servicetitan_tenant_id: int = Field(gt=0, description="the number of your ServiceTitan tenant")
    servicetitan_client_id: str = Field(
        min_length=1, description="the client id that ServiceTitan's administrator created for you"
    )
    servicetitan_client_secret: SecretStr = Field(
        min_length=1, description="the client secret that belongs to the client id"
    )
    servicetitan_app_key: SecretStr = Field(
        min_length=1, description="the application key of your app in ServiceTitan's developer site"
    )
    oidc_issuer: Address = Field(
        description="your identity provider's issuer, an https address exactly as its tokens say it"
    )
    oidc_audience: str = Field(
        min_length=1, description="the audience that access tokens for this gateway carry"
    )
    oidc_token_types: Words = Field(
        default=("at+jwt",),
        min_length=1,
        description="the token types to accept, with commas between, for example at+jwt",
    )
    oidc_max_lifetime: Span = Field(
        default=3600, gt=0, le=86_400, description="a span of at most a day, for example 3600 or 1h"
    )
    oidc_email_claim: str = Field(
        default="email", min_length=1, description="the name of the claim that holds the email"
    )
    oidc_email_verified_claim: str = Field(
        default="email_verified",
        min_length=1,
        description="the name of the claim that says that the email is verified",
    )
    database_url: Database = Field(
        default=SecretStr("sqlite+aiosqlite:///./portal-gateway.db"),
        description=(
            "the address of an SQLite or PostgreSQL database, for example "
            "sqlite+aiosqlite:////var/lib/portal/gateway.db or postgresql+asyncpg://host/portal"
        ),
    )
    redis_url: Redis | None = Field(
        default=None,
        description=(
            "the address of a Redis server, for example "
            "redis://cache:6379/0, or rediss://… for one that is spoken to by TLS"
        ),
    )
    policy_file: Path | None = Field(
        default=None, description="the path of the portal's policy file"
    )
    trusted_documents: Path | None = Field(
        default=None,
        description=(
            "the path of a JSON object of ids and documents: those your front end was built with"
        ),
    )
    compiled: Annotated[Switch, Lower] = Field(
        default=Switch.ON,
        description="on, to have queries run by plans compiled once for each, or off",
    )
    keep_answers: Annotated[Switch, Lower] = Field(
        default=Switch.ON,
        description="on, to keep the last answers while what they were made of stands, or off",
    )
    log_level: Annotated[LogLevel, Lower] = Field(
        default=LogLevel.INFO, description="debug, info, warning or error"
    )
    secret_key: SecretStr = Field(
        min_length=32,
        description=(
            "at least 32 characters that nobody can guess, "
            "for example what `openssl rand -base64 48` prints"
        ),
    )
    webhook_keys: SigningKeys = Field(
        default=(),
        description=(
            "one or two keys with a comma between, each of the 32 to 64 characters by which "
            "ServiceTitan signs its events"
        ),
    )
    webhook_signature_header: HeaderName = Field(
        default="x-servicetitan-signature",
        description="the name of the header in which ServiceTitan sends an event's signature",
    )
    public_url: Base | None = Field(
        default=None, description="the address under which the world reaches this gateway"
    )
    site_url: Base | None = Field(
        default=None,
        description="the https address of your front end, to which direct links lead",
    )
    cors_origins: Annotated[
        tuple[Annotated[str, AfterValidator(origin)], ...], NoDecode, BeforeValidator(listed)
    ] = Field(
        default=(),
        description=(
            "the origins of your front ends, with commas between, "
            "for example https://portal.example.com"
        ),
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  # pydantic-settings passes all five by name
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # as above
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take what is given and nothing else."""
        return (init_settings,)

    @validated(mode="after")
    def _one_servicetitan(self) -> "Settings":
        named = self.servicetitan_environment is not None
        urls = [self.servicetitan_api_url, self.servicetitan_auth_url]
        if named != (urls == [None, None]) or urls.count(None) == 1:
            raise ValueError(
                "PORTAL_SERVICETITAN_ENVIRONMENT (production, integration or sandbox) must be set, "
                "or both PORTAL_SERVICETITAN_API_URL and PORTAL_SERVICETITAN_AUTH_URL in its place."
            )
        return self

    @validated(mode="after")
    def _whole_staff(self) -> "Settings":
        if (problem := staff_problem(self)) is not None:
            raise ValueError(problem)
        return self

    @validated(mode="after")
    def _whole_paying(self) -> "Settings":
        if (problem := paying_problem(self)) is not None:
            raise ValueError(problem)
        return self

    @property
    def staff_audience(self) -> str:
        """The audience of the staff's access tokens: the customers' where no other is said."""
        return staff_audience(self)

    @property
    def is_compiled(self) -> bool:
        """Are queries run by plans?"""
        return self.compiled is Switch.ON

    @property
    def keeps_answers(self) -> bool:
        """Are the last answers kept?"""
        return self.keep_answers is Switch.ON

    @property
    def api_url(self) -> str:
        """Where ServiceTitan's API is, without a last slash."""
        if self.servicetitan_environment is None:
            return str(self.servicetitan_api_url)
        return _API_URLS[self.servicetitan_environment]

    @property
    def auth_url(self) -> str:
        """Where ServiceTitan's token host is; `/connect/token` hangs under it."""
        if self.servicetitan_environment is None:
            return str(self.servicetitan_auth_url)
        return _AUTH_URLS[self.servicetitan_environment]

    def connection(self) -> Connection:
        """Return how ServiceTitan is reached."""
        return Connection(
            api_url=self.api_url,
            auth_url=self.auth_url,
            tenant_id=self.servicetitan_tenant_id,
            client_id=self.servicetitan_client_id,
            client_secret=self.servicetitan_client_secret.get_secret_value(),
            app_key=self.servicetitan_app_key.get_secret_value(),
        )


_KNOWN = {PREFIX + field.upper(): field for field in Settings.model_fields}


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read every `PORTAL_…` variable, an empty one as one that is not set.

    Raises SettingsError with a sentence that names the first that is wrong, and never its value.
    """
    _refuse_unknown(environ)
    source = EnvSettingsSource(Settings)
    source.env_vars = {name.lower(): environ[name] for name in _KNOWN if environ.get(name)}
    try:
        return Settings(**source())
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def read_database_url(environ: Mapping[str, str] = os.environ) -> str:
    """Read PORTAL_DATABASE_URL alone, for what needs the ledger and nothing else.

    Raises SettingsError as `read_settings` does.
    """
    _refuse_unknown(environ)
    field = Settings.model_fields["database_url"]
    told = environ.get(_name("database_url"))
    try:
        url = database(SecretStr(told)) if told else field.default
    except ValueError:
        sentence = f"{_name('database_url')} is wrong: it must be {field.description}."
        raise SettingsError(sentence) from None
    return str(url.get_secret_value())


def read_redis(environ: Mapping[str, str] = os.environ) -> tuple[str, str] | None:
    """Read which Redis gateways share, and under whose tenant; None where they share none.

    Raises SettingsError where the tenant is not said.
    """
    url, tenant = (environ.get(_name(of)) for of in ("redis_url", "servicetitan_tenant_id"))
    if url and not tenant:
        raise SettingsError(f"{_name('redis_url')} needs {_name('servicetitan_tenant_id')}.")
    return (url, tenant) if url and tenant else None


def read_policy_path(environ: Mapping[str, str] = os.environ) -> Path | None:
    """Read PORTAL_POLICY_FILE alone; None where none is named."""
    told = environ.get(_name("policy_file"))
    return Path(told) if told else None


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    if (sentence := refuse_unknown(environ, _KNOWN)) is not None:
        raise SettingsError(sentence)


def _sentence(error: ValidationError) -> str:
    faults = error.errors(include_url=False, include_input=False)
    fault = faults[0]
    if not fault["loc"]:
        return str(fault["msg"]).removeprefix("Value error, ")
    field = str(fault["loc"][0])
    problem = "is missing" if fault["type"] == "missing" else "is wrong"
    missing = [_name(other["loc"][0]) for other in faults[1:] if other["type"] == "missing"]
    also = f" Missing as well: {', '.join(missing)}." if missing else ""
    return f"{_name(field)} {problem}: it must be {Settings.model_fields[field].description}.{also}"


def _name(field: object) -> str:
    return PREFIX + str(field).upper()
