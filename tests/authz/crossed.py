"""Rows whose customer and place belong to different people: what a careless rule gives away."""

from typing import Any, Final

from tests.canaries import Row

Tables = dict[str, list[Row]]

PAT, ALPHA, LAKEVIEW, GROCERS = 1001, 1011, 1021, 1031
LEE, MERGED, GAMMAS, CLOSED, ORPHANED = 1051, 1041, 2014, 2098, 2099
PATS_HOME, ALPHAS, SAMS, NEXT_DOOR, OAK_PARK, RIVER_FOREST = 2001, 2011, 2021, 2022, 2101, 2102
PATS_JOB_AT_ALPHAS, ALPHAS_JOB_AT_PATS = 390001, 390002

ROWS: Final[tuple[tuple[str, dict[str, Any]], ...]] = (
    ("jobs", {"id": PATS_JOB_AT_ALPHAS, "customerId": PAT, "locationId": ALPHAS}),
    ("appointments", {"id": 490001, "jobId": PATS_JOB_AT_ALPHAS, "customerId": PAT}),
    (
        "invoices",
        {
            "id": 590001,
            "customer": {"id": PAT, "name": "Pat Sullivan"},
            "location": {"id": ALPHAS, "name": "Alpha Apartments"},
            "job": {"id": PATS_JOB_AT_ALPHAS, "number": "390001", "type": "Plumbing"},
            "total": "10.00",
            "balance": "10.00",
        },
    ),
    ("installed-equipment", {"id": 890001, "customerId": PAT, "locationId": ALPHAS}),
    (
        "estimates",
        {"id": 690001, "customerId": PAT, "locationId": ALPHAS, "jobId": PATS_JOB_AT_ALPHAS},
    ),
    ("memberships", {"id": 990001, "customerId": PAT, "locationId": ALPHAS}),
    ("jobs", {"id": ALPHAS_JOB_AT_PATS, "customerId": ALPHA, "locationId": PATS_HOME}),
    ("appointments", {"id": 490002, "jobId": ALPHAS_JOB_AT_PATS, "customerId": ALPHA}),
    (
        "invoices",
        {
            "id": 590002,
            "customer": {"id": ALPHA, "name": "Alpha Apartments"},
            "location": {"id": PATS_HOME, "name": "Pat Sullivan"},
            "job": {"id": ALPHAS_JOB_AT_PATS, "number": "390002", "type": "Plumbing"},
            "total": "20.00",
            "balance": "20.00",
        },
    ),
    (
        "estimates",
        {"id": 690002, "customerId": ALPHA, "locationId": PATS_HOME, "jobId": ALPHAS_JOB_AT_PATS},
    ),
    (
        "service-agreements",
        {"id": 939001, "customerId": GROCERS, "locationIds": [PATS_HOME], "status": "Activated"},
    ),
    (
        "service-agreements",
        {"id": 939002, "customerId": LAKEVIEW, "locationIds": [SAMS], "status": "Activated"},
    ),
    (
        "service-agreements",
        {"id": 939003, "customerId": LAKEVIEW, "locationIds": [NEXT_DOOR], "status": "Activated"},
    ),
    ("service-agreements", {"id": 939004, "customerId": PAT, "status": "Activated"}),
    (
        "service-agreements",
        {"id": 939005, "customerId": GROCERS, "locationIds": [RIVER_FOREST], "status": "Activated"},
    ),
    ("estimates", {"id": 690003, "customerId": PAT, "locationId": PATS_HOME, "projectId": 77}),
    ("estimates", {"id": 690004, "customerId": PAT, "locationId": PATS_HOME}),
    ("estimates", {"id": 690005, "customerId": LAKEVIEW, "locationId": NEXT_DOOR, "jobId": 300404}),
    ("installed-equipment", {"id": 890002, "customerId": LAKEVIEW, "locationId": NEXT_DOOR}),
    ("installed-equipment", {"id": 890003, "customerId": LAKEVIEW, "locationId": SAMS}),
    ("memberships", {"id": 990002, "customerId": LAKEVIEW, "locationId": NEXT_DOOR}),
    ("recurring-services", {"id": 919001, "membershipId": 990002, "locationId": NEXT_DOOR}),
    ("recurring-services", {"id": 919002, "membershipId": 990002, "locationId": SAMS}),
    ("recurring-service-events", {"id": 929001, "locationRecurringServiceId": 919001}),
    ("recurring-service-events", {"id": 929002, "locationRecurringServiceId": 919002}),
    (
        "invoices",
        {
            "id": 590003,
            "customer": {"id": LAKEVIEW, "name": "Lakeview Rentals"},
            "location": {"id": NEXT_DOOR, "name": "Lakeview 3A"},
            "job": {"id": 300404, "number": "300404", "type": "Electrical"},
            "total": "30.00",
            "balance": "0.00",
        },
    ),
    ("memberships", {"id": 990003, "customerId": GROCERS, "locationId": OAK_PARK}),
    ("memberships", {"id": 990004, "customerId": GROCERS, "locationId": RIVER_FOREST}),
    ("memberships", {"id": 990005, "customerId": GROCERS}),
    (
        "invoices",
        {
            "id": 590004,
            "customer": {"id": LEE, "name": "Lee Whitaker"},
            "total": "40.00",
            "balance": "40.00",
        },
    ),
    ("memberships", {"id": 990006, "customerId": LEE}),
    ("service-agreements", {"id": 939006, "customerId": LEE, "status": "Activated"}),
    ("locations", {"id": GAMMAS, "active": False}),
    ("locations", {"id": CLOSED, "customerId": LAKEVIEW, "name": "Closed", "active": False}),
    ("location-contacts", {"id": 219001, "locationId": CLOSED, "value": "sam@example.com"}),
    ("jobs", {"id": 390003, "customerId": LAKEVIEW, "locationId": CLOSED}),
    ("installed-equipment", {"id": 890004, "customerId": LAKEVIEW, "locationId": CLOSED}),
    ("locations", {"id": ORPHANED, "customerId": MERGED, "name": "Orphaned", "active": True}),
    ("location-contacts", {"id": 219002, "locationId": ORPHANED, "value": "casey@example.com"}),
    ("jobs", {"id": 390004, "customerId": MERGED, "locationId": ORPHANED}),
    ("installed-equipment", {"id": 890005, "customerId": MERGED, "locationId": ORPHANED}),
    ("customer-contacts", {"id": 119001, "customerId": ALPHA, "value": "casey@example.com.evil"}),
    (
        "customer-contacts",
        {"id": 119002, "customerId": ALPHA, "value": "Casey <casey@example.com>"},
    ),
    ("customer-contacts", {"id": 119003, "customerId": ALPHA, "value": "casey+x@example.com"}),
)
CROSSED: Final = frozenset(int(row["id"]) for _, row in ROWS)
VISITS: Final = (
    f"939002,{SAMS},At Sam's,2026-10-01,Unscheduled,",
    f"939003,{NEXT_DOOR},Next door,2026-10-01,Unscheduled,",
    f"939003,{SAMS},Next door's agreement at Sam's,2026-10-02,Unscheduled,",
    f"939001,{PATS_HOME},Of the grocers at Pat's,2026-10-03,Unscheduled,",
    f"939003,{NEXT_DOOR},Done next door,2026-05-01,Completed,300404",
)
