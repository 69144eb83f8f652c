"""What a sandbox can be told when it is made, and the credentials that open it."""

from dataclasses import dataclass
from datetime import date

TENANT_ID = 1234567
TENANT_NAME = "sandbox-tenant"
CLIENT_ID = "sandbox-client"
CLIENT_SECRET = "sandbox-secret-not-for-production"  # noqa: S105  # opens the sandbox alone
APP_KEY = "sandbox-app-key"
AUDIENCE = "portal-gateway"
STAFF_CLIENT_ID = "portal-console"
STAFF_CLIENT_SECRET = "sandbox-staff-secret-not-for-production"  # noqa: S105  # as above
WEBHOOK_KEY = "sandbox-webhook-key-0123456789abcdef"


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How one sandbox behaves.

    `today` is the day its homes are seeded around; None is the present day of its time zone.
    `latency_ms` is added to every ServiceTitan call, `rate_per_second` is the tenant's call rate.
    `payments_writable=False` is a tenant whose `POST /payments` is gone.
    `webhook_retries` are the seconds waited before each further attempt (facts.md, section f).
    `processor_webhook_url` is where the payment processor tells of orders, and `settle_seconds` how
    long a bank transfer takes there; None leaves it to the control plane.
    """

    seed: int = 1
    today: date | None = None
    homes: int = 50
    latency_ms: int = 0
    public_url: str = "http://127.0.0.1:8010"
    webhook_url: str | None = None
    webhook_key: str | None = None
    rate_per_second: int = 60
    payments_writable: bool = True
    webhook_retries: tuple[float, ...] = (10.0, 30.0, 60.0, 300.0)
    processor_webhook_url: str | None = None
    settle_seconds: float | None = None

    def credentials(self) -> dict[str, object]:
        """Return what another ServiceTitan client needs to use this sandbox."""
        return {
            "apiUrl": self.public_url,
            "authUrl": self.public_url,
            "tenantId": TENANT_ID,
            "clientId": CLIENT_ID,
            "clientSecret": CLIENT_SECRET,
            "appKey": APP_KEY,
            "issuer": f"{self.public_url}/idp",
            "audience": AUDIENCE,
            "staffIssuer": f"{self.public_url}/staff-idp",
            "staffClientId": STAFF_CLIENT_ID,
            "staffClientSecret": STAFF_CLIENT_SECRET,
            "webhookKey": self.webhook_key or WEBHOOK_KEY,
        }
