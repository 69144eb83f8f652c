"""The sandbox's people and homes: a contractor's whole tenant, made from a seed and a day.

Ids of the people's rows are the same for every seed, day and number of homes, and below
10,000,000; generated households begin there.

| who | customers | locations | jobs | appointments | invoices | estimates |
|---|---|---|---|---|---|---|
| pat, riley | 1001, 1002 | 2001 | 3001xx | 4001xx | 5001xx | 6001xx |
| morgan | 1011-1013 | 2011-2014 | 3003xx | 4003xx | 5003xx | |
| sam | 1021, 1022 | 2021, 2022 | 3004xx | 4004xx | 5004xx | 6004xx |
| jordan | 1031 | 2101-2112 | 310001-312000 | 410001-412400 | 510001-511500 | 6008xx |
| dana, lee | 1041, 1042, 1051 | 2051 | 3005xx | 4005xx | 5005xx | |
| quinn | 1061 | 2061 | 3006xx | 4006xx | 5006xx | |

Of the same person, payments are 7nnnxx where invoices are 5nnnxx (jordan's: 710001 and on),
equipment 8nnnxx, memberships 9001xx, recurring services 9101xx, their events 9201xx, service
agreements 9308xx, customer contacts 110nxx and location contacts 210nxx.
An assignment is its appointment's id times ten plus one; an item of an invoice or an estimate is
its owner's id times a hundred plus its turn.
Invoice numbers (`referenceNumber`) and job numbers are the ids as text.
"""

from adapters.sandbox.homes.building import PEOPLE, build
from adapters.sandbox.homes.business import BUSINESS_NAME, BUSINESS_PHONE, TIME_ZONE
from adapters.sandbox.homes.office_only import OFFICE_ONLY
from adapters.sandbox.homes.people.pat import LANDMARKS
from adapters.sandbox.homes.people.person import Person
from adapters.sandbox.homes.quirks import QUIRKS
from adapters.sandbox.homes.trades import SELLER

__all__ = [
    "BUSINESS_NAME",
    "BUSINESS_PHONE",
    "LANDMARKS",
    "OFFICE_ONLY",
    "PEOPLE",
    "QUIRKS",
    "SELLER",
    "TIME_ZONE",
    "Person",
    "build",
]
