"""The documents a front end was built with: a manifest, read whole or refused with one sentence.

Its form is what graphql-codegen's `persistedDocuments` and Relay write: a JSON object whose keys
are document ids, and whose values are the documents' texts.
"""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import Final, NamedTuple

import msgspec
import structlog
from graphql import GraphQLError

LONGEST_ID: Final = 255

_SHA256: Final = "sha256:"
_HEX: Final = re.compile("[0-9a-f]{64}")
_MANIFEST = msgspec.json.Decoder(dict[str, str])

Check = Callable[[str], Sequence[GraphQLError]]
"""Tells what is wrong with a document's text; nothing where it may be run."""

Checking = Callable[[], Check]
"""Gives a check of one's own: a manifest is read by another thread than documents are."""


class Checks(NamedTuple):
    """The check by which documents that are asked for are read, and others for manifests."""

    asked: Check
    listed: Checking


_log = structlog.get_logger("guard")


class ManifestError(Exception):
    """A manifest that cannot be used; the message names the file and the document."""


class Manifest:
    """Known documents, by their ids and by what they digest to."""

    def __init__(self, by_id: Mapping[str, str]) -> None:
        self._by_id = by_id
        self._by_digest = {digest_of(text): text for text in by_id.values()}
        self._texts = frozenset(by_id.values())

    def __contains__(self, text: str) -> bool:
        """Is this the text of a known document, to the letter?"""
        return text in self._texts

    def find(self, of: str) -> str | None:
        """Return the document of this id: `sha256:` and its digest, or its key in the manifest."""
        found = self._by_id.get(of)
        return found if found is not None else self._by_digest.get(of.removeprefix(_SHA256))


def digest_of(text: str) -> str:
    """Return the SHA-256 of a document's text, in hexadecimal digits."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def is_digest(told: str) -> bool:
    """Are these 64 hexadecimal digits?"""
    return _HEX.fullmatch(told) is not None


def read_manifest(path: Path, check: Check) -> Manifest:
    """Return the manifest of this file, each of its documents checked; raise ManifestError."""
    by_id = _by_id(path)
    for problem in _problems(by_id, check):
        raise _unusable(path, problem)
    return Manifest(by_id)


def faults_of(path: Path, check: Check) -> list[str]:
    """Return a sentence for each entry of this file that cannot be used; raise ManifestError.

    It is raised where the file cannot be read, or is no manifest.
    """
    return [f"{problem.rstrip('.')}." for problem in _problems(_by_id(path), check)]


def _by_id(path: Path) -> dict[str, str]:
    try:
        return _MANIFEST.decode(path.read_bytes())
    except OSError as error:
        raise ManifestError(
            f"The trusted documents {path} cannot be read: {error.strerror}."
        ) from None
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise _unusable(path, "it must be a JSON object of ids and documents") from None


def _problems(by_id: Mapping[str, str], check: Check) -> Iterator[str]:
    """Tell what is wrong with each entry that cannot be used, in the order of the file."""
    for key, text in by_id.items():
        told = key.removeprefix(_SHA256)
        if not 0 < len(key) <= LONGEST_ID:
            yield f"an id must have from 1 to {LONGEST_ID} characters"
        elif (key != told or is_digest(told)) and told != digest_of(text):
            yield f'"{key}" is not the SHA-256 of its document'
        elif wrong := check(text):
            yield f'the document "{key}" cannot be run: {wrong[0].message}'


def _unusable(path: Path, problem: str) -> ManifestError:
    return ManifestError(f"The trusted documents {path} are not usable: {problem.rstrip('.')}.")


class Trusted:
    """The manifest in force, and the file it is read from again; without a file it is empty.

    Made from a file that cannot be used it raises ManifestError.
    """

    def __init__(self, path: Path | None, checking: Checking) -> None:
        self._path = path
        self._checking = checking
        self._reading = Lock()
        self._manifest = Manifest({}) if path is None else read_manifest(path, checking())

    def current(self) -> Manifest:
        """Return the manifest in force."""
        return self._manifest

    def read_again(self) -> None:
        """Take the file as it is now; a broken one changes nothing, and the log tells why.

        It waits for the file: the event loop has it done by a thread.
        """
        if self._path is None:
            return
        with self._reading:
            try:
                self._manifest = read_manifest(self._path, self._checking())
            except ManifestError as error:
                _log.error("trusted documents kept", problem=str(error))
                return
        _log.info("trusted documents taken")
