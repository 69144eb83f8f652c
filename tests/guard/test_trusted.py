"""The manifest of trusted documents: its forms, and the sentence for what it may not be."""

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.choices import Choices
from gateway.graph import checking
from gateway.guard.trusted import Manifest, ManifestError, Trusted, read_manifest
from resolvers.policy import Policy, WhichDocuments
from tests.gateway.test_cli import GOOD, run
from tests.guard.asking import holding, post
from tests.house import ready_house

KIND = "query Kind { viewer { kind } }"
EMAIL = "query Email { viewer { email } }"
NOT_JSON = "it must be a JSON object of ids and documents"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def sha1(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()  # noqa: S324  # as graphql-codegen's default


def written(folder: Path, told: Any) -> Path:  # noqa: ANN401  # JSON
    path = folder / "documents.json"
    path.write_text(told if isinstance(told, str) else json.dumps(told))
    return path


def read(path: Path) -> Manifest:
    return read_manifest(path, checking())


@pytest.mark.parametrize(
    ("key", "by"),
    [
        (sha256(KIND), [sha256(KIND), f"sha256:{sha256(KIND)}"]),
        (f"sha256:{sha256(KIND)}", [sha256(KIND), f"sha256:{sha256(KIND)}"]),
        (sha1(KIND), [sha1(KIND), sha256(KIND), f"sha256:{sha256(KIND)}"]),
        ("Kind", ["Kind", sha256(KIND)]),
        ("x-app:Kind-1.0", ["x-app:Kind-1.0", f"sha256:{sha256(KIND)}"]),
    ],
)
def test_a_document_is_found_by_its_key_and_by_its_digest(
    tmp_path: Path, key: str, by: list[str]
) -> None:
    manifest = read(written(tmp_path, {key: KIND}))
    assert {manifest.find(of) for of in by} == {KIND}
    assert KIND in manifest
    assert f"{KIND} " not in manifest
    assert EMAIL not in manifest
    for other in ("", "sha256:", "kind", sha256(EMAIL), f"sha1:{sha1(KIND)}", KIND):
        assert manifest.find(other) is None


@pytest.mark.parametrize(
    ("told", "problem"),
    [
        ("", NOT_JSON),
        ("[]", NOT_JSON),
        ('{"a": 1}', NOT_JSON),
        ('{"a": null}', NOT_JSON),
        ('{"a"}', NOT_JSON),
        ({"": KIND}, "an id must have from 1 to 255 characters"),
        ({"k" * 256: KIND}, "an id must have from 1 to 255 characters"),
        ({sha256(EMAIL): KIND}, f'"{sha256(EMAIL)}" is not the SHA-256 of its document'),
        ({f"sha256:{sha256(EMAIL)}": KIND}, f'"sha256:{sha256(EMAIL)}" is not the SHA-256 of its document'),  # noqa: E501  # a row of the table
        ({"sha256:Kind": KIND}, '"sha256:Kind" is not the SHA-256 of its document'),
        ({"ok": KIND, "bad": "{ viewer {"}, 'the document "bad" cannot be run: Syntax Error: Expected Name, found <EOF>'),  # noqa: E501  # as above
        ({"bad": "{ nothing }"}, "the document \"bad\" cannot be run: Cannot query field 'nothing' on type 'Query'"),  # noqa: E501  # as above
        ({"long": KIND + " " * 15_000}, 'the document "long" cannot be run: A document may have at most 15000 characters'),  # noqa: E501  # as above
    ],
)  # fmt: skip
def test_one_sentence_names_the_file_and_the_document(
    tmp_path: Path,
    told: Any,  # noqa: ANN401  # JSON
    problem: str,
) -> None:
    path = written(tmp_path, told)
    with pytest.raises(ManifestError) as caught:
        read(path)
    assert str(caught.value) == f"The trusted documents {path} are not usable: {problem}."


def test_bytes_that_are_no_text_are_told(tmp_path: Path) -> None:
    path = tmp_path / "documents.json"
    path.write_bytes(b'{"a": "\xff"}')
    with pytest.raises(ManifestError, match=NOT_JSON):
        read(path)


def test_a_file_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.json"
    with pytest.raises(ManifestError) as caught:
        Trusted(path, checking)
    sentence = f"The trusted documents {path} cannot be read: No such file or directory."
    assert str(caught.value) == sentence


def test_a_changed_file_is_taken_and_a_broken_one_is_not(tmp_path: Path) -> None:
    path = written(tmp_path, {"Kind": KIND})
    trusted = Trusted(path, checking)
    written(tmp_path, {"Email": EMAIL})
    assert trusted.current().find("Kind") == KIND
    with capture_logs() as logs:
        trusted.read_again()
        assert trusted.current().find("Kind") is None
        assert trusted.current().find("Email") == EMAIL
        written(tmp_path, "{")
        trusted.read_again()
    assert trusted.current().find("Email") == EMAIL
    told = f"The trusted documents {path} are not usable: {NOT_JSON}."
    assert [(line["event"], line.get("problem")) for line in logs] == [
        ("trusted documents taken", None),
        ("trusted documents kept", told),
    ]


@pytest.mark.parametrize("text", ["", "[tenant]\nname = 1", None])
async def test_what_has_the_policy_read_again_has_this_read_again(
    tmp_path: Path, text: str | None
) -> None:
    path = written(tmp_path, {"Kind": KIND})
    policy = None if text is None else tmp_path / "policy.toml"
    choices, trusted = Choices(Policy(), policy), Trusted(path, checking)
    choices.tell(trusted.read_again)
    if policy is not None and text is not None:
        policy.write_text(text)
    written(tmp_path, {"Email": EMAIL})
    await asyncio.to_thread(choices.read_again)
    assert trusted.current().find("Email") == EMAIL


ENFORCED = '[trusted_documents]\nmode = "enforce"\n'
NONE = (
    'trusted_documents.mode is "enforce", and PORTAL_TRUSTED_DOCUMENTS names no documents: '
    "customers could ask nothing.\n"
)
SHARED = {
    "PORTAL_REDIS_URL": "redis://127.0.0.1:9",
    "PORTAL_DATABASE_URL": "postgresql://127.0.0.1:9/portal",
}


@pytest.mark.parametrize("workers", [{}, SHARED], ids=["one worker", "two workers"])
def test_documents_that_cannot_be_used_stop_the_start(
    tmp_path: Path, workers: dict[str, str]
) -> None:
    path, policy = written(tmp_path, {"bad": "{"}), tmp_path / "policy.toml"
    options = ("--workers", "2") if workers else ()
    told = GOOD | workers
    result = run("serve", *options, **told, PORTAL_TRUSTED_DOCUMENTS=str(path))
    problem = 'the document "bad" cannot be run: Syntax Error: Expected Name, found <EOF>.'
    sentence = f"The trusted documents {path} are not usable: {problem}\n"
    assert (result.exit_code, result.stderr) == (2, sentence)
    policy.write_text(ENFORCED)
    result = run("serve", *options, **told, PORTAL_POLICY_FILE=str(policy))
    assert (result.exit_code, result.stderr) == (2, NONE)


async def test_a_policy_that_enforces_none_is_told_where_it_is_taken() -> None:
    async with ready_house() as house:
        await house.choose(holding(WhichDocuments.ENFORCE))
        told = [line for line in house.logs if line["event"] == "no trusted documents"]
        assert [line["problem"] + "\n" for line in told] == [NONE]
        answer = await post(house, "pat@example.com", {"query": KIND})
        assert answer.json()["errors"][0]["extensions"]["code"] == "DOCUMENT_NOT_TRUSTED"
