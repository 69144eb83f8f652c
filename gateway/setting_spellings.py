"""How the value of a setting may be written: addresses, origins, lists, spans of time."""

import re
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from adapters.ledger.database import POSTGRESQL, SQLITE

MOST_KEYS = 2
SHORTEST_KEY = 32
"""ServiceTitan's keys have 32 to 64 characters (facts.md, f)."""

_SPAN = re.compile(r"(\d{1,9})\s*([smh]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600}
_DRIVERS = {
    **dict.fromkeys(("sqlite", SQLITE), SQLITE),
    **dict.fromkeys(("postgres", "postgresql", POSTGRESQL), POSTGRESQL),
}
_DEFAULT_PORTS = {"https": ":443", "http": ":80"}
_NUMBERED = re.compile(r"/?|/\d{1,4}")
_HEADER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_PORT = re.compile(r"[0-9]{1,5}")
_HIGHEST_PORT = 65_535
_UNPRINTED = re.compile(r"[^\x21-\x7e]")


class HostPort(NamedTuple):
    """Where to listen: an address of this machine, and a port (0: any free one)."""

    host: str
    port: int


def host_and_port(text: object) -> object:
    """Read `127.0.0.1:9464` or `[::1]:9464`, and `off` as None; raise ValueError else.

    What is no text is left as it is.
    """
    if not isinstance(text, str):
        return text
    if text.strip().lower() == "off":
        return None
    host, colon, port = text.strip().rpartition(":")
    told = ip_address(host.removeprefix("[").removesuffix("]"))
    if isinstance(told, IPv6Address) != (host[:1] + host[-1:] == "[]"):
        raise ValueError("an address of version 6 stands in brackets")
    if not colon or not _PORT.fullmatch(port) or int(port) > _HIGHEST_PORT:
        raise ValueError("no port")
    return HostPort(str(told), int(port))


def network(text: object) -> object:
    """Read an address or a network (`10.0.0.0/8`); raise ValueError else, and for the whole world.

    What is no text is left as it is.
    """
    if not isinstance(text, str):
        return text
    told: IPv4Network | IPv6Network = ip_network(text.strip())
    if told.prefixlen == 0:
        raise ValueError("everybody")
    return told


def listed(text: object) -> object:
    """Split a comma list into its trimmed parts; what is no text is left as it is."""
    if not isinstance(text, str):
        return text
    return tuple(part.strip() for part in text.split(",") if part.strip())


def seconds(text: object) -> object:
    """Read `90`, `90s`, `5m` or `1h` as seconds; raise ValueError for anything else written."""
    if not isinstance(text, str):
        return text
    span = _SPAN.fullmatch(text.strip().lower())
    if span is None:
        raise ValueError("no span of time")
    return int(span[1]) * _SECONDS[span[2]]


def address(text: str) -> str:
    """Return an http(s) address as it is written; raise ValueError for any other.

    Plain http is for this machine and for names without a dot (containers beside this one):
    what is sent there are credentials.
    """
    parts = _split(text)
    if parts.query or parts.fragment:
        raise ValueError("an address without query")
    return text


def base(text: str) -> str:
    """Return an address that paths are hung under, without its last slash."""
    return address(text).rstrip("/")


def origin(text: str) -> str:
    """Return the origin of a web page as a browser spells it (`https://portal.example.com`).

    Raises ValueError for anything else.
    """
    parts = _split(text)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise ValueError("an origin has no path")
    return text.rstrip("/").lower().removesuffix(_DEFAULT_PORTS[parts.scheme])


def database(told: SecretStr) -> SecretStr:
    """Return a database's address with its driver in it; raise ValueError for any other database.

    It is kept secret, since a password may stand in it.
    """
    try:
        url = make_url(told.get_secret_value())
    except ArgumentError as error:
        raise ValueError("no address of a database") from error
    if url.drivername not in _DRIVERS:
        raise ValueError("neither SQLite nor PostgreSQL")
    named = url.set(drivername=_DRIVERS[url.drivername])
    return SecretStr(named.render_as_string(hide_password=False))


def redis(told: SecretStr) -> SecretStr:
    """Return a Redis server's address as it is written; raise ValueError for any other.

    It is kept secret, as a database's is. The library reads options for its connections from a
    query; ours are set in the code.
    """
    parts = urlsplit(told.get_secret_value())
    host, _ = parts.hostname, parts.port  # reading a wrong port raises ValueError
    if parts.scheme not in {"redis", "rediss"} or not host or parts.query or parts.fragment:
        raise ValueError("no address of a Redis server")
    if not _NUMBERED.fullmatch(parts.path):
        raise ValueError("the number of a database at most")
    return told


def signing_keys(told: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    """Return one key or two, each long enough not to be guessed; raise ValueError else.

    With two, one can be exchanged for another while events signed with either come in.
    """
    texts = [key.get_secret_value() for key in told]
    if len(set(texts)) != len(texts) or len(texts) > MOST_KEYS:
        raise ValueError("two different keys at most")
    if any(len(text) < SHORTEST_KEY for text in texts):
        raise ValueError("a key is too short")
    return told


def header_name(text: str) -> str:
    """Return the name of an HTTP header in small letters; raise ValueError for any other text."""
    if not _HEADER_NAME.fullmatch(text):
        raise ValueError("no name of a header")
    return text.lower()


def _split(text: str) -> SplitResult:
    parts = urlsplit(text)
    host, _ = parts.hostname or "", parts.port  # reading a wrong port raises ValueError
    if _UNPRINTED.search(text) or not host or "@" in parts.netloc:
        raise ValueError("no plain address")
    if parts.scheme == "https" or (parts.scheme == "http" and _is_near(host)):
        return parts
    raise ValueError("https, or http to this machine")


def _is_near(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return "." not in host or host.endswith(".localhost")
