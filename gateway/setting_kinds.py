"""What a setting's value may be, as pydantic reads it from the environment's text."""

from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from gateway.host_names import host_name
from gateway.setting_spellings import (
    HostPort,
    address,
    base,
    database,
    header_name,
    host_and_port,
    listed,
    network,
    redis,
    seconds,
    signing_keys,
)

Network = IPv4Network | IPv6Network


class Switch(StrEnum):
    """What is either done or not."""

    ON = "on"
    OFF = "off"


Lower = BeforeValidator(lambda text: text.lower() if isinstance(text, str) else text)

Address = Annotated[str, AfterValidator(address)]
Base = Annotated[str, AfterValidator(base)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(listed)]
Database = Annotated[SecretStr, AfterValidator(database)]
Redis = Annotated[SecretStr, AfterValidator(redis)]
Span = Annotated[int, BeforeValidator(seconds)]
SigningKeys = Annotated[
    tuple[SecretStr, ...], NoDecode, BeforeValidator(listed), AfterValidator(signing_keys)
]
Listening = Annotated[HostPort | None, NoDecode, BeforeValidator(host_and_port)]
Networks = Annotated[
    tuple[Annotated[Network, BeforeValidator(network)], ...], NoDecode, BeforeValidator(listed)
]
Hosts = Annotated[
    tuple[Annotated[str, AfterValidator(host_name)], ...], NoDecode, BeforeValidator(listed)
]
HeaderName = Annotated[str, AfterValidator(header_name)]
