"""Whether a request comes from a page of our own, which no foreign site can pretend."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers

CONSOLE = "X-Portal-Console"

_DEFAULT_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class OwnOrigin:
    """Where our own pages are, as a browser writes it: `https://gateway.example.com`."""

    origin: str

    def sent(self, headers: Headers) -> bool:
        """Did a page of ours send this?

        A browser says so in `Sec-Fetch-Site`, which no page can set. Where it does not, it must
        name our origin; and what names none must bring a header that a foreign page is not allowed
        to send.
        """
        sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
        if sites:
            return sites == ["same-origin"]
        if origins:
            return origins == [self.origin]
        return headers.getlist(CONSOLE) == ["1"]


def own_origin(public_url: str) -> OwnOrigin:
    """Return the origin of the pages under this address."""
    parts = urlsplit(public_url.lower())
    host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
    default = parts.port is None or parts.port == _DEFAULT_PORTS[parts.scheme]
    return OwnOrigin(f"{parts.scheme}://{host}" + ("" if default else f":{parts.port}"))
