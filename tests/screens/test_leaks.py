"""What must never be told: of others, of the office alone, and of the house itself."""

import pytest
from graphql import build_schema, is_object_type, print_ast

from adapters.sandbox.homes import OFFICE_ONLY
from gateway.graph import sdl
from tests.house import House

pytestmark = pytest.mark.usefixtures("any_shape")

EVERYTHING = """{ viewer { id kind email
    customers { nodes { id name type accessLevel balance totalDue hasUnpaidInvoices
        address { oneLine } } }
    locations { nodes { id name address { oneLine } customer { name } } }
    invoices(first: 100) { totalCount nodes { id number summary summaryHtml terms
        billTo { name address { oneLine } } serviceAddress { oneLine }
        items { id name description descriptionHtml kind quantity unitPrice total }
        payments { amount method appliedOn } job { number type } } }
    proposals(first: 100) { totalCount nodes { id number name customer { name } location { name }
        job { number } estimates { id name optionLabel summary summaryHtml subtotal tax total
            items { id name description descriptionHtml quantity unitPrice total } } } }
    equipment(first: 100) { totalCount nodes { id name type manufacturer model serialNumber status
        installedOn manufacturerWarranty { startsOn endsOn state }
        serviceProviderWarranty { startsOn endsOn state } customer { name } location { name }
        serviceHistory { totalCount nodes { number } } } }
    serviceAgreements(first: 100) { totalCount nodes { id name summary customer { name }
        locations { name } visits { totalCount nodes { name } } equipment { totalCount } } }
    memberships(first: 100) { totalCount nodes { id name price customer { name } location { name }
        visits { totalCount nodes { id name location { name } job { number } } }
        equipment { nodes { name } } invoices { nodes { number } } } }
    unscheduledVisits { id name agreementName location { name } booking { phone } }
    tasks { totalDue count proposalsToReview { name } }
    UPCOMING: jobs(tab: UPCOMING, first: 100) { ...Jobs }
    IN_PROGRESS: jobs(tab: IN_PROGRESS, first: 100) { ...Jobs }
    ON_HOLD: jobs(tab: ON_HOLD, first: 100) { ...Jobs }
    COMPLETED: jobs(tab: COMPLETED, first: 100) { ...Jobs }
    CANCELED: jobs(tab: CANCELED, first: 100) { ...Jobs } } }
fragment Jobs on JobConnection { nodes { id number type total workSummary workSummaryHtml
    customer { name } location { name } invoices { number } proposals { name }
    equipment { name serialNumber }
    appointments { id number status date technicians { name } } } }"""
NEIGHBOURS = {
    "pat@example.com": [
        "Morgan",
        "Alpha Apartments",
        "Lakeview",
        "First Shield",
        "5003",
        "3004",
        "RTU-",
        "LE41543119",
    ],
    "riley@example.com": [
        "Alpha Apartments",
        "Lakeview",
        "First Shield",
        "436.50",
        "1045.69",
        "heat pump",
        "RTU-",
        "LE41543119",
    ],
    "sam@example.com": [
        "Lakeview Rentals",
        "Lakeview Holdings",
        "3A",
        "300404",
        "Pat Sullivan",
        "Sump",
        "TR36007738",
    ],
    "morgan@example.com": ["Pat Sullivan", "Lakeview", "5001", "3001", "TR36007738", "RTU-"],
    "casey@example.com": ["Pat Sullivan", "Alpha", "Lakeview", "5001", "TR36007738", "RTU-"],
    "jordan@example.com": ["Pat Sullivan", "Alpha Apartments", "Lakeview", "TR36007738"],
}
OFFICE_FIELDS = {
    "cost",
    "totalcost",
    "unitcost",
    "soldhours",
    "generalledgeraccount",
    "technicianid",
    "royalty",
    "employeeinfo",
    "commissioneligibilitydate",
    "reviewstatus",
    "assignedto",
    "batch",
    "syncstatus",
    "customfields",
    "priority",
    "campaignid",
    "leadcallid",
    "soldbyid",
    "tagtypeids",
    "notes",
    "creditlimit",
    "creditlimitbalance",
    "donotservice",
    "authcode",
    "checknumber",
    "memo",
    "barcodeid",
    "predictedreplacementmonths",
    "predictedreplacementdate",
    "specialinstructions",
}


@pytest.mark.parametrize("email", list(NEIGHBOURS))
async def test_t1_no_word_of_the_neighbours_or_of_the_office_alone(
    house: House, email: str
) -> None:
    for other in NEIGHBOURS:
        await house.data(other, EVERYTHING)  # everybody's rows are warm
    told = str(await house.data(email, EVERYTHING))
    assert [word for word in (*NEIGHBOURS[email], *OFFICE_ONLY) if word in told] == []


