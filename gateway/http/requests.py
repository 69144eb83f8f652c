"""The members of a GraphQL request, from a body or from a query string, each of its type."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from starlette.datastructures import QueryParams

from gateway.http.exchange import GraphQLRequest
from gateway.http.refusals import bad_request
from gateway.http.strict_json import parsed

_MEMBERS = ("query", "variables", "operationName", "extensions", "documentId")
LONGEST_ID: Final = 255

_SHA256 = re.compile("[0-9a-f]{64}")

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
    for name in ("operationName", "variables", "extensions"):
        if members.get(name) == "":
            del members[name]
    for name in ("variables", "extensions"):
        if name in members:
            members[name] = parsed(parameters[name].encode())
    return from_members(members)


def from_members(members: Mapping[str, object]) -> GraphQLRequest:
    """Return the request of these members, read from JSON already; raise Refused (400)."""
    query = _member(members, "query", str, "a string") or ""
    extensions = _member(members, "extensions", dict, "an object")
    document_id, digest = _document_id(members), _digest(extensions or {})
    if document_id is not None and (query or digest is not None):
        raise bad_request("The request names its document twice: give `documentId` alone.")
    if not query and document_id is None and digest is None:
        raise bad_request("The request has no query.")
    return GraphQLRequest(
        query=query,
        variables=_member(members, "variables", dict, "an object"),
        operation_name=_member(members, "operationName", str, "a string"),
        extensions=extensions,
        document_id=document_id,
        digest=digest,
    )


def _document_id(members: Mapping[str, object]) -> str | None:
    """Return the document's id (GraphQL over HTTP, appendix A: persisted documents)."""
    told = _member(members, "documentId", str, "a string")
    if told is not None and not 0 < len(told) <= LONGEST_ID:
        raise bad_request(f"The request's documentId must have from 1 to {LONGEST_ID} characters.")
    return told


def _digest(extensions: Mapping[str, object]) -> str | None:
    """Return the document's SHA-256, as clients of automatic persisted queries tell it."""
    match extensions.get("persistedQuery"):
        case None:
            return None
        case {"version": 1, "sha256Hash": str(told)} if _SHA256.fullmatch(told):
            return told
    raise bad_request(
        'The extension persistedQuery must be {"version": 1, "sha256Hash": "…"}, '
        "with 64 hexadecimal digits in lower case."
    )


def _member(
    members: Mapping[str, object], name: str, kind: type[Value], called: str
) -> Value | None:
    value = members.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise bad_request(f"The request's {name} must be {called}.")
