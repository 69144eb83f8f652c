"""What the documentation lists is what there is: settings, scopes, events, codes, rules."""

import re
from pathlib import Path

from adapters.changes.names import DOCUMENTED
from gateway.checks import scopes, writes
from gateway.setting_names import PREFIX
from gateway.settings import Settings
from tests import settings_page

HOUSE = Path(__file__).parents[2]
DOCS = HOUSE / "docs"
FLOORS = ("gateway", "schema", "resolvers", "adapters")
_NUMBER = re.compile(r"\b[RQ]\d{1,2}\b")
_CODE = re.compile(
    r'"((?:UPSTREAM|LIMIT|BAD|NOT|RATE|PERSISTED|DOCUMENT)_[A-Z_]+|[A-Z]{5,}(?:_MISSED|D|L|UT|N))"'
)


def pages() -> list[Path]:
    """Return every page, and the readme."""
    written = [file for file in DOCS.rglob("*.md") if "node_modules" not in file.parts]
    return [HOUSE / "README.md", *written]


def test_every_setting_is_in_the_documentation_with_its_default() -> None:
    assert settings_page.PAGE.read_text("utf-8") == settings_page.page()


def test_every_setting_of_the_documentation_exists() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    deployed = [file for file in (HOUSE / "docker").rglob("*") if file.is_file()]
    told = {
        name
        for file in [*pages(), *deployed]
        for name in re.findall(rf"\b{PREFIX}[A-Z]+(?:_[A-Z]+)*\b", file.read_text("utf-8"))
    }
    assert told - known == set()


def test_the_scopes_are_those_that_are_needed() -> None:
    page = (DOCS / "operators" / "servicetitan.md").read_text("utf-8")
    needed = {*scopes._SCOPES.values(), writes._PAYMENTS, writes._ESTIMATES}  # noqa: SLF001  # the lists themselves
    assert set(re.findall(r"`(tn\.\w+\.\w+:[rw])`", page)) == needed


def test_the_events_are_those_that_servicetitan_has_documented() -> None:
    page = (DOCS / "operators" / "servicetitan.md").read_text("utf-8")
    told = set(re.findall(r"`(tn\.\w+\.[a-z-]+)`", page))
    assert told
    assert told <= DOCUMENTED


def test_every_code_of_an_error_is_in_the_documentation() -> None:
    page = (DOCS / "front-end" / "errors.md").read_text("utf-8")
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", page, re.MULTILINE))
    raised = set[str]()
    street = (HOUSE / "gateway" / room for room in ("http", "guard"))
    for file in (file for room in street for file in room.glob("*.py")):
        raised |= set(_CODE.findall(file.read_text("utf-8")))
    errors = (HOUSE / "resolvers" / "errors.py").read_text("utf-8")
    raised |= set(re.findall(r'code(?:: ClassVar\[str\])? = "([A-Z_]+)"', errors))
    assert told == raised


def test_every_rule_that_the_code_cites_is_in_the_documentation() -> None:
    page = (DOCS / "developers" / "rules.md").read_text("utf-8")
    told = set(re.findall(r"^\| ([RQ]\d+) \|", page, re.MULTILINE))
    cited = {
        number
        for floor in FLOORS
        for file in (HOUSE / floor).rglob("*.py")
        for number in _NUMBER.findall(file.read_text("utf-8"))
        if "node_modules" not in file.parts
    }
    assert cited - told == set()
    assert len(told) == 85 + 20
