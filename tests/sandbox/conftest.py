"""A sandbox of a fixed day, a client signed in to it, and the published specifications.

`SERVICETITAN_SPECS` names the specifications' folder (…/openapi/2026-05); the folder 2026-03 beside
it holds what is no longer published: webhooks and `POST /payments`.
"""

import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import (  # type: ignore[import-untyped]  # it ships no types
    Draft202012Validator,
    FormatChecker,
    ValidationError,
)
from referencing import Registry
from referencing.jsonschema import DRAFT202012
from starlette.types import ASGIApp

from adapters.sandbox.app import create_sandbox
from adapters.sandbox.clock import ticks
from adapters.sandbox.options import SandboxOptions

Opened = Callable[[ASGIApp], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def moment() -> list[float]:
    """The present second of the sandbox's clock, which stands still until it is moved."""
    return [1_772_452_800.0]


@pytest.fixture
def options() -> SandboxOptions:
    """Few homes, a known day, and no hurry."""
    return SandboxOptions(today=date(2026, 3, 2), homes=3, rate_per_second=100_000)


@pytest.fixture
def opened() -> Opened:
    """Open a client on a sandbox and sign it in."""

    @asynccontextmanager
    async def client(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as visitor:
            credentials: dict[str, Any] = (await visitor.get("/_sandbox/credentials")).json()
            form = {
                "grant_type": "client_credentials",
                "client_id": credentials["clientId"],
                "client_secret": credentials["clientSecret"],
            }
            token = (await visitor.post("/connect/token", data=form)).json()
            visitor.headers["authorization"] = token["access_token"]
            visitor.headers["st-app-key"] = credentials["appKey"]
            yield visitor

    return client


@pytest.fixture
async def st(
    options: SandboxOptions, opened: Opened, moment: list[float]
) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in client of a fresh sandbox; the control plane is at the same address."""
    async with opened(create_sandbox(options, clock=lambda: moment[0])) as client:
        yield client


Json = dict[str, Any]

FILES = {"sales": "salestech", "equipmentsystems": "equipment-systems"}


@cache
def _specification(edition: str, module: str) -> Json:
    folder = Path(os.environ.get("SERVICETITAN_SPECS") or "absent")
    file = folder.parent / edition / f"{FILES.get(module, module)}-v2.json"
    if not file.is_file():
        pytest.skip("SERVICETITAN_SPECS names no folder of ServiceTitan's published specifications")
    found: Json = _with_nulls(json.loads(file.read_text()))
    return found


def _with_nulls(node: Any) -> Any:  # noqa: ANN401  # any part of a JSON document
    """Say `nullable` of OpenAPI 3.0 in the words of JSON Schema."""
    if isinstance(node, list):
        return [_with_nulls(part) for part in node]
    if not isinstance(node, dict):
        return node
    whole = {name: _with_nulls(part) for name, part in node.items() if name != "nullable"}
    return {"anyOf": [whole, {"type": "null"}]} if node.get("nullable") is True else whole


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or ticks(value) >= 0


def _is_int32(value: object) -> bool:
    return not isinstance(value, int) or abs(value) < 2**31


FORMATS = FormatChecker(formats=())
FORMATS.checks("date-time", raises=ValueError)(_is_moment)
FORMATS.checks("date", raises=ValueError)(_is_moment)
FORMATS.checks("int32")(_is_int32)


@cache
def _validator(edition: str, module: str, pointer: str) -> Draft202012Validator:
    document = _specification(edition, module)
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:specification", resource)
    schema = {"$ref": f"urn:specification#{pointer}"}
    return Draft202012Validator(schema, registry=registry, format_checker=FORMATS)


def _place(error: ValidationError) -> tuple[int, str]:
    path = [part for part in error.absolute_path if part != "data"]
    column = str(error.message).split("'")[1] if error.validator == "required" else ""
    index = path[0] if path and isinstance(path[0], int) else -1
    names = [part for part in path if isinstance(part, str)]
    return index, ".".join([*names, column] if column else names)


@pytest.fixture
def specification() -> Callable[[str, str], Json]:
    """Read the specification of a module, by edition ("2026-05"); skip where it is absent."""
    return _specification


@pytest.fixture
def wrong() -> Callable[[str, str, str, object], list[tuple[int, str]]]:
    """Tell what is wrong with an answer, by edition, module and pointer to its schema.

    Each fault is the index of its row, or -1, and its column.
    """

    def faults(edition: str, module: str, pointer: str, body: object) -> list[tuple[int, str]]:
        return [_place(error) for error in _validator(edition, module, pointer).iter_errors(body)]

    return faults
