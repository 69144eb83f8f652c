"""ServiceTitan's four feeds of people, made up as they are asked for, so that none is in memory."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpx

PAGE = 1000
_PATH = re.compile(r"/export/([a-z/]+)$")


@dataclass(frozen=True, slots=True)
class Town:
    """How many of each there are; every customer has its first location and its first contact."""

    customers: int
    locations: int
    customer_contacts: int
    location_contacts: int

    @property
    def contacts(self) -> int:
        """How many contacts there are, all of them live emails."""
        return self.customer_contacts + self.location_contacts

    @property
    def rows(self) -> int:
        """How many rows the four feeds tell of."""
        return self.customers + self.locations + self.contacts


def town_of(contacts: int) -> Town:
    """Return a town of so many contacts: three in four are customers', and most have one home."""
    return Town(contacts // 2, contacts * 11 // 20, contacts * 3 // 4, contacts - contacts * 3 // 4)


def moved(town: Town, of: int) -> str:
    """Return the customers' contact of this number as it is told when its email has changed."""
    return _contact(of, "customerId", of % town.customers + 1, f"moved-{of}@homes.example")


def email_of(town: Town, number: int) -> str:
    """Return the email of a customer's contact of this number."""
    return f"person-{number % town.customer_contacts}@homes.example"


def _customer(of: int, _town: Town) -> str:
    return (
        f'{{"id":{of + 1},"active":true,"name":"Household {of}","type":"Residential",'
        f'"address":{{"street":"{of} Main Street","unit":null,"city":"Springfield","state":"IL",'
        '"zip":"62701","country":"USA"},"customFields":[],"balance":0.00,"tagTypeIds":[],'
        '"doNotMail":false,"doNotService":false,"mergedToId":null,'
        '"createdOn":"2024-02-06T17:23:11.1173718Z","modifiedOn":"2026-05-06T17:24:28.1243111Z"}'
    )


def _location(of: int, town: Town) -> str:
    return (
        f'{{"id":{of + 1},"customerId":{of % town.customers + 1},"active":true,'
        f'"name":"House {of}","address":{{"street":"{of} Main Street","unit":null,'
        '"city":"Springfield","state":"IL","zip":"62701","country":"USA"},"customFields":[],'
        '"mergedToId":null,"createdOn":"2024-02-06T17:23:11.1173718Z",'
        '"modifiedOn":"2026-05-06T17:24:28.1243111Z"}'
    )


def _customer_contact(of: int, town: Town) -> str:
    return _contact(of, "customerId", of % town.customers + 1, email_of(town, of))


def _location_contact(of: int, town: Town) -> str:
    return _contact(of, "locationId", of % town.locations + 1, f"tenant-{of}@homes.example")


def _contact(of: int, owner: str, owner_id: int, email: str) -> str:
    return (
        f'{{"{owner}":{owner_id},"active":true,"modifiedOn":"2026-05-06T17:24:28.1243111Z",'
        f'"phoneSettings":null,"id":{of + 1},"type":"Email","value":"{email}","memo":null}}'
    )


Row = Callable[[int, Town], str]


@dataclass
class Feeds(httpx.AsyncBaseTransport):
    """Answers for tokens and for the feeds of this town; `changed` are told after its end.

    `changed` are whole rows of the customers' contacts.
    """

    town: Town
    changed: list[str] = field(default_factory=list)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a token, or the page after the one whose end is asked from."""
        found = _PATH.search(request.url.path)
        if found is None:
            return httpx.Response(200, json={"access_token": "t", "expires_in": 900})
        name = found[1]
        start = int(request.url.params.get("from", "0"))
        total, row = self._feed(name)
        end = min(start + PAGE, total)
        rows: Iterable[str] = (row(of, self.town) for of in range(start, end))
        if name == "customers/contacts" and start >= total:
            rows, end = self.changed[start - total :], total + len(self.changed)
        more = "true" if end < total else "false"
        body = f'{{"hasMore":{more},"continueFrom":"{end}","data":[{",".join(rows)}]}}'
        return httpx.Response(200, content=body, headers={"content-type": "application/json"})

    def _feed(self, name: str) -> tuple[int, Row]:
        return {
            "customers": (self.town.customers, _customer),
            "locations": (self.town.locations, _location),
            "customers/contacts": (self.town.customer_contacts, _customer_contact),
            "locations/contacts": (self.town.location_contacts, _location_contact),
        }[name]
