"""Which document a request asks for: the text it brings, or one that is known by its name.

Known are those of the manifest, and those that a client sent before under their digest (automatic
persisted queries). Whoever is not staff may be held to the manifest alone.
"""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from gateway.guard.kept_documents import KeptDocuments
from gateway.guard.trusted import Check, Manifest, Trusted, digest_of, is_digest
from gateway.http.exchange import GraphQLRequest, NoDocument
from resolvers.policy import WhichDocuments
from resolvers.viewer import Viewer, ViewerKind

UNKNOWN: Final = NoDocument("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
"""To the letter what clients of automatic persisted queries wait for: they send the text then."""

OTHER: Final = NoDocument("provided sha does not match query", "BAD_USER_INPUT")

UNTRUSTED: Final = NoDocument(
    "Only documents that this portal was built with may be asked for.", "DOCUMENT_NOT_TRUSTED"
)


class Known(StrEnum):
    """How a document is known here; REFUSED is one that would have to be and is not."""

    TRUSTED = "trusted"
    AUTOMATIC = "automatic"
    UNTRUSTED = "untrusted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Lasting(NamedTuple):
    """How a document was found, for as long as that manifest is in force."""

    manifest: Manifest
    known: Known


class Persisted:
    """Finds documents. Those of everybody but staff are `counted`, by how they are known."""

    def __init__(
        self,
        trusted: Trusted,
        kept: KeptDocuments,
        check: Check,
        mode: Callable[[], WhichDocuments],
        counted: Counter[str],
    ) -> None:
        self._trusted = trusted
        self._kept = kept
        self._check = check
        self._mode = mode
        self._counted = counted

    def trusted(self, name: str) -> str | None:
        """Return the text of the trusted document of this name."""
        return self._trusted.current().find(name)

    async def read(self, asked: GraphQLRequest, viewer: Viewer) -> GraphQLRequest:
        """Return the request with its document's text, or with why it has none."""
        manifest = self._trusted.current()
        is_free = viewer.staff is not None
        is_open = is_free or self._mode() is not WhichDocuments.ENFORCE
        found = await self._found(asked, manifest, is_open=is_open)
        known = _known(found, asked, manifest)
        if known is Known.UNTRUSTED and not is_open:
            found, known = UNTRUSTED, Known.REFUSED
        if not is_free:
            self._counted[known.value] += 1
        if isinstance(found, NoDocument):
            return msgspec.structs.replace(asked, unread=found, is_read=True)
        if known is Known.UNTRUSTED and asked.digest is not None:
            await self._keep(asked.digest, found, viewer)
        return msgspec.structs.replace(asked, query=found, is_read=True)

    def at_once(self, asked: GraphQLRequest) -> tuple[str, Lasting] | None:
        """Return the text that a customer's request asks for, and how it was found.

        None where finding it takes waiting, changes what is kept for clients, or is refused.
        """
        if asked.digest is not None:
            return None
        text: str | None = asked.query
        if asked.document_id is not None:
            text = self._trusted.current().find(asked.document_id)
        if not text:
            return None
        found = self.lasting(msgspec.structs.replace(asked, query=text))
        return None if found is None else (text, found)

    def lasting(self, asked: GraphQLRequest) -> Lasting | None:
        """Return how the document of a request was found that `is_read`, if that lasts.

        It does where neither finding it nor having it changes what is kept for clients.
        """
        manifest, name = self._trusted.current(), asked.document_id or asked.digest
        if asked.query in manifest:
            is_its = name is None or manifest.find(name) == asked.query
            return Lasting(manifest, Known.TRUSTED) if is_its else None
        is_open = name is None and self._mode() is not WhichDocuments.ENFORCE
        return Lasting(manifest, Known.UNTRUSTED) if is_open else None

    def lasts(self, found: Lasting) -> bool:
        """Would it still be found so, by the same choices?"""
        return self._trusted.current() is found.manifest

    def count(self, found: Lasting) -> None:
        """Count the document of a customer's as found once more."""
        self._counted[found.known.value] += 1

    async def _found(
        self, asked: GraphQLRequest, manifest: Manifest, *, is_open: bool
    ) -> str | NoDocument:
        name = asked.document_id or asked.digest
        if name is None:
            return asked.query
        if asked.query:
            return asked.query if digest_of(asked.query) == name else OTHER
        text = manifest.find(name)
        digest = name.removeprefix("sha256:")
        if text is None and is_open and is_digest(digest):
            text = await self._kept.find(digest)
        return UNKNOWN if text is None else text

    async def _keep(self, digest: str, text: str, viewer: Viewer) -> None:
        """Keep a document for next time, if it is one that may be run.

        Nobody in particular has nothing kept: they could push out what others use.
        """
        if viewer.kind is not ViewerKind.ANONYMOUS and not self._check(text):
            await self._kept.keep(digest, text)

    async def aclose(self) -> None:
        """Let go of the documents that are kept."""
        await self._kept.aclose()


def _known(found: str | NoDocument, asked: GraphQLRequest, manifest: Manifest) -> Known:
    if isinstance(found, NoDocument):
        return Known.UNKNOWN
    if found in manifest:
        return Known.TRUSTED
    return Known.UNTRUSTED if asked.query else Known.AUTOMATIC
