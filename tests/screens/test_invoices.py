"""The Invoices screen: which invoices, in which order, and what each of them tells."""

import pytest

from tests.house import House, gid, number

PAT, RILEY, SAM, MORGAN = (f"{name}@example.com" for name in ("pat", "riley", "sam", "morgan"))
VISIBLE = [
    (number("open-invoice"), "OPEN"),
    (number("membership-invoice"), "PAID"),
    (number("partly-paid-invoice"), "PARTIALLY_PAID"),
    (number("overdue-invoice"), "OPEN"),
    ("500160", "PAID"),
    ("500110", "PAID"),
    (number("paid-invoice"), "PAID"),
]


async def listed(house: House, email: str, arguments: str = "first: 100") -> list[tuple[str, str]]:
    viewer = await house.viewer(email, f"invoices({arguments}) {{ nodes {{ number status }} }}")
    return [(row["number"], row["status"]) for row in viewer["invoices"]["nodes"]]


async def test_r18_r20_r21_r22_r23_r24_the_list_is_what_was_ever_owed_newest_first(
    house: House,
) -> None:
    assert await listed(house, PAT) == VISIBLE
    assert await house.calls() == {"invoices?customerId=1001": 1}  # no filter of ServiceTitan's
    hidden = {"empty-invoice", "credit-invoice", "inactive-invoice", "warranty-invoice"}
    assert not {number(landmark) for landmark in hidden} & {row[0] for row in VISIBLE}


@pytest.mark.parametrize("status", ["OPEN", "PARTIALLY_PAID", "PAID"])
async def test_the_list_narrows_to_a_status(house: House, status: str) -> None:
    expected = [row for row in VISIBLE if row[1] == status]
    assert await listed(house, PAT, f"first: 100, status: {status}") == expected


@pytest.mark.parametrize("landmark", ["empty-invoice", "credit-invoice", "inactive-invoice"])
async def test_r21_r22_r24_what_the_list_hides_is_not_found_by_id(
    house: House, landmark: str
) -> None:
    told = await house.ask(PAT, "query($id: ID!) { invoice(id: $id) { number } }", id=gid(landmark))
    assert told["data"] == {"invoice": None}
    assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_FOUND"]


async def test_r8_r18_without_billing_access_the_list_is_empty_and_costs_nothing(
    house: House,
) -> None:
    viewer = await house.viewer(RILEY, "invoices { totalCount nodes { number } }")
    assert viewer == {"invoices": {"totalCount": 0, "nodes": []}}
    assert await house.calls() == {}


async def test_r19_a_place_alone_shows_no_invoice_that_goes_to_another_bill_to(
    house: House,
) -> None:
    assert await listed(house, SAM) == []


