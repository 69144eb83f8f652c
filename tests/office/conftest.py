"""What commands need: a database that others open too, and the log as it was before them."""

import pytest
from sqlalchemy import make_url

from tests.databases import postgresql, shared_url

__all__ = ["postgresql", "shared_url"]


@pytest.fixture
def house_url(shared_url: str) -> str:
    """The address of a database that a house may open inside its event loop.

    Where it is told neither password nor encryption, PostgreSQL's driver looks into files first.
    """
    if shared_url.startswith("sqlite"):
        return shared_url
    url = make_url(shared_url).set(password="unasked").update_query_dict({"ssl": "disable"})
    return url.render_as_string(hide_password=False)
