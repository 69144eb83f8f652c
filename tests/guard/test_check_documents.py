"""`check` tells what is wrong with which trusted document, and of all of them at once."""

import json
from pathlib import Path

import pytest

from gateway.checks.documents import MOST_TOLD, check_documents
from gateway.checks.finding import Finding
from gateway.graph import checking
from resolvers.policy import Policy, TrustedDocuments, WhichDocuments
from tests.house import settings

KIND = "{ viewer { kind } }"
PART = "Trusted documents"


def written(folder: Path, told: dict[str, str]) -> Path:
    """Write a manifest."""
    path = folder / "documents.json"
    path.write_text(json.dumps(told))
    return path


def found(path: Path | None, mode: str = "open") -> list[Finding]:
    """Return what is told of this manifest."""
    policy = Policy(trusted_documents=TrustedDocuments(mode=WhichDocuments(mode)))
    return check_documents(settings(trusted_documents=path), policy, checking)


def test_documents_that_can_be_run_are_said_to_be_well(tmp_path: Path) -> None:
    assert found(written(tmp_path, {"Kind": KIND})) == [Finding(PART)]


def test_every_entry_that_cannot_be_used_is_told_by_its_id(tmp_path: Path) -> None:
    bad = {"Kind": KIND, "one": "{ nothing }", "sha256:two": KIND, "": KIND, "three": "{"}
    path = written(tmp_path, bad)
    (finding,) = found(path)
    assert finding.problem is not None
    assert finding.problem.splitlines() == [
        (
            f'{path}: the document "one" cannot be run: '
            "Cannot query field 'nothing' on type 'Query'."
        ),
        f'{path}: "sha256:two" is not the SHA-256 of its document.',
        f"{path}: an id must have from 1 to 255 characters.",
        f'{path}: the document "three" cannot be run: Syntax Error: Expected Name, found <EOF>.',
    ]


def test_so_many_are_told_and_the_rest_is_counted(tmp_path: Path) -> None:
    (finding,) = found(written(tmp_path, {f"d{of}": "{" for of in range(MOST_TOLD + 3)}))
    assert finding.problem is not None
    lines = finding.problem.splitlines()
    assert (len(lines), lines[-1]) == (MOST_TOLD + 1, "And 3 more.")


def test_a_file_that_is_none_is_told(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    (finding,) = found(path)
    assert (
        finding.problem
        == f"The trusted documents {path} cannot be read: No such file or directory."
    )


@pytest.mark.parametrize(("mode", "count"), [("open", 0), ("measure", 0), ("enforce", 1)])
def test_without_a_file_there_is_nothing_to_tell_unless_it_is_enforced(
    mode: str, count: int
) -> None:
    told = found(None, mode)
    assert len(told) == count
    assert all("customers can ask nothing" in (finding.problem or "") for finding in told)
