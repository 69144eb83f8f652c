"""Asking ServiceTitan for a token, and then for a little of everything the graph reads."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime
from typing import Any

import httpx

from adapters.changes.sources import SOURCES
from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.client import ServiceTitan, connect
from adapters.servicetitan.connection import Connection
from adapters.servicetitan.errors import UpstreamError
from adapters.servicetitan.resource import ALL, Feed, Resource
from adapters.servicetitan.tokens import Tokens
from adapters.servicetitan.wire import Wire
from gateway.checks.finding import Finding
from gateway.checks.scopes import scope_of

# An id that a question may name whether it is known or not: rows are not what is looked for.
_SOME_ID = 1


async def check_upstream(
    connection: Connection, transport: httpx.AsyncBaseTransport | None = None
) -> list[Finding]:
    """Return how the token endpoint answers, and with a token every resource and feed.

    Of the feeds what changed today is asked: that they answer is what is looked for.
    """
    token = Finding("ServiceTitan, token endpoint", await _token(connection, transport))
    if token.problem is not None:
        return [token]
    client = connect(connection, transport=transport)
    feeds = [*FEEDS, *(source.feed for source in SOURCES)]
    today = datetime.now(UTC).date().isoformat()
    try:
        return [
            token,
            *await asyncio.gather(
                *(_resource(client, resource) for resource in RESOURCES),
                *(_feed(client, feed, today) for feed in feeds),
            ),
        ]
    finally:
        await client.aclose()


async def _token(connection: Connection, transport: httpx.AsyncBaseTransport | None) -> str | None:
    wire = Wire(transport)
    tokens = Tokens(wire, connection)
    try:
        return await _problem(tokens.current())
    finally:
        await tokens.aclose()
        await wire.aclose()


async def _resource(client: ServiceTitan, resource: Resource[Any]) -> Finding:
    by = next(iter(resource.keys))
    value = 0 if by == ALL else _SOME_ID
    answer = await client.ask(resource, by, [value])
    given = answer.rows[value]
    problem = str(given) if isinstance(given, UpstreamError) else None
    return Finding(f"ServiceTitan, {resource.name}", problem, scope_of(resource.path))


async def _feed(client: ServiceTitan, feed: Feed[Any], since: str) -> Finding:
    problem = await _problem(client.feed(feed, since))
    return Finding(f"ServiceTitan, {feed.name}", problem, scope_of(feed.path))


async def _problem(asking: Awaitable[object]) -> str | None:
    try:
        await asking
    except UpstreamError as error:
        return str(error)
    return None
