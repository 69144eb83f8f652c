"""Who of those whom the staff's identity provider names is staff, and what they look like here."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.identity.errors import InvalidToken
from gateway.identity.people import Person
from resolvers.policy import StaffSignIn
from resolvers.viewer import Staff, Viewer, ViewerKind


class NoRole(InvalidToken):
    """Somebody the provider knows, and who is not staff."""


@dataclass(frozen=True, slots=True)
class StaffRules:
    """Reads roles in the claim of this name; `choices` tells which roles count at this moment."""

    role_claim: str
    choices: Callable[[], StaffSignIn]

    def staff(self, person: Person) -> Staff:
        """Return the member of staff that a person is; raise NoRole where they are none."""
        told = person.claims.get(self.role_claim)
        roles = [told] if isinstance(told, str) else told
        choices = self.choices()
        if not isinstance(roles, list) or choices.role not in roles:
            raise NoRole("it carries no role of staff")
        return Staff(person.key, person.email, may_bill=choices.billing_role in roles)

    def viewer(self, person: Person) -> Viewer:
        """Return the viewer that a person of the staff is; raise NoRole where they are none."""
        return by_themselves(self.staff(person), person.until)


def by_themselves(staff: Staff, until: int | None = None) -> Viewer:
    """Return the viewer that a member of staff is when they look with their own eyes."""
    return Viewer(ViewerKind.STAFF, staff.key, staff.email, staff, until=until)
