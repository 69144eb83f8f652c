"""Invoice templates: what the bills of a membership come to."""

from decimal import Decimal

from adapters.servicetitan.model import InvoiceTemplateId, Model
from adapters.servicetitan.resource import BLOCK, Key, Resource


class InvoiceTemplate(Model, frozen=True, kw_only=True):
    """A bill that is made again and again; its items hold costs and are not read (R81).

    Source: GET /memberships/v2/tenant/{tenant}/invoice-templates, InvoiceTemplateResponse.
    """

    id: InvoiceTemplateId
    name: str | None = None
    total: Decimal | None = None


INVOICE_TEMPLATES = Resource(
    name="invoice_templates",
    path="memberships/v2/tenant/{tenant}/invoice-templates",
    model=InvoiceTemplate,
    keys={"id": Key[InvoiceTemplate]("ids", lambda row: (row.id,), BLOCK)},
    is_paged=False,
)
