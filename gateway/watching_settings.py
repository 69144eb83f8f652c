"""The settings of how the gateway is watched, and of what stands between it and its clients."""

from pydantic import Field
from pydantic_settings import BaseSettings

from gateway.setting_kinds import Base, Hosts, Listening, Networks, Span
from gateway.setting_spellings import HostPort


class WatchingSettings(BaseSettings):
    """Where metrics are fetched, where traces go, and what a proxy or balancer in front needs."""

    metrics_address: Listening = Field(
        default=HostPort("127.0.0.1", 9464),
        description=(
            "an address of this machine and a port at which metrics are fetched, "
            "for example 0.0.0.0:9464, or off"
        ),
    )
    traces_url: Base | None = Field(
        default=None,
        description=(
            "the address at which an OpenTelemetry collector takes traces, "
            "for example http://collector:4318/v1/traces"
        ),
    )
    traces_share: float = Field(
        default=1.0,
        gt=0,
        le=1,
        description="the part of requests to trace, more than 0 and at most 1, for example 0.1",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description=(
            "the addresses or networks of your proxies with commas between, "
            "for example 10.0.0.0/8, never all there are"
        ),
    )
    allowed_hosts: Hosts = Field(
        default=(),
        description=(
            "the names, without ports, by which the gateway is asked beside PORTAL_PUBLIC_URL's, "
            "with commas between, for example gateway.internal"
        ),
    )
    drain_seconds: Span = Field(
        default=5,
        ge=0,
        le=10,
        description=(
            "for how many seconds a gateway that is told to end still takes requests, at most 10"
        ),
    )
