"""Membership types: what memberships are called, for everybody to know."""

from adapters.servicetitan.model import MembershipTypeId, Model
from adapters.servicetitan.resource import ALL, Key, Resource


class MembershipType(Model, frozen=True, kw_only=True):
    """A kind of membership; `display_name` is the one for customers, where it was set (R75).

    Source: GET /memberships/v2/tenant/{tenant}/membership-types, MembershipTypeResponse.
    """

    id: MembershipTypeId
    name: str = ""
    display_name: str | None = None
    active: bool = True


MEMBERSHIP_TYPES = Resource(
    name="membership_types",
    path="memberships/v2/tenant/{tenant}/membership-types",
    model=MembershipType,
    keys={ALL: Key[MembershipType]("", lambda _row: (0,))},
    fixed={"active": "Any"},  # old memberships are of types that are no longer sold
)
