"""The canaries themselves: they sing for what is somebody else's, and for nothing of one's own."""

import pytest

from tests.canaries import forbidden
from tests.house import TODAY


@pytest.mark.parametrize(
    ("email", "told", "sings"),
    [
        ("pat@example.com", "Pat Sullivan, 418 Linden Avenue, invoice 500106, job 300114", set()),
        ("pat@example.com", "First Shield Home Warranty", {"First Shield Home Warranty"}),
        ("pat@example.com", "invoice 500114 of a job of Pat's", {"500114"}),
        ("riley@example.com", "job 300106", set()),
        ("sam@example.com", "Lakeview 2B, job 300402, visit 300402-1", set()),
        ("sam@example.com", "Lakeview 3A, job 300404", {"Lakeview 3A", "300404"}),
        ("sam@example.com", "Lakeview Rentals, invoice 500401", {"Lakeview Rentals", "500401"}),
        ("casey@example.com", "Pat Sullivan", {"Pat Sullivan"}),
        ("nobody", "418 Linden Avenue", {"418 Linden Avenue"}),
    ],
)
def test_a_canary_sings_for_others_alone(email: str, told: str, sings: set[str]) -> None:
    assert forbidden(TODAY, 4, email).found_in(told) == sings
