"""Documents by their names, with a head that is known: told at once by the manifest in force."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from resolvers.policy import TrustedDocuments, WhichDocuments
from tests.again.wire import Told, Wire, open_wire, sent
from tests.answers.asking import PAT
from tests.guard.asking import holding
from tests.guard.test_persisted import KIND, OTHER, TAB, automatic, sha256

EMAIL = "query Email { viewer { email } }"


def built(folder: Path, **documents: str) -> dict[str, Any]:
    """Return the settings of a gateway whose front end was built with these."""
    path = folder / "documents.json"
    path.write_text(json.dumps(documents))
    return {"trusted_documents": path}


async def known_by(wire: Wire) -> dict[str, float]:
    """Return how many documents were asked for since the start, by how they are known."""
    return {of.split()[0]: told for of, told in (await wire.numbers("documents")).items()}


@pytest.mark.parametrize("mode", WhichDocuments)
async def test_a_trusted_document_is_told_at_once_by_its_name(
    tmp_path: Path, mode: WhichDocuments
) -> None:
    told = built(tmp_path, **{sha256(KIND): KIND, "tab-1": TAB, "email": EMAIL})
    async with open_wire(tmp_path, policy=holding(WhichDocuments.OPEN), told=told) as wire:
        await wire.meets()
        await wire.house.choose(holding(mode))
        token, count = await wire.house.token(PAT), 0

        async def ask(**members: object) -> Told:
            nonlocal count
            count += 1
            return await wire.say(sent(token, json.dumps(members).encode() + b" " * count))

        for _ in range(2):
            await ask(documentId="email")
        assert await wire.familiar() <= 1
        before = await known_by(wire)
        for name in ("email", f"sha256:{sha256(EMAIL)}", sha256(EMAIL)):
            assert (await ask(documentId=name)).body["data"] == {"viewer": {"email": PAT}}
        assert (await ask(query=EMAIL)).body["data"] == {"viewer": {"email": PAT}}
        assert await wire.familiar() == 4
        after = await known_by(wire)
        assert {
            of: after[of] - before.get(of, 0) for of in after if after[of] != before.get(of)
        } == {"trusted": 4}
        for name in ("email-2", sha256(OTHER), "sha256:x"):
            assert (await ask(documentId=name)).codes == ["PERSISTED_QUERY_NOT_FOUND"]
        assert (await ask(**automatic(EMAIL))).body["data"] == {"viewer": {"email": PAT}}
        assert (await ask(**automatic(OTHER))).codes == ["PERSISTED_QUERY_NOT_FOUND"]
        assert await wire.familiar() == 0
        others = [(await ask(query=OTHER)).body for _ in range(3)]
        is_run = mode is not WhichDocuments.ENFORCE
        assert ["data" in of for of in others] == [is_run] * 3
        assert await wire.familiar() == (2 if is_run else 0)


async def test_once_they_are_enforced_what_was_told_at_once_is_refused(tmp_path: Path) -> None:
    async with open_wire(tmp_path, policy=holding(WhichDocuments.OPEN)) as wire:
        await wire.meets()
        await wire.oddly(OTHER)
        assert ((await wire.anew(OTHER)).status, await wire.familiar()) == (200, 1)
        await wire.house.choose(holding(WhichDocuments.ENFORCE))
        for _ in range(3):
            assert (await wire.anew(OTHER)).codes == ["DOCUMENT_NOT_TRUSTED"]
        assert await wire.familiar() == 0


async def test_though_nothing_else_changes_and_they_are_known_by_what_they_may_ask(
    tmp_path: Path,
) -> None:
    told = built(tmp_path, kind=KIND)
    async with open_wire(tmp_path, policy=holding(WhichDocuments.OPEN), told=told) as wire:
        await wire.meets()
        await wire.oddly(OTHER)
        assert ((await wire.anew(OTHER)).status, await wire.familiar()) == (200, 1)
        same, mode = wire.house.choices.current(), TrustedDocuments(mode=WhichDocuments.ENFORCE)
        await wire.house.choose(structs.replace(same, trusted_documents=mode))
        for _ in range(3):
            assert (await wire.anew(KIND)).status == 200
        assert await wire.familiar() >= 1
        for _ in range(3):
            assert (await wire.anew(OTHER)).codes == ["DOCUMENT_NOT_TRUSTED"]
        assert await wire.familiar() == 0


async def test_a_manifest_that_is_read_again_counts_at_once(tmp_path: Path) -> None:
    told = built(tmp_path, one=KIND, other=EMAIL)
    async with open_wire(tmp_path, policy=holding(WhichDocuments.OPEN), told=told) as wire:
        await wire.meets()
        await wire.house.choose(holding(WhichDocuments.ENFORCE))
        token = await wire.house.token(PAT)

        async def ask(blanks: int) -> Any:  # noqa: ANN401  # JSON
            data = sent(token, b'{"documentId": "one"}' + b" " * blanks)
            return (await wire.say(data)).body

        asked = [await ask(blanks) for blanks in range(4)]
        assert [of["data"] for of in asked] == [{"viewer": {"kind": "CUSTOMER"}}] * 4
        assert await wire.familiar() >= 2
        built(tmp_path, one=EMAIL)
        trusted = wire.app.state.threshold.familiar._prompting._toll.persisted._trusted  # noqa: SLF001  # nobody else is told
        await asyncio.to_thread(trusted.read_again)
        asked = [await ask(blanks) for blanks in range(4, 8)]
        assert [of["data"] for of in asked] == [{"viewer": {"email": PAT}}] * 4
        assert await wire.familiar() >= 2
        built(tmp_path, other=KIND)
        await asyncio.to_thread(trusted.read_again)
        asked = [await ask(blanks) for blanks in range(8, 11)]
        assert ["errors" in of for of in asked] == [True] * 3
        assert await wire.familiar() == 0
