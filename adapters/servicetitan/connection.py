"""What is needed to speak to one tenant of ServiceTitan's."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Connection:
    """The two hosts, the tenant, and our credentials, which no representation shows.

    `api_url` is what stands before `/crm/v2`, `auth_url` what stands before `/connect/token`.
    """

    api_url: str
    auth_url: str
    tenant_id: int
    client_id: str
    client_secret: str = field(repr=False)
    app_key: str = field(repr=False)

    def address(self, path: str) -> str:
        """Where a resource's `path` is found for this tenant."""
        return f"{self.api_url.rstrip('/')}/{path.replace('{tenant}', str(self.tenant_id))}"

    @property
    def token_address(self) -> str:
        """Where our credentials are exchanged for a token."""
        return f"{self.auth_url.rstrip('/')}/connect/token"
