"""Dashboard, alerts and runbooks: they speak of metrics that there are, and of each other."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from gateway.counts import Kind, Outcome
from gateway.fleet import Fleet
from gateway.metrics.families import Family
from gateway.serving import listen
from tests.house import ready_house, settings

HOUSE = Path(__file__).parents[2]
MONITORING = HOUSE / "docker" / "monitoring"
RUNBOOKS = HOUSE / "docs" / "runbooks.md"
SUFFIXES = {
    "counter": ("_total",),
    "gauge": ("",),
    "summary": ("_count", "_sum"),
    "histogram": ("_bucket", "_count", "_sum"),
}
_NAMED = re.compile(r"\b(?:portal_gateway|process)_\w+")
_LABELS = re.compile(r"([a-z_]+)(?:=~|!=|!~|=)\"")


def alerts() -> list[dict[str, Any]]:
    """Return every alert."""
    told = yaml.safe_load((MONITORING / "alerts.yml").read_text("utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Return every panel that shows something."""
    told = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    return [panel for panel in told["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[tuple[str, str]]:
    """Give every question that is asked of Prometheus, and where."""
    for rule in alerts():
        yield rule["alert"], rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield panel["title"], target["expr"]


@pytest.fixture
async def families() -> list[Family]:
    """Return every metric that a gateway tells, and the parent of a fleet."""
    async with ready_house() as house:
        told = await house.metrics()
    with listen("127.0.0.1", 0) as listener:
        return told + await Fleet(settings(), listener, 2).families()


async def test_every_metric_that_is_asked_for_there_is(families: list[Family]) -> None:
    there = {of.name + suffix for of in families for suffix in SUFFIXES[of.kind]}
    asked = {name: where for where, told in expressions() for name in _NAMED.findall(told)}
    assert len(asked) > 50
    assert {name: where for name, where in asked.items() if name not in there} == {}


async def test_nearly_every_metric_is_looked_at_somewhere(families: list[Family]) -> None:
    asked = {name for _, told in expressions() for name in _NAMED.findall(told)}
    unseen = {
        of.name
        for of in families
        if of.name.startswith("portal_gateway_")
        and not asked.intersection(of.name + suffix for suffix in SUFFIXES[of.kind])
    }
    assert unseen == {
        "portal_gateway_directory_readings",
        "portal_gateway_directory_rows_unreadable",
        "portal_gateway_feed_changes",
        "portal_gateway_feed_failures",
        "portal_gateway_feed_pages",
        "portal_gateway_feed_rows_unreadable",
        "portal_gateway_feed_tokens_refused",
        "portal_gateway_webhook_events_altered",
        "portal_gateway_webhook_events_undocumented",
        "portal_gateway_webhook_ids_unreadable",
    }


LABELS = {"instance", "job", "kind", "outcome", "code", "le", "route", "status", "module", "state"}
LABELS |= {"priority", "reason", "viewer", "field", "feed", "worker"}


def test_every_label_that_is_asked_for_is_one_of_ours() -> None:
    asked = {name for _, told in expressions() for name in _LABELS.findall(told)}
    assert asked <= LABELS


def test_words_that_are_asked_for_are_words_that_are_told() -> None:
    told = " ".join(expression for _, expression in expressions())
    assert set(re.findall(r'kind!?="(\w+)"', told)) <= set(Kind)
    assert not set(re.findall(r'outcome="(whole|partial|failed)"', told)) - set(Outcome)


def test_every_alert_has_its_runbook_and_every_runbook_its_alert() -> None:
    names = [rule["alert"] for rule in alerts()]
    sections = re.findall(r"^### (\w+)$", RUNBOOKS.read_text("utf-8"), re.MULTILINE)
    assert names == sections
    assert len(set(names)) == len(names) > 20


def test_every_alert_says_how_urgent_it_is_as_its_runbook_does() -> None:
    text = RUNBOOKS.read_text("utf-8")
    for rule in alerts():
        severity = rule["labels"]["severity"]
        assert f"### {rule['alert']}\n\n*{severity.capitalize()}.*" in text
        assert rule["annotations"]["summary"].endswith(".")


def test_every_link_of_the_runbooks_leads_somewhere() -> None:
    text = RUNBOOKS.read_text("utf-8")
    sections = {name.lower() for name in re.findall(r"^### (\w+)$", text, re.MULTILINE)}
    for link in re.findall(r"\]\(([^)]+)\)", text):
        if link.startswith("#"):
            assert link[1:] in sections
        elif not link.startswith("https://"):
            assert (RUNBOOKS.parent / link).exists(), link


def test_no_two_panels_lie_upon_each_other() -> None:
    told = json.loads((MONITORING / "dashboard.json").read_text("utf-8"))
    places: set[tuple[int, int]] = set()
    for panel in told["panels"]:
        grid = panel["gridPos"]
        own = {
            (grid["x"] + across, grid["y"] + down)
            for across in range(grid["w"])
            for down in range(grid["h"])
        }
        assert not own & places, panel["title"]
        assert max(across for across, _ in own) < 24
        places |= own
    ids = [panel["id"] for panel in told["panels"]]
    assert len(set(ids)) == len(ids)


def test_every_panel_says_what_it_shows() -> None:
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        assert panel["targets"], panel["title"]


def test_the_example_fetches_where_metrics_are_served_and_reads_the_alerts() -> None:
    told = yaml.safe_load((MONITORING / "prometheus.yml").read_text("utf-8"))
    (job,) = told["scrape_configs"]
    assert job["job_name"] == "portal-gateway"
    (port,) = {int(of.split(":")[1]) for of in job["static_configs"][0]["targets"]}
    address = settings().metrics_address
    assert address is not None
    assert address.port == port
    assert told["rule_files"] == ["alerts.yml"]
