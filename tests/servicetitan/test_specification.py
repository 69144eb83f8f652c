"""The client asks what ServiceTitan publishes, and reads what it publishes."""

import enum
import json
import os
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from adapters.servicetitan.books import ESTIMATES_PATH, MARKED_PAYMENTS
from adapters.servicetitan.catalog import FEEDS, RESOURCES
from adapters.servicetitan.model import Model, without_none
from adapters.servicetitan.resource import BLOCK, Feed, Resource
from adapters.servicetitan.tracking import TRACKING_PATH

FOLDER = os.environ.get("SERVICETITAN_SPECS", "")
FILES = sorted(Path(FOLDER).glob("*.json")) if FOLDER else []

pytestmark = pytest.mark.skipif(
    not FILES,
    reason="SERVICETITAN_SPECS names no folder of ServiceTitan's published specifications",
)

Schema = dict[str, Any]


@cache
def _published() -> dict[str, tuple[Schema, Schema]]:
    """Every GET by its path from the host on, with the document it stands in."""
    found = {}
    for file in FILES:
        document = json.loads(file.read_text())
        module = document["servers"][0]["url"].partition(".io/")[2]
        for path, operations in document["paths"].items():
            if "get" in operations:
                found[f"{module}{path}"] = (operations["get"], document)
    return found


def _schema(reference: Schema, document: Schema) -> Schema:
    """Follow references and the null alternative to the schema itself."""
    while True:
        choices = [c for c in reference.get("oneOf", []) if c.get("type") != "null"]
        if len(choices) == 1:
            reference = choices[0]
        elif "$ref" in reference:
            reference = document["components"]["schemas"][reference["$ref"].split("/")[-1]]
        else:
            return reference


def _row_schema(path: str) -> tuple[Schema, Schema]:
    operation, document = _published()[path]
    (content,) = operation["responses"]["200"]["content"].values()
    listed = _schema(content["schema"], document)["properties"]["data"]
    return _schema(listed["items"], document), document


def _compare(model: type[Model], schema: Schema, document: Schema) -> None:
    for field in msgspec.structs.fields(model):
        assert field.encode_name in schema["properties"], f"{model.__name__}.{field.name}"
        told = _schema(schema["properties"][field.encode_name], document)
        bare, _ = without_none(field.type)
        part = get_args(bare)[0] if told.get("type") in ("array", ["array", "null"]) else bare
        if "items" in told:
            told = _schema(told["items"], document)
        if isinstance(part, type) and issubclass(part, Model):
            _compare(part, told, document)
        if isinstance(part, type) and issubclass(part, enum.Enum) and "enum" in told:
            assert {word.value for word in part} - {"UNKNOWN"} == set(told["enum"])


@pytest.mark.parametrize(
    "resource", [*RESOURCES, MARKED_PAYMENTS], ids=lambda resource: resource.name
)
def test_every_question_is_published(resource: Resource[Any]) -> None:
    operation, _ = _published()[resource.path]
    asked = {p["name"]: p for p in operation["parameters"] if p["in"] == "query"}
    ours = {key.parameter for key in resource.keys.values()} - {""}
    pages = {"page", "pageSize", "includeTotal"}
    assert ours | set(resource.fixed) <= set(asked)
    assert pages & set(asked) == (pages if resource.is_paged else set())
    for key in resource.keys.values():
        if key.parameter:
            kind = "string" if key.block == BLOCK else "integer"
            assert asked[key.parameter]["schema"]["type"] == kind


def test_the_question_for_a_tracking_link_is_published() -> None:
    operation, document = _published()[TRACKING_PATH]
    asked = {p["name"]: p for p in operation["parameters"] if p["in"] == "query"}
    assert {name: told["required"] for name, told in asked.items()} == {
        "technicianId": True,
        "appointmentId": True,
    }
    (content,) = operation["responses"]["200"]["content"].values()
    assert set(_schema(content["schema"], document)["properties"]) == {"technicianTrackingUrl"}


@pytest.mark.parametrize(("verb", "body"), [("sell", {"soldBy"}), ("dismiss", None)])
def test_what_servicetitan_is_told_of_estimates_is_published(
    verb: str, body: set[str] | None
) -> None:
    (file,) = (file for file in FILES if file.name.startswith("salestech"))
    document = json.loads(file.read_text())
    module = document["servers"][0]["url"].partition(".io/")[2]
    path = f"{ESTIMATES_PATH}/{{id}}/{verb}".removeprefix(module)
    told = document["paths"][path]["put"].get("requestBody")
    if body is None:
        assert told is None
        return
    (content,) = told["content"].values()
    assert set(_schema(content["schema"], document)["properties"]) == body


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_every_feed_is_published(feed: Feed[Any]) -> None:
    operation, document = _published()[feed.path]
    asked = {p["name"] for p in operation["parameters"] if p["in"] == "query"}
    assert asked >= {"from", "includeRecentChanges"}
    (content,) = operation["responses"]["200"]["content"].values()
    envelope = _schema(content["schema"], document)
    assert {"hasMore", "continueFrom", "data"} <= set(envelope["properties"])


@pytest.mark.parametrize(
    "source", [*RESOURCES, *FEEDS, MARKED_PAYMENTS], ids=lambda source: source.name
)
def test_every_field_is_published(source: Resource[Any] | Feed[Any]) -> None:
    _compare(source.model, *_row_schema(source.path))
