"""Rows that do not say which question they answer: visits, asked for by their location."""

from collections.abc import Callable

import httpx
import pytest
import respx

from adapters.servicetitan.client import ServiceTitan
from adapters.servicetitan.errors import QuestionRefused
from adapters.servicetitan.model import RecurringServiceEventId, RecurringServiceId
from adapters.servicetitan.recurring_service_events import (
    RECURRING_SERVICE_EVENTS,
    RecurringServiceEvent,
)
from adapters.servicetitan.resource import Key, unsaid

Page = Callable[..., httpx.Response]
Asked = Callable[[], list[dict[str, str]]]


def _event(number: int, service: int) -> RecurringServiceEvent:
    return RecurringServiceEvent(
        id=RecurringServiceEventId(number),
        location_recurring_service_id=RecurringServiceId(service),
    )


async def test_each_location_is_asked_by_itself_and_given_all_that_came(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page, asked: Asked
) -> None:
    came = {
        "7": [{"id": 1, "locationRecurringServiceId": 71}],
        "8": [{"id": 2, "locationRecurringServiceId": 81}, *_raw(1, 71)],
        "9": [],
    }
    upstream.get(path__regex=".*/recurring-service-events$").mock(
        side_effect=lambda request: page(came[request.url.params["locationId"]])
    )
    given = await client.ask(RECURRING_SERVICE_EVENTS, "location_id", [7, 8, 9])
    assert given.rows == {7: (_event(1, 71),), 8: (_event(2, 81), _event(1, 71)), 9: ()}
    assert given.calls == 3
    assert sorted(query["locationId"] for query in asked()) == ["7", "8", "9"]


async def test_one_refused_location_leaves_the_others_standing(
    client: ServiceTitan, upstream: respx.MockRouter, page: Page
) -> None:
    upstream.get(params={"locationId": "8"}).respond(404)
    upstream.get(path__regex=".*/recurring-service-events$").mock(return_value=page(_raw(1, 71)))
    given = await client.ask(RECURRING_SERVICE_EVENTS, "location_id", [7, 8])
    assert given.rows[7] == (_event(1, 71),)
    assert isinstance(given.rows[8], QuestionRefused)


def test_only_visits_by_location_are_not_proven() -> None:
    keys = RECURRING_SERVICE_EVENTS.keys
    assert {by: key.is_proven for by, key in keys.items()} == {"id": True, "location_id": False}


def test_to_ask_such_a_row_is_a_mistake() -> None:
    key = RECURRING_SERVICE_EVENTS.keys["location_id"]
    with pytest.raises(LookupError, match="do not say which question they answer"):
        key.answers(_event(1, 71))


def test_such_rows_cannot_be_asked_for_in_blocks() -> None:
    with pytest.raises(ValueError, match="rows by locationIds cannot be dealt"):
        Key[RecurringServiceEvent]("locationIds", unsaid, 50)


def _raw(number: int, service: int) -> list[dict[str, int]]:
    return [{"id": number, "locationRecurringServiceId": service}]
