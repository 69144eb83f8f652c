"""The cookies of staff: their names, how they are given, and how they are read back."""

from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers

from gateway.identity.errors import InvalidToken

_PREFIX: Final = "__Host-"
_SESSION, _SIGN_IN = "staff", "staff-sign-in"


@dataclass(frozen=True, slots=True)
class Cookies:
    """Gives and reads them; over `https` a browser keeps them to this host and to encryption.

    Over plain http, which is for this machine alone, they have neither prefix nor `Secure`: not
    every browser and no cookie jar brings a secure cookie back there.
    """

    https: bool

    @property
    def session(self) -> str:
        """The name of the cookie that holds a session's secret."""
        return self._name(_SESSION)

    @property
    def sign_in(self) -> str:
        """The name of the cookie that holds what a sign-in under way must know."""
        return self._name(_SIGN_IN)

    def given(self, name: str, value: str, seconds: int) -> str:
        """Return the Set-Cookie that gives this value for so long; zero seconds take it away."""
        secure = "; Secure" if self.https else ""
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"

    def taken(self, name: str) -> str:
        """Return the Set-Cookie that takes this cookie away."""
        return self.given(name, "", 0)

    def read(self, headers: Headers, name: str) -> str | None:
        """Return what the browser brings under this name, None where it brings nothing.

        Raises InvalidToken where it brings it twice: one of them was planted.
        """
        pairs = [
            pair.partition("=") for line in headers.getlist("cookie") for pair in line.split(";")
        ]
        values = [value.strip() for told, _, value in pairs if told.strip() == name]
        if len(values) > 1:
            raise InvalidToken("more than one session cookie")
        return values[0] if values and values[0] else None

    def alone(self, headers: Headers, name: str) -> str | None:
        """Return as `read`, and None where the browser brings it twice."""
        try:
            return self.read(headers, name)
        except InvalidToken:
            return None

    def _name(self, name: str) -> str:
        return f"{_PREFIX}{name}" if self.https else name