async def test_one_invoice_tells_what_is_printed_on_it(house: House) -> None:
    query = """query($id: ID!) { invoice(id: $id) {
        __typename id number status isOverdue invoiceDate dueDate paidOn subtotal tax discount total
        balance terms billTo { name address { oneLine } } customer { name }
        serviceAddress { street unit city state postalCode } location { name }
        items { name kind quantity unitPrice total description }
        payments { amount appliedOn method } job { number tab type }
    } }"""
    told = await house.data(PAT, query, id=gid("partly-paid-invoice"))
    assert told == {
        "invoice": {
            "__typename": "Invoice",
            "id": gid("partly-paid-invoice"),
            "number": "500107",
            "status": "PARTIALLY_PAID",
            "isOverdue": False,
            "invoiceDate": "2026-06-24",
            "dueDate": "2026-07-24",
            "paidOn": None,
            "subtotal": "383.25",
            "tax": "11.94",
            "discount": "0.00",
            "total": "395.19",
            "balance": "195.19",
            "terms": "Net 30",
            "billTo": {
                "name": "Pat Sullivan",
                "address": {"oneLine": "418 Linden Avenue, Oak Park, IL 60302"},
            },
            "customer": {"name": "Pat Sullivan"},
            "serviceAddress": {
                "street": "418 Linden Avenue",
                "unit": None,
                "city": "Oak Park",
                "state": "IL",
                "postalCode": "60302",
            },
            "location": {"name": "Pat Sullivan"},
            "items": [
                {
                    "name": "Dispatch Fee",
                    "kind": "SERVICE",
                    "quantity": "1",
                    "unitPrice": "89.00",
                    "total": "89.00",
                    "description": "The dispatch fee covers the visit and the diagnosis.",
                },
                {
                    "name": "45/5 MFD Run Capacitor",
                    "kind": "MATERIAL",
                    "quantity": "1",
                    "unitPrice": "149.25",
                    "total": "149.25",
                    "description": "45/5 MFD Run Capacitor\nStocked on the truck.",
                },
                {
                    "name": "Skilled Labor, per hour",
                    "kind": "SERVICE",
                    "quantity": "1",
                    "unitPrice": "145.00",
                    "total": "145.00",
                    "description": "A licensed tradesperson.",
                },
            ],
            "payments": [{"amount": "200.00", "appliedOn": "2026-06-29", "method": "Check"}],
            "job": {"number": "300107", "tab": "COMPLETED", "type": "No Cooling"},
        }
    }


async def test_r83_text_from_the_office_is_cleaned_and_has_a_plain_twin(house: House) -> None:
    await house.put(
        "invoices",
        500106,
        summary='<p onclick="steal()">New <b>coil</b><br>All&nbsp;good</p><script>x()</script>',
    )
    query = "query($id: ID!) { invoice(id: $id) { summary summaryHtml } }"
    told = await house.data(PAT, query, id=gid("open-invoice"))
    assert told["invoice"] == {
        "summary": "New coil\nAll good",
        "summaryHtml": "<p>New <b>coil</b><br>All&nbsp;good</p>",
    }


async def test_r25_r26_bill_to_order_puts_who_owes_first(house: House) -> None:
    viewer = await house.viewer(MORGAN, "customers { nodes { name hasUnpaidInvoices totalDue } }")
    assert viewer["customers"]["nodes"] == [
        {"name": "Beta Buildings", "hasUnpaidInvoices": True, "totalDue": "436.50"},
        {"name": "Alpha Apartments", "hasUnpaidInvoices": False, "totalDue": "0.00"},
        {"name": "Gamma Gardens", "hasUnpaidInvoices": False, "totalDue": "0.00"},
    ]


async def test_r27_invoices_of_one_bill_to_are_asked_for_alone(house: House) -> None:
    viewer = await house.viewer(MORGAN, "customers { nodes { id name } }")
    beta = viewer["customers"]["nodes"][0]["id"]
    await house.calls()
    assert await listed(house, MORGAN, f'customerId: "{beta}"') == [
        ("500303", "OPEN"),
        ("500304", "PAID"),
    ]


async def test_r28_every_visible_invoice_of_a_job_is_told_its_own_first(house: House) -> None:
    query = "query($id: ID!) { job(id: $id) { invoices { number } } }"
    told = await house.data(PAT, query, id=gid("two-invoices"))
    assert told == {"job": {"invoices": [{"number": "500110"}, {"number": "500160"}]}}


async def test_r84_an_amount_that_cannot_be_read_is_an_error_and_no_sum(house: House) -> None:
    await house.put("invoices", 500106, balance="1,234.50")
    told = await house.ask(
        PAT, "{ viewer { email invoices { nodes { balance } } tasks { totalDue } } }"
    )
    assert told["data"] == {"viewer": {"email": PAT, "invoices": None, "tasks": {"totalDue": None}}}
    codes = {(tuple(e["path"][:3]), e["extensions"]["code"]) for e in told["errors"]}
    assert codes == {
        (("viewer", "invoices", "nodes"), "UPSTREAM_REJECTED"),
        (("viewer", "tasks", "totalDue"), "UPSTREAM_REJECTED"),
    }
