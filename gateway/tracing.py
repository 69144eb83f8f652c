"""Whether requests are traced, and by what: nothing of it is loaded where they are not."""

from typing import Protocol

from adapters.tracing import Tracer
from gateway.settings import Settings, SettingsError


class Tracing(Tracer, Protocol):
    """A tracer that is closed in the end."""

    async def aclose(self) -> None:
        """Send what has not been sent yet."""


def tracing_of(settings: Settings) -> Tracing | None:
    """Return what these settings ask for, None without an address; raise SettingsError."""
    if settings.traces_url is None:
        return None
    try:
        from gateway.traces import traces_to  # noqa: PLC0415  # an extra, which most installations go without
    except ModuleNotFoundError as missing:
        raise SettingsError(
            "PORTAL_TRACES_URL needs OpenTelemetry, which is not installed: "
            "install portal-gateway[otel], or remove the setting."
        ) from missing
    return traces_to(settings.traces_url, settings.traces_share)
