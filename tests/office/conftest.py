"""What commands need: a database that others open too, and the log as it was before them."""

import pytest

from tests.databases import for_a_house, postgresql, shared_url

__all__ = ["postgresql", "shared_url"]


@pytest.fixture
def house_url(shared_url: str) -> str:
    """The address of a database that a house may open inside its event loop."""
    return for_a_house(shared_url)
