"""What a setting's value may be, as pydantic reads it from the environment's text."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from gateway.setting_spellings import (
    address,
    base,
    database,
    header_name,
    listed,
    redis,
    seconds,
    signing_keys,
)

Address = Annotated[str, AfterValidator(address)]
Base = Annotated[str, AfterValidator(base)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Database = Annotated[SecretStr, AfterValidator(database)]
Redis = Annotated[SecretStr, AfterValidator(redis)]
Span = Annotated[int, BeforeValidator(seconds)]
SigningKeys = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(listed), AfterValidator(signing_keys)
]
HeaderName = Annotated[str, AfterValidator(header_name)]
