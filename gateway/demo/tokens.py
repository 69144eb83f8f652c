"""A bearer token of the sandbox's identity provider, for a shell."""

import httpx
import msgspec

from gateway.demo.failure import DemoFailed


class _Granted(msgspec.Struct, frozen=True, rename="camel"):
    access_token: str


def sandbox_token(url: str, email: str, *, staff: bool) -> str:
    """Return a token for this email, known or not; raise DemoFailed when no sandbox gives one."""
    try:
        answer = httpx.post(
            f"{url.rstrip('/')}/_sandbox/token",
            json={"email": email, "staff": staff},
            timeout=10.0,
            trust_env=False,
        )
    except (httpx.TransportError, httpx.InvalidURL):
        raise DemoFailed(
            f"No sandbox answers at {url}: start it with `make run`, "
            "or say where it is with --sandbox-url."
        ) from None
    try:
        return msgspec.json.decode(answer.content, type=_Granted).access_token
    except msgspec.DecodeError:
        raise DemoFailed(
            f"What answers at {url} gave no token for {email} ({answer.status_code})."
        ) from None
