"""`access import` and `access show`: what the office is told, and what is in the ledger then."""

from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import Result

from adapters.ledger.access_levels import AccessChoice, AccessLevels, LevelChange
from gateway.commands.access_import import import_levels
from gateway.commands.bars import LONG
from tests.office.shell import at, read_directory, run, trail

HEADER = "email,customer,location,level"


@pytest.fixture
def url(shared_url: str) -> str:
    read_directory(shared_url)
    return shared_url


def file(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "levels.csv"
    path.write_bytes("\r\n".join((*lines, "")).encode("utf-8-sig"))
    return str(path)


def levels(url: str, email: str) -> list[tuple[int, int | None, str]]:
    rows = at(url, lambda ledger: AccessLevels(ledger).of(email))
    return [(row.customer, row.location, row.level.value) for row in rows]


def outcome(result: Result) -> tuple[int, str, str]:
    return result.exit_code, result.stdout, result.stderr


def test_a_file_is_taken_over_with_its_trail_and_again_changes_nothing(
    url: str, tmp_path: Path
) -> None:
    path = file(tmp_path, HEADER, "Pat@Example.com,1,,NON_BILLING", "pat@example.com,1,11,none")
    told = outcome(run(url, "access", "import", path))
    assert told == (0, "2 changed, 0 unchanged: 2 levels in all.\n", "")
    assert levels(url, "pat@example.com") == [(1, None, "NON_BILLING"), (1, 11, "NONE")]
    change = {"customer": 1, "before": "INHERIT"}
    assert trail(url) == [
        (
            "command line",
            "access.set pat@example.com",
            change | {"location": None, "after": "NON_BILLING"},
        ),
        ("command line", "access.set pat@example.com", change | {"location": 11, "after": "NONE"}),
    ]
    again = outcome(run(url, "access", "import", path))
    assert again == (0, "0 changed, 2 unchanged: 2 levels in all.\n", "")
    assert len(trail(url)) == 2
    back = file(tmp_path, HEADER, "pat@example.com,1,11,INHERIT")
    assert run(url, "access", "import", back).stdout == (
        "1 changed, 0 unchanged: 1 levels in all.\n"
    )
    assert levels(url, "pat@example.com") == [(1, None, "NON_BILLING")]


def test_one_bad_line_stops_them_all_and_each_is_told(url: str, tmp_path: Path) -> None:
    path = file(
        tmp_path, HEADER, "pat@example.com,1,,BILLING", "pat,1,,BILLING", "a@b.example,1,,x"
    )
    assert outcome(run(url, "access", "import", path)) == (
        1,
        "",
        (
            "levels.csv, line 3: email must be one email, not 'pat'.\n"
            "levels.csv, line 4: level must be one of BILLING, NON_BILLING, NONE, INHERIT, "
            "not 'x'.\n"
            "Nothing was imported.\n"
        ),
    )
    assert (levels(url, "pat@example.com"), trail(url)) == ([], [])


def test_what_servicetitan_does_not_have_is_told_by_line(url: str, tmp_path: Path) -> None:
    path = file(
        tmp_path,
        HEADER,
        "pat@example.com,1,,BILLING",
        "pat@example.com,9,,NONE",
        "pat@example.com,1,99,NONE",
        "pat@example.com,1,20,NONE",
    )
    assert outcome(run(url, "access", "import", path)) == (
        1,
        "",
        (
            "levels.csv, line 3: ServiceTitan has no customer 9.\n"
            "levels.csv, line 4: ServiceTitan has no location 99.\n"
            "levels.csv, line 5: location 20 is one of customer 2.\n"
            "Nothing was imported.\n"
        ),
    )
    assert (levels(url, "pat@example.com"), trail(url)) == ([], [])


def test_an_email_that_is_nobodys_is_named(url: str, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER, "pta@example.com,1,,NONE", "pat@example.com,1,,NONE")
    assert outcome(run(url, "access", "import", path)) == (
        0,
        "2 changed, 0 unchanged: 2 levels in all.\n",
        "1 email is on no customer and no location now; check the spelling: pta@example.com\n",
    )


def test_before_the_directory_is_read_nothing_is_imported(shared_url: str, tmp_path: Path) -> None:
    path = file(tmp_path, HEADER, "pat@example.com,1,,NONE")
    assert outcome(run(shared_url, "access", "import", path)) == (
        1,
        "",
        (
            "The directory of people is not in this ledger yet, so that nobody can tell whose "
            "these customers and locations are. Start the gateway (portal-gateway serve), and "
            "import when /health/ready says that it is ready. Nothing was imported.\n"
        ),
    )
    assert trail(shared_url) == []


def test_a_ledger_that_is_not_there_is_told(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER, "pat@example.com,1,,NONE")
    for arguments, end in (
        (("access", "import", path), "Nothing was imported."),
        (("access", "show", "pat@example.com"), "Nothing was shown."),
        (("links", "revoke", "1"), "Nothing was revoked."),
    ):
        told = outcome(run("sqlite:////nowhere/ledger.db", *arguments))
        because = "The ledger's database (PORTAL_DATABASE_URL) fails: OperationalError."
        assert told == (1, "", f"{because} {end}\n")


def test_a_wrong_address_is_a_wrong_setting(tmp_path: Path) -> None:
    path = file(tmp_path, HEADER)
    for arguments in (
        ("access", "import", path),
        ("access", "show", "x"),
        ("links", "revoke", "1"),
    ):
        result = run("mysql://db/portal", *arguments)
        assert result.exit_code == 2
        assert result.stderr.startswith("PORTAL_DATABASE_URL is wrong: it must be the address of")


@pytest.mark.parametrize(("count", "has_bar"), [(LONG - 1, False), (LONG, True)])
def test_a_long_file_has_a_bar_to_look_at(tmp_path: Path, count: int, *, has_bar: bool) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/ledger.db"
    read_directory(url)
    lines = [
        (turn, LevelChange(f"p{turn}@x.example", 1, AccessChoice.NONE)) for turn in range(count)
    ]
    told = Console(force_terminal=True, width=80)
    with told.capture() as shown:
        done = import_levels(url, lines, told)
    assert (done.levels.changed, len(done.strangers)) == (count, count)
    assert (f"{LONG}/{LONG}" in shown.get()) == has_bar


def rows(result: Result) -> list[list[str]]:
    """Return the cells of a printed table, without its frame."""
    lines = [line for line in result.stdout.splitlines() if line[:1] in "│┃"]
    return [
        [cell.strip() for cell in line.strip("│┃").replace("┃", "│").split("│")] for line in lines
    ]


def test_a_person_is_shown_with_all_they_reach_and_why_not(url: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        '[access.people]\n"pat@example.com" = [{customer = 1, level = "NON_BILLING"}]\n'
    )
    path = file(tmp_path, HEADER, "pat@example.com,1,11,NONE", "pat@example.com,2,,BILLING")
    run(url, "access", "import", path)
    (set_at,) = {row.changed_at for row in at(url, lambda ledger: AccessLevels(ledger).at(2))}
    (by,) = {row.changed_by for row in at(url, lambda ledger: AccessLevels(ledger).at(2))}
    result = run(url, "access", "show", " PAT@example.com", PORTAL_POLICY_FILE=str(policy))
    assert result.exit_code == 0
    here = f"set here on {set_at:%Y-%m-%d} by {by}"
    assert rows(result) == [
        ["Customer", "Location", "Level", "From", "Closed because"],
        ["1 Pat [bold]Jones", "", "NON_BILLING", "the policy file", ""],
        ["1 Pat [bold]Jones", "10 Home", "NON_BILLING", "its customer", ""],
        ["1 Pat [bold]Jones", "11 Cabin", "NONE", here, "The level is No access. (R4)"],
        [
            "3 Old Pat",
            "",
            "NONE",
            "the policy's default",
            "The customer was merged into customer 1. (R13)",
        ],
        ["2 Beta Homes", "20 Office", "NON_BILLING", "the policy's default", ""],
    ]
    assert result.stderr == (
        "BILLING is set for customer 2, which the email is not on: it opens nothing until it is.\n"
    )


def test_an_email_that_is_nobodys_is_told(url: str) -> None:
    assert outcome(run(url, "access", "show", "casey@example.com")) == (
        0,
        "",
        "casey@example.com is on no customer and no location, and opens nothing.\n",
    )


def test_a_directory_that_was_never_read_is_told(shared_url: str) -> None:
    told = run(shared_url, "access", "show", "pat@example.com")
    assert (told.exit_code, told.stdout) == (0, "")
    assert told.stderr.startswith("The directory of people is not in this ledger yet: start")


def test_a_wrong_policy_is_told(url: str, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("[acces]\n")
    result = run(url, "access", "show", "pat@example.com", PORTAL_POLICY_FILE=str(policy))
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"The policy file {policy} is not usable: ")