async def test_lg1_nothing_personal_is_logged(house: House) -> None:
    for email in NEIGHBOURS:
        await house.data(email, EVERYTHING)
    await house.ask("pat@example.com", '{ node(id: "x") { id } viewer { nothing } }')
    logged = str(house.logs)
    assert "request" in logged
    personal = [*NEIGHBOURS, "Pat Sullivan", "Linden Avenue", "1045.69", "436.50", "viewer {"]
    assert [word for word in (*personal, *house.tokens.values()) if word in logged] == []


def test_r69_r73_r81_office_only_fields_are_not_in_the_graph() -> None:
    graph = build_schema(sdl())
    fields = {
        name.lower()
        for kind in graph.type_map.values()
        if is_object_type(kind) and not kind.name.startswith("__")
        for name in kind.fields
    }
    assert fields & OFFICE_FIELDS == set()


@pytest.mark.parametrize(
    ("selection", "without"),
    [
        ("customers { nodes { balance } }", {"customers": {"nodes": [{"balance": None}]}}),
        ("customers { nodes { totalDue } }", {"customers": {"nodes": [{"totalDue": None}]}}),
        (
            "customers { nodes { hasUnpaidInvoices } }",
            {"customers": {"nodes": [{"hasUnpaidInvoices": None}]}},
        ),
        (
            "customers { nodes { invoices { totalCount nodes { id } } } }",
            {"customers": {"nodes": [{"invoices": {"totalCount": 0, "nodes": []}}]}},
        ),
        (
            "customers { nodes { memberships { totalCount nodes { id } } } }",
            {"customers": {"nodes": [{"memberships": {"totalCount": 0, "nodes": []}}]}},
        ),
        (
            "customers { nodes { serviceAgreements { totalCount nodes { id } } } }",
            {"customers": {"nodes": [{"serviceAgreements": {"totalCount": 0, "nodes": []}}]}},
        ),
        (
            "customers { nodes { proposals { totalCount nodes { id } } } }",
            {"customers": {"nodes": [{"proposals": {"totalCount": 0, "nodes": []}}]}},
        ),
        (
            "jobs(tab: ON_HOLD) { nodes { proposals { id } } }",
            {"jobs": {"nodes": [{"proposals": []}]}},
        ),
        (
            "equipment(first: 1) { nodes { proposalHistory { totalCount nodes { id } } } }",
            {"equipment": {"nodes": [{"proposalHistory": {"totalCount": 0, "nodes": []}}]}},
        ),
        ("payments { totalCount nodes { id } }", {"payments": {"totalCount": 0, "nodes": []}}),
        (
            'paymentMethods(customerId: "Q3VzdG9tZXI6MTAwMQ") { id }',
            {"paymentMethods": None},
        ),
        (
            "jobs(tab: ON_HOLD) { nodes { invoices { id } total } }",
            {"jobs": {"nodes": [{"invoices": [], "total": None}]}},
        ),
    ],
)
async def test_needs_billing_means_null_or_empty_and_no_error(
    house: House, selection: str, without: dict[str, object]
) -> None:
    assert await house.viewer("riley@example.com", selection) == without
    assert await house.viewer("pat@example.com", "invoices { totalCount }") == {
        "invoices": {"totalCount": 7}
    }


def test_every_field_that_says_so_was_tried() -> None:
    graph = build_schema(sdl())
    needing = {
        f"{kind.name}.{name}"
        for kind in graph.type_map.values()
        if is_object_type(kind)
        for name, field in kind.fields.items()
        if any(
            print_ast(told) == "@needs(grant: BILLING)"  # STAFF is tried in test_staff_gate.py
            for told in (field.ast_node and field.ast_node.directives) or ()
        )
    }
    assert needing == {
        "Customer.balance",
        "Customer.totalDue",
        "Customer.hasUnpaidInvoices",
        "Customer.invoices",
        "Customer.memberships",
        "Customer.proposals",
        "Customer.serviceAgreements",
        "Equipment.proposalHistory",
        "Job.invoices",
        "Job.proposals",
        "Job.total",
        "Viewer.paymentMethods",
        "Viewer.payments",
        "Mutation.removePaymentMethod",  # these three in tests/paying/test_methods.py
        "Mutation.savePaymentMethod",
        "Mutation.setPrimaryPaymentMethod",
    }


def test_every_field_and_type_is_described() -> None:
    graph = build_schema(sdl())
    silent = [
        f"{kind.name}.{name}"
        for kind in graph.type_map.values()
        if is_object_type(kind) and not kind.name.startswith("__")
        for name, field in kind.fields.items()
        if not field.description
    ]
    assert silent == []
    assert [
        k.name for k in graph.type_map.values() if is_object_type(k) and not k.description
    ] == []
