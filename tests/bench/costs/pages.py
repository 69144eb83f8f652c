"""Whole pages of the customer's rows: their bytes, as they come over the wire."""

from typing import TypeVar

import httpx

from adapters.servicetitan.connection import Connection
from adapters.servicetitan.model import Model
from adapters.servicetitan.resource import Resource
from tests.bench.rows import CUSTOMER

M = TypeVar("M", bound=Model)


def first_page(connection: Connection, resource: Resource[M]) -> bytes:
    """Return the first page of the customer's rows, as long as the client lets a page be."""
    with httpx.Client(trust_env=False, timeout=30.0) as http:
        form = {
            "grant_type": "client_credentials",
            "client_id": connection.client_id,
            "client_secret": connection.client_secret,
        }
        given = http.post(connection.token_address, data=form).raise_for_status()
        answer = http.get(
            connection.address(resource.path),
            params={"customerId": CUSTOMER, "page": 1, "pageSize": resource.page_size},
            headers={
                "authorization": f"Bearer {given.json()['access_token']}",
                "st-app-key": connection.app_key,
            },
        )
        return answer.raise_for_status().content
