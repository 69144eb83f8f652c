"""The members of a GraphQL request, from a body or from a query string, each of its type."""

from collections.abc import Mapping
from typing import TypeVar

from starlette.datastructures import QueryParams

from gateway.http.exchange import GraphQLRequest
from gateway.http.refusals import bad_request
from gateway.http.strict_json import parsed

_MEMBERS = ("query", "variables", "operationName", "extensions")

Value = TypeVar("Value")


def from_body(body: bytes) -> GraphQLRequest:
    """Return the request a POST carries; raise Refused (400), for batches too."""
    members = parsed(body)
    if isinstance(members, list):
        raise bad_request("Batches are not supported: send one operation a request.")
    if not isinstance(members, dict):
        raise bad_request("The body must be a JSON object.")
    return from_members(members)


def from_query_string(parameters: QueryParams) -> GraphQLRequest:
    """Return the request a GET carries, objects written as JSON; raise Refused (400)."""
    given = [name for name, _ in parameters.multi_items() if name in _MEMBERS]
    if len(given) > len(set(given)):
        raise bad_request("A parameter is given twice.")
    members: dict[str, object] = {name: parameters[name] for name in given}
    for name in ("variables", "extensions"):
        if members.get(name) == "":
            del members[name]
        elif name in members:
            members[name] = parsed(parameters[name].encode())
    return from_members(members)


def from_members(members: Mapping[str, object]) -> GraphQLRequest:
    """Return the request of these members, read from JSON already; raise Refused (400)."""
    query = _member(members, "query", str, "a string")
    if not query:
        raise bad_request("The request has no query.")
    return GraphQLRequest(
        query=query,
        variables=_member(members, "variables", dict, "an object"),
        operation_name=_member(members, "operationName", str, "a string"),
        extensions=_member(members, "extensions", dict, "an object"),
    )


def _member(
    members: Mapping[str, object], name: str, kind: type[Value], called: str
) -> Value | None:
    value = members.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise bad_request(f"The request's {name} must be {called}.")
