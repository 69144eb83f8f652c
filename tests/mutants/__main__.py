"""`python -m tests.mutants [group ...]`: is there a test that notices each small change?

Each group of files is copied with all the house, and mutmut runs there: nobody's work is changed,
and what changes meanwhile changes no verdict. Ends with 1 where a group falls below the score.
"""

import json
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
HOUSE: Final = HERE.parents[1]
COPIES: Final = HOUSE / ".cache" / "mutants"
LEAST: Final = 90
"""Of every hundred mutants so many have to be noticed (security.md, 5, point 9)."""

FLOORS: Final = ("gateway", "schema", "resolvers", "adapters")
NOTICED: Final = frozenset({1, 3, -24, 24, 36, 152, 255})
"""pytest's exit codes for a failure, and mutmut's for time that ran out."""

ASKED: Final = (
    *("-p", "no:cacheprovider", "-p", "no:randomly"),
    *("-p", "tests.mutants.few_examples", "--hypothesis-profile=few"),
)
"""How pytest is asked about each mutant."""


@dataclass(frozen=True, slots=True)
class Group:
    """Files to change, the tests that guard them, and which of those pytest leaves out."""

    name: str
    files: Sequence[str]
    tests: Sequence[str]
    args: Sequence[str]


def groups() -> dict[str, Group]:
    """Return every group by its name."""
    told = tomllib.loads((HERE / "groups.toml").read_text())
    return {
        name: Group(name, of["files"], of["tests"], of.get("args", ())) for name, of in told.items()
    }


def copied(group: Group) -> Path:
    """Copy the house to where its mutants live, with mutmut told about them."""
    to = COPIES / group.name
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    told = subprocess.run(listed, cwd=HOUSE, capture_output=True, check=True, text=True)  # noqa: S603  # our own words
    for name in filter(None, told.stdout.split("\0")):
        if (HOUSE / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(HOUSE / name, to / name)
    others = sorted({path.name for path in to.iterdir()} - {*FLOORS, "tests", "pyproject.toml"})
    with (to / "pyproject.toml").open("a") as settings:
        settings.write("\n[tool.mutmut]\n")
        for name, value in {
            "source_paths": FLOORS,
            "only_mutate": group.files,
            "also_copy": others,
            "pytest_add_cli_args": [*ASKED, *group.args],
            "pytest_add_cli_args_test_selection": group.tests,
        }.items():
            settings.write(f"{name} = {json.dumps(list(value))}\n")
    return to


def verdicts(of: Path) -> Iterator[tuple[str, int | None]]:
    """Return each mutant's name, and the exit code of the tests that were asked about it."""
    for told in sorted((of / "mutants").rglob("*.py.meta")):
        yield from json.loads(told.read_text())["exit_code_by_key"].items()


def run(group: Group) -> bool:
    """Try one group, tell what came of it, and return whether enough was noticed.

    Raises CalledProcessError where the tests fail before anything is changed.
    """
    place = copied(group)
    mutmut = [sys.executable, "-m", "mutmut", "run", "--max-children", "1"]
    subprocess.run(mutmut, cwd=place, check=True)  # noqa: S603  # our own words
    told = list(verdicts(place))
    survived = [name for name, code in told if code not in NOTICED]
    count = Counter("killed" if code in NOTICED else f"exit {code}" for _, code in told)
    share = 100 * count["killed"] / max(1, len(told))
    lines = [f"{group.name}: {len(told)} mutants, {share:.1f} % killed, {dict(count)}"]
    lines += [f"  not killed: {name}" for name in survived]
    sys.stdout.write("\n".join(lines) + "\n")
    return bool(told) and share >= LEAST


def main(wanted: Sequence[str]) -> int:
    """Try the groups of these names, or all of them."""
    known = groups()
    enough = [run(known[name]) for name in wanted or known]
    return 0 if all(enough) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
